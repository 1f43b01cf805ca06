"""What tests of rendering on other hosts share: a home with a video to render, its runs and its workers as processes."""

import dataclasses
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
import pytest
from deployments import SITE, Deployment

from cli.instance import prepare_dagster
from igny8_assets.video import presets
from igny8_resources.settings import Settings
from igny8_resources.warehouse.store.approval import approve
from igny8_resources.warehouse.store.writer import content_of
from jobs.names import CREATE_VIDEO_PROJECT, PUBLISH_ARTICLE, RENDER_VIDEO

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
PATIENCE_SECONDS = 400
NOT_BEGUN = {
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
}
ARTICLE, VIDEO = f"{SITE}-1", f"{SITE}-v1"


def ready_to_render(written: Deployment, home: Path) -> Deployment:
    """A video with script, voice and pictures, in the small frames of ``small_videos``."""
    deployment = written.copied_to(home)
    with deployment.parts.warehouse.write() as session:
        content, task, site = content_of(session, ARTICLE)
        approve(session, content, task, site, by="user:1")
    with pytest.MonkeyPatch.context() as patch:
        small = dataclasses.replace(presets.PRESETS["youtube_short"].resized(270, 480), fps=10)
        patch.setitem(presets.PRESETS, "youtube_short", small)
        for job, partition in ((PUBLISH_ARTICLE, ARTICLE), (CREATE_VIDEO_PROJECT, ARTICLE)):
            assert deployment.run(job, partition).success
        assert deployment.run(RENDER_VIDEO, VIDEO, assets=["video_script", "voiceover", "visuals"]).success
    return deployment


@dataclass
class RenderHome:
    """A deployment whose next step is the render; ``settings`` are the environment of its processes."""

    deployment: Deployment
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def dagster_home(self) -> Path:
        return self.deployment.home / "dagster"

    @property
    def environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("IGNY8_", "DAGSTER_"))}
        return {
            **inherited,
            "IGNY8_HOME": str(self.deployment.home),
            "DAGSTER_HOME": str(self.dagster_home),
            "PYTHONPATH": f"{ROOT}:{HERE}",
            **self.settings,
        }

    def prepare(self) -> None:
        """Write Dagster's folder, without pointing this process at it."""
        before = {name: os.environ.get(name) for name in ("DAGSTER_HOME", "IGNY8_HOME", "DAGSTER_DISABLE_TELEMETRY")}
        prepare_dagster(Settings(home=self.deployment.home))
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
        # Dagster's SQLite files are made by one process: two that make them at once leave them unusable.
        with self.instance() as instance:
            instance.get_runs(limit=1)
            instance.get_dynamic_partitions("videos")

    @contextmanager
    def process(self, log: Path, *command: str, prefix: Sequence[str] = ()) -> Iterator[subprocess.Popen[bytes]]:
        """A process of this home; what it says goes to a file."""
        with log.open("ab") as output:
            running = subprocess.Popen(
                [*prefix, *command], cwd=ROOT, env=self.environment, stdout=output, stderr=subprocess.STDOUT
            )
        try:
            yield running
        finally:
            if running.poll() is None:
                running.terminate()
                try:
                    running.wait(30)
                except subprocess.TimeoutExpired:
                    running.kill()
                    running.wait()

    def run_of(self, log: Path, partition: str, *assets: str) -> AbstractContextManager[subprocess.Popen[bytes]]:
        """A run of some assets and their checks."""
        return self.process(log, sys.executable, str(HERE / "execute_video.py"), partition, *assets)

    @contextmanager
    def instance(self) -> Iterator[dg.DagsterInstance]:
        with dg.DagsterInstance.from_config(str(self.dagster_home)) as instance:
            yield instance

    def messages(self) -> list[str]:
        """What the log of the newest run says."""
        with self.instance() as instance:
            runs = instance.get_runs(limit=1)
            # Before that the run's own process has not made the file of its events.
            if not runs or runs[0].status in NOT_BEGUN:
                return []
            return [
                entry.dagster_event.message or "" if entry.dagster_event else entry.user_message
                for entry in instance.all_logs(runs[0].run_id)
            ]

    def status(self) -> dg.DagsterRunStatus:
        with self.instance() as instance:
            return instance.get_runs(limit=1)[0].status


def wait_until(
    true: Callable[[], object], what: str, *logs: Path, during: subprocess.Popen[bytes] | None = None
) -> None:
    """Wait until something holds; else fail with what the processes said, at once when ``during`` has ended."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        if time.monotonic() > deadline or (during is not None and during.poll() is not None):
            said = "\n".join(f"--- {log.name}\n{log.read_text()[-3000:]}" for log in logs if log.exists())
            raise AssertionError(f"{what} did not happen\n{said}")
        time.sleep(0.5)
