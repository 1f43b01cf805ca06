"""The asset graph as an operator sees it, and what every asset owes its reader."""

import ast
import inspect
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.remote_representation.external_data import RepositorySnap
from dagster._serdes import serialize_value
from deployments import Deployment

from igny8_assets.partitions import days, days_to_now, months
from igny8_assets.video.definitions import build_defs as video_defs
from igny8_resources.settings import SettingsError, load_settings
from jobs import names

ROOT = Path(__file__).resolve().parents[2]
MOST_LINES_OF_AN_ASSET_FILE = 150

# asset, what it is partitioned by, group, what it reads, kinds
GRAPH = """
article            articles  writer      tasks                                   ai table
article_schema     articles  schema      article images                          json
clusters           sites     planner     keywords                                ai table
credit_renewals    months    billing     -                                       table
ideas              sites     planner     clusters taxonomies                     ai table
image_prompts      articles  writer      article                                 ai table
images             articles  writer      image_prompts                           ai image
internal_links     articles  linker      article_schema                          table
keywords           sites     planner     -                                       pandas table
link_graph         sites     linker      published_article                       table
opportunities      sites     planner     clusters keywords                       table
published_article  articles  publishing  article_schema images internal_links    web
published_video    videos    video       rendered_video video_listings video_thumbnail web
rendered_video     videos    video       visuals                                 video
site_build         sites     sites       link_graph published_article            web
social_posts       articles  social      published_article                       ai table
spend              days      billing     -                                       table
tasks              sites     planner     ideas                                   table
taxonomies         sites     planner     clusters                                ai table
video_listings     videos    video       rendered_video                          ai table
video_metrics      today     video       published_video                         table
video_projects     articles  video       published_article                       table
video_script       videos    video       video_projects                          ai table
video_thumbnail    videos    video       rendered_video                          image
visuals            videos    video       voiceover                               image
voiceover          videos    video       video_script                            ai audio
"""

# check, its asset, whether it stops what comes after
CHECKS = """
article_is_publishable        article            blocking
captions_follow_the_voice     rendered_video     blocking
every_image_has_its_files     images             blocking
every_keyword_in_one_cluster  clusters           blocking
few_rows_refused              keywords           -
figures_have_sources          article            -
file_fits_platform            rendered_video     blocking
links_lead_somewhere          internal_links     -
page_document_is_live         published_article  -
picture_keeps_moving          rendered_video     blocking
posts_fit_their_platforms     social_posts       blocking
ready_for_review              internal_links     blocking
schema_is_one_sound_graph     article_schema     blocking
script_keeps_to_its_article   video_script       blocking
site_is_sound                 site_build         -
sound_is_levelled             rendered_video     blocking
stream_data_fits_preset       rendered_video     blocking
text_stays_in_safe_area       rendered_video     blocking
"""

JOBS = {
    "load_keywords": "keywords",
    "plan_site": "keywords clusters taxonomies opportunities ideas tasks",
    "write_article": "article image_prompts images article_schema internal_links",
    "complete_article": "image_prompts images article_schema internal_links",
    "publish_article": "published_article",
    "build_site": "link_graph site_build",
    "draft_social_posts": "social_posts",
    "create_video_project": "video_projects",
    "write_video_script": "video_script",
    "speak_video": "voiceover",
    "illustrate_video": "visuals",
    "list_video": "video_listings",
    "render_video": "video_script voiceover visuals rendered_video video_thumbnail",
    "publish_video": "published_video",
}

LOCATIONS = ["igny8_assets.definitions", "igny8_assets.video.definitions"]


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """Definitions alone: nothing here opens the warehouse."""
    return Deployment(tmp_path_factory.mktemp("graph") / "home")


def specs(deployment: Deployment) -> list[dg.AssetSpec]:
    found = [
        spec
        for location in (deployment.content, deployment.video)
        for spec in location.resolve_all_asset_specs()
        # What belongs to the other location is known by name only.
        if spec.group_name != "default"
    ]
    return sorted(found, key=lambda spec: spec.key)


def functions() -> Iterator[tuple[str, ast.FunctionDef, Path]]:
    """Every asset function with its file."""
    for path in sorted((ROOT / "igny8_assets").glob("*/*assets.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and any("dg.asset" in ast.unparse(d) for d in node.decorator_list):
                yield node.name, node, path


def squeezed(table: str) -> list[str]:
    return [" ".join(line.split()) for line in table.strip().splitlines()]


def partitions_of(spec: dg.AssetSpec) -> str:
    """What an asset is partitioned by, as the design calls it."""
    by_calendar = {days: "days", months: "months", days_to_now: "today"}
    if isinstance(spec.partitions_def, dg.DynamicPartitionsDefinition):
        return str(spec.partitions_def.name)
    assert isinstance(spec.partitions_def, dg.TimeWindowPartitionsDefinition)
    return by_calendar[spec.partitions_def]


def test_the_graph_is_the_one_of_the_design(deployment: Deployment) -> None:
    found = []
    for spec in specs(deployment):
        reads = " ".join(sorted(dep.asset_key.to_user_string() for dep in spec.deps)) or "-"
        kinds = " ".join(sorted(spec.kinds))
        found.append(f"{spec.key.to_user_string()} {partitions_of(spec)} {spec.group_name} {reads} {kinds}")
    assert found == squeezed(GRAPH)


def test_checks_that_must_hold_are_blocking(deployment: Deployment) -> None:
    found = []
    for location in (deployment.content, deployment.video):
        for checks in location.asset_checks or []:
            assert isinstance(checks, dg.AssetChecksDefinition)
            for spec in checks.check_specs:
                assert spec.description
                blocking = "blocking" if spec.blocking else "-"
                found.append(f"{spec.name} {spec.asset_key.to_user_string()} {blocking}")
    assert sorted(found) == squeezed(CHECKS)


def test_each_job_selects_its_stage(deployment: Deployment) -> None:
    # A bulk run selects no assets: it tells of each article's by itself.
    assert {*JOBS, names.WRITE_ARTICLES} == {*names.CONTENT_JOBS, *names.VIDEO_JOBS}
    for name, assets in JOBS.items():
        selected = {key.to_user_string() for key in deployment.job(name).asset_layer.selected_asset_keys}
        assert selected == set(assets.split())


def test_every_asset_says_who_owns_it_and_what_a_row_means(deployment: Deployment) -> None:
    for spec in specs(deployment):
        assert spec.owners == ["team:content-operations"], spec.key
        assert spec.code_version, spec.key
        assert spec.description, spec.key
        assert len(spec.description) > 40, f"{spec.key}: say what one row means"


def test_no_asset_waits_for_a_condition_to_be_weighed(deployment: Deployment) -> None:
    # Weighing them costs every tick seconds with thousands of articles; events start the work instead.
    assert [spec.key for spec in specs(deployment) if spec.automation_condition is not None] == []


def test_asset_functions_are_annotated_and_their_files_short() -> None:
    named = {name for name, _, _ in functions()}
    assert named == {line.split()[0] for line in squeezed(GRAPH)}
    for name, function, path in functions():
        assert function.returns is not None, f"{name} in {path.name} has no return annotation"
        assert ast.unparse(function.returns) == "dg.MaterializeResult", name
        assert ast.get_docstring(function), name
    for path in {path for _, _, path in functions()}:
        lines = len(path.read_text().splitlines())
        assert lines <= MOST_LINES_OF_AN_ASSET_FILE, f"{path} has {lines} lines; move logic into modules of its own"


def test_no_module_that_dagster_reads_postpones_annotations() -> None:
    read_by_dagster = [
        *(ROOT / "igny8_assets").glob("**/assets.py"),
        *(ROOT / "igny8_assets").glob("**/checks.py"),
        *(ROOT / "igny8_assets").glob("**/definitions.py"),
        *(ROOT / "jobs").glob("*.py"),
        *(ROOT / "sensors").glob("*.py"),
        ROOT / "igny8_assets" / "partitions.py",
        ROOT / "igny8_resources" / "resources.py",
    ]
    assert len(read_by_dagster) > 20
    for path in read_by_dagster:
        assert "from __future__ import annotations" not in path.read_text(), path


def test_sensors_and_schedules_run_by_default(deployment: Deployment) -> None:
    content, video = deployment.content, deployment.video
    sensors = [*(content.sensors or []), *(video.sensors or [])]
    assert [sensor.name for sensor in sensors] == [
        "content_events",
        "content_requests",
        "batches",
        "inbox",
        "webhooks",
        "automation_rules",
        "run_failures",
        "run_cancellations",
        "video_events",
        "video_requests",
        "video_publications",
    ]
    assert {sensor.default_status for sensor in sensors} == {dg.DefaultSensorStatus.RUNNING}
    schedules = content.schedules or []
    assert sorted(schedule.name for schedule in schedules) == [
        "credit_renewals_schedule",
        "housekeeping_schedule",
        "report_spend_schedule",
    ]
    assert {schedule.default_status for schedule in schedules} == {dg.DefaultScheduleStatus.RUNNING}
    of_videos = video.schedules or []
    assert sorted(each.name for each in of_videos) == ["clean_video_scratch_schedule", "video_metrics_schedule"]
    assert {each.default_status for each in of_videos} == {dg.DefaultScheduleStatus.RUNNING}


def test_rendering_is_pinned_to_one_process_at_a_time(deployment: Deployment) -> None:
    [rendering] = [each for each in deployment.video.assets or [] if each.key == dg.AssetKey("rendered_video")]
    assert rendering.op.pool == names.VIDEO_RENDER_POOL
    executor = deployment.video.executor
    assert isinstance(executor, dg.ExecutorDefinition)
    assert executor.name == "multiprocess"
    assert executor.config_schema.resolve_config({}).value["config"]["max_concurrent"] == 1
    assert deployment.content.executor is dg.in_process_executor


@pytest.mark.parametrize(("executor", "named"), [("celery", "celery"), ("k8s", "k8s")])
def test_the_render_may_go_elsewhere_and_nothing_secret_is_seen_of_it(
    executor: str, named: str, deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IGNY8_RENDER_EXECUTOR", executor)
    monkeypatch.setenv("IGNY8_CELERY_BROKER", "amqp://igny8:hush-broker@rabbit.internal:5672/igny8")
    location = video_defs({"platform": deployment.resource})
    assert isinstance(location.executor, dg.ExecutorDefinition)
    assert location.executor.name == named
    [rendering] = [each for each in location.assets or [] if each.key == dg.AssetKey("rendered_video")]
    assert rendering.op.tags["dagster-celery/queue"] == "gpu"
    others = [each for each in location.assets or [] if each is not rendering]
    assert not any("dagster-celery/queue" in each.op.tags for each in others)
    snapshot = RepositorySnap.from_def(location.get_repository_def())
    assert "hush-broker" not in serialize_value(snapshot)


def test_an_executor_is_refused_by_the_name_of_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IGNY8_RENDER_EXECUTOR", "celery")
    with pytest.raises(SettingsError, match=r"IGNY8_CELERY_BROKER: name the RabbitMQ server"):
        video_defs()
    monkeypatch.setenv("IGNY8_CELERY_BROKER", "redis://127.0.0.1:6379/0")
    with pytest.raises(SettingsError, match=r"IGNY8_CELERY_BROKER: .*amqp://user:password@"):
        load_settings()
    monkeypatch.delenv("IGNY8_CELERY_BROKER")
    monkeypatch.setenv("IGNY8_RENDER_EXECUTOR", "abacus")
    with pytest.raises(SettingsError, match=r"IGNY8_RENDER_EXECUTOR: .*'local', 'celery' or 'k8s'"):
        load_settings()


@pytest.mark.parametrize("module", LOCATIONS)
def test_a_location_loads_in_a_fresh_interpreter(module: str, tmp_path: Path) -> None:
    program = f"import {module}, json, sys; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    loaded = json.loads(done.stdout)
    # What only some steps need must not slow every run's start.
    assert {
        "pandas",
        "sklearn",
        "cv2",
        "PIL",
        "moviepy",
        "openai",
        "graspologic_native",
        "networkx",
        "usearch",
        "onnxruntime",
        "boto3",
    }.isdisjoint(loaded)
    assert not (tmp_path / "home").exists(), "loading a location wrote to its home"


def test_dagster_accepts_the_workspace(tmp_path: Path) -> None:
    dagster = Path(sys.executable).with_name("dagster")
    done = subprocess.run(
        [str(dagster), "definitions", "validate", "-w", "workspace.yaml"],
        cwd=ROOT,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    said = done.stdout + done.stderr
    assert "Validation successful for code location content" in said
    assert "Validation successful for code location video" in said


def test_job_and_asset_modules_hold_what_their_names_say() -> None:
    for path in (ROOT / "igny8_assets").glob("*/*assets.py"):
        assert inspect.cleandoc(ast.get_docstring(ast.parse(path.read_text())) or ""), path


def environment(tmp_path: Path) -> dict[str, str]:
    """A process environment with nothing of this machine's in it but its paths."""
    (tmp_path / "dagster").mkdir()
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("IGNY8_", "DAGSTER_"))},
        "IGNY8_HOME": str(tmp_path / "home"),
        "DAGSTER_HOME": str(tmp_path / "dagster"),
        "DAGSTER_DISABLE_TELEMETRY": "1",
    }
