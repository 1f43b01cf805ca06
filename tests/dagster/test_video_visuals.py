"""What is seen while each sentence is said: chosen by meaning, kept with its score, never twice in a row."""

import dataclasses
import itertools
import re
import subprocess
from pathlib import Path

import pytest
from deployments import SITE, Deployment, metadata_of

from igny8_assets.video import presets
from igny8_assets.video.encoder import ffmpeg_path
from igny8_assets.video.scene_choosing import MOST_MADE, collect_visuals, shots_shown
from igny8_assets.video.stock_credits import credits_of
from igny8_resources.platform import Platform
from igny8_resources.settings import load_settings
from igny8_resources.warehouse.store.approval import approve
from igny8_resources.warehouse.store.writer import content_of
from igny8_resources.warehouse.tables.video import VideoAsset
from jobs.names import CREATE_VIDEO_PROJECT, PUBLISH_ARTICLE, RENDER_VIDEO
from tests.stand_ins.runware_server import API_KEY, MODEL, RunwareStandIn
from tests.stand_ins.scripted_http import Failure
from tests.stand_ins.stock_server import PEXELS_KEY, Archived, PexelsStandIn

ARTICLE = f"{SITE}-1"
VIDEO = f"{SITE}-v1"
CLIP_SECONDS = 30


@pytest.fixture(scope="module", autouse=True)
def small_frames() -> object:
    """The same layout in a quarter of the size and a third of the frames."""
    short = dataclasses.replace(presets.PRESETS["youtube_short"].resized(270, 480), fps=10)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(presets.PRESETS, "youtube_short", short)
        yield


@pytest.fixture(scope="module")
def spoken(written: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """A video with its script and voice, and nothing to see yet."""
    deployment = written.copied_to(tmp_path_factory.mktemp("for-visuals") / "home")
    with deployment.parts.warehouse.write() as session:
        content, task, site = content_of(session, ARTICLE)
        approve(session, content, task, site, by="user:1")
    assert deployment.run(PUBLISH_ARTICLE, ARTICLE).success
    assert deployment.run(CREATE_VIDEO_PROJECT, ARTICLE).success
    assert deployment.run(RENDER_VIDEO, VIDEO, assets=["video_script", "voiceover"]).success
    return deployment


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    source = f"testsrc=size=216x384:rate=10:duration={CLIP_SECONDS}"
    command = [ffmpeg_path(), "-v", "error", "-f", "lavfi", "-i", source, "-pix_fmt", "yuv420p", str(path)]
    subprocess.run(command, check=True)
    return path.read_bytes()


def sentences_of(deployment: Deployment) -> list[str]:
    """The words of every section, so that a stock library can have something for them."""
    voices = [asset for asset in deployment.rows(VideoAsset) if asset.asset_type == "voiceover"]
    said = [" ".join(word["text"] for word in voice.facts["words"]) for voice in voices]
    return [" ".join(re.findall("[a-z]+", text.lower())) for text in said]


def test_every_sentence_has_a_shot_with_its_score(spoken: Deployment, tmp_path: Path) -> None:
    deployment = spoken.copied_to(tmp_path / "home")
    done = deployment.run(RENDER_VIDEO, VIDEO, assets=["visuals"])
    shown = metadata_of(done, "visuals")
    visuals = [asset for asset in deployment.rows(VideoAsset) if asset.asset_type == "visual"]
    shots = [shot for asset in visuals for shot in asset.facts["shots"]]
    assert shown["shots"] == len(shots) > len(visuals)
    assert shown["pictures"] + shown["cards"] == len(shots)
    assert shown["by_sentence"].startswith("| section | sentence | kind | shows | score |")
    for before, after in itertools.pairwise(shots):
        assert before["media_key"] != after["media_key"]
    for asset in visuals:
        own = asset.facts["shots"]
        assert own[0]["first_word"] == 0
        assert [shot["first_word"] for shot in own] == sorted({shot["first_word"] for shot in own})
        assert all(-1 <= shot["score"] <= 1 for shot in own)
        assert all(deployment.parts.media.exists(shot["media_key"]) for shot in own)
        local = [Path(f"{number}.png") for number in range(len(own))]
        assert [shot.first_word for shot in shots_shown(asset, local).shots] == [shot["first_word"] for shot in own]
    # The same script, voice and pictures are chosen the same way again.
    deployment.run(RENDER_VIDEO, VIDEO, assets=["visuals"])
    again = [asset for asset in deployment.rows(VideoAsset) if asset.asset_type == "visual"]
    assert [asset.sha256 for asset in again] == [asset.sha256 for asset in visuals]


def test_stock_that_fits_is_fetched_once_shown_and_credited(spoken: Deployment, clip: bytes, tmp_path: Path) -> None:
    deployment = spoken.copied_to(tmp_path / "home")
    said = sentences_of(deployment)
    archive = (
        Archived(1, said[1], width=1600, height=2400),
        Archived(2, said[2], seconds=CLIP_SECONDS),
        Archived(3, "mountain lake at sunrise"),
    )
    with PexelsStandIn(archive, clip=clip) as server:
        parts = Platform(load_settings(home=deployment.home, pexels_url=server.base_url, pexels_api_key=PEXELS_KEY))
        chosen = collect_visuals(parts, VIDEO)
        asked = (len(server.searches), len(server.downloads))
        assert collect_visuals(parts, VIDEO) == chosen
        assert (len(server.searches), len(server.downloads)) == asked
    stock = [shot for shot in chosen.shots if shot.kind in {"photo", "clip"}]
    assert stock
    assert all(shot.media_key.startswith(f"accounts/1/{SITE}/stock/") for shot in stock)
    assert "mountain" not in " ".join(shot.shows for shot in stock)
    visuals = [asset for asset in deployment.rows(VideoAsset) if asset.asset_type == "visual"]
    lines = credits_of(visuals)
    assert len(lines) == len({shot.media_key for shot in stock})
    assert all("by Ada Lens on Pexels: https://www.pexels.com/" in line for line in lines)
    # What was fetched is on disk: the video is rendered without asking the library again.
    assert "clip" in {shot.kind for shot in stock}
    assert deployment.run(RENDER_VIDEO, VIDEO, assets=["rendered_video"]).success


def test_a_video_is_made_without_stock_when_the_library_is_down(spoken: Deployment, tmp_path: Path) -> None:
    deployment = spoken.copied_to(tmp_path / "home")
    with PexelsStandIn() as server:
        server.script(*[Failure(401, {"code": "Unauthorized"})] * 100)
        parts = Platform(load_settings(home=deployment.home, pexels_url=server.base_url, pexels_api_key=PEXELS_KEY))
        chosen = collect_visuals(parts, VIDEO)
        assert len(server.searches) <= 2
    assert "Check IGNY8_PEXELS_API_KEY" in chosen.troubles[0]
    assert {shot.section for shot in chosen.shots} == set(range(len(sentences_of(deployment))))


def test_a_picture_is_made_for_a_sentence_that_nothing_fits(spoken: Deployment, tmp_path: Path) -> None:
    """With a picture model a sentence that asks for a picture and has none is painted, a few times in a video at most."""
    deployment = spoken.copied_to(tmp_path / "home")
    without = collect_visuals(deployment.parts, VIDEO)
    with RunwareStandIn() as server:
        model = {"runware_url": server.base_url, "runware_api_key": API_KEY, "runware_model": MODEL}
        chosen = collect_visuals(Platform(load_settings(home=deployment.home, **model)), VIDEO)
        made = [shot for shot in chosen.shots if shot.kind == "made"]
        assert 1 <= len(made) <= MOST_MADE
        prompts = [task["positivePrompt"] for request in server.requests for task in request.body or []]
        assert all(any(shot.sentence in prompt for prompt in prompts) for shot in made)
    cards = {(shot.section, shot.first_word) for shot in without.shots if shot.kind == "card"}
    assert {(shot.section, shot.first_word) for shot in made} <= cards
