"""A planned site with written articles, made once a session; tests that change anything take a copy."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from deployments import Deployment, new_deployment
from render_hosts import RenderHome, ready_to_render

ARTICLES = 3


@pytest.fixture(autouse=True, scope="session")
def no_settings_of_this_machine() -> Iterator[None]:
    """Whatever is set where the tests run must not reach them."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("IGNY8_", "DAGSTER_"))]:
            patch.delenv(name)
        yield


@pytest.fixture(scope="session")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """A site whose keywords are loaded and clustered, with tasks for three articles. To be read only."""
    deployment = new_deployment(tmp_path_factory.mktemp("planned") / "home")
    assert len(deployment.plan(ARTICLES)) == ARTICLES
    return deployment


@pytest.fixture(scope="session")
def written(planned: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """The same site with its articles written, in review. To be read only."""
    deployment = planned.copied_to(tmp_path_factory.mktemp("written") / "home")
    for partition in deployment.articles:
        assert deployment.write(partition).success
    return deployment


@pytest.fixture
def site(written: Deployment, tmp_path: Path) -> Deployment:
    """A copy of the written site, to do as one likes with."""
    return written.copied_to(tmp_path / "home")


@pytest.fixture
def to_write(planned: Deployment, tmp_path: Path) -> Deployment:
    """A copy of the planned site, its articles not yet written."""
    return planned.copied_to(tmp_path / "home")


@pytest.fixture(scope="session")
def to_render_once(written: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """A video that only needs to be rendered. To be read only."""
    return ready_to_render(written, tmp_path_factory.mktemp("to-render") / "home")


@pytest.fixture
def to_render(to_render_once: Deployment, tmp_path: Path) -> RenderHome:
    """A copy of it for processes of its own, which may stand for other hosts."""
    home = RenderHome(to_render_once.copied_to(tmp_path / "home"))
    home.prepare()
    return home
