"""Clips inside a video: the right frame at every moment, in the frame's shape, whatever the order."""

import subprocess

import cv2
import numpy as np
import pytest
from video_stand_ins import PALETTE, picture

from igny8_assets.video.clips import ClipReader, ClipShelf, check_clip, is_clip, quick_planes
from igny8_assets.video.colour_planes import Frame, planes_of
from igny8_assets.video.compositor import Compositor
from igny8_assets.video.encoder import ffmpeg_path
from igny8_assets.video.failures import PictureUnusable, ScriptInvalid
from igny8_assets.video.presets import preset_named
from igny8_assets.video.resampling import BORDER
from igny8_assets.video.timeline import Scene, Timeline, View

TINY = preset_named("youtube_short").resized(108, 192, min_seconds=1)
WHOLE = View(0.5, 0.5, 1.0)
FPS, FRAMES = 25, 50


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """Two seconds at 25 frames a second; frame n is grey at level 20 + 4 n."""
    path = tmp_path_factory.mktemp("clips") / "grey.mp4"
    raw = b"".join(bytes([20 + 4 * number]) * (320 * 180 * 3) for number in range(FRAMES))
    command = [ffmpeg_path(), "-v", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "320x180", "-r", str(FPS)]
    subprocess.run([*command, "-i", "-", "-pix_fmt", "yuv420p", "-g", "12", str(path)], input=raw, check=True)
    return path


def level(still):
    """The grey level (0 to 255) in the middle of a still."""
    luma = still.planes.y[BORDER : BORDER + still.height, BORDER : BORDER + still.width]
    return (float(np.median(luma)) - 16) * 255 / 219


def test_every_moment_shows_its_frame(clip):
    reader = ClipReader(clip, TINY)
    moments = [number / 30 for number in range(58)]
    seen = [level(reader.at(moment)) for moment in moments]
    assert seen == pytest.approx([20 + 4 * int(moment * FPS + 1e-6) for moment in moments], abs=3)
    still = reader.at(0)
    assert (still.width, still.height) == (TINY.width, TINY.height)
    reader.close()


def test_a_clips_colours_are_those_of_a_still():
    """The quick way to planes differs from the exact one by no more than two levels, noise and edges included."""
    rng = np.random.default_rng(5)
    rgb = cv2.resize(rng.integers(0, 256, (24, 14, 3), np.uint8), (108, 192), interpolation=cv2.INTER_LINEAR)
    quick, exact = quick_planes(rgb), planes_of(rgb)
    for one, other in zip((quick.y, quick.u, quick.v), (exact.y, exact.u, exact.v), strict=True):
        assert one.shape == other.shape
        assert np.abs(one.astype(int) - other.astype(int)).max() <= 2


def test_the_order_of_asking_does_not_matter(clip):
    forwards, jumping = ClipReader(clip, TINY), ClipReader(clip, TINY)
    moments = [0.1, 0.5, 0.9, 1.3, 1.7]
    one = {moment: level(forwards.at(moment)) for moment in moments}
    other = {moment: level(jumping.at(moment)) for moment in reversed(moments)}
    assert one == pytest.approx(other, abs=1)


def test_a_clip_that_is_over_begins_again(clip):
    reader = ClipReader(clip, TINY)
    assert level(reader.at(2.2)) == pytest.approx(level(reader.at(0.2)), abs=3)


def test_clips_on_a_shelf_are_closed_when_they_are_gone(clip, tmp_path):
    shelf = ClipShelf(TINY)
    copies = [tmp_path / f"{number}.mp4" for number in range(4)]
    for copy in copies:
        copy.write_bytes(clip.read_bytes())
        shelf.get(copy, 0.0)
    assert len(shelf._readers) == 2


def test_a_clip_and_a_picture_fade_into_each_other(clip, tmp_path):
    still = picture(tmp_path / "white.png", "#ffffff", (108, 192))
    scenes = (
        Scene(clip, False, 0.0, 1.25, WHOLE, WHOLE, 0, is_clip=True),
        Scene(still, False, 0.75, 2.0, WHOLE, WHOLE, 1),
    )
    compositor = Compositor(Timeline(TINY, 2.0, scenes, (), (), (), (0.0,)), PALETTE)
    frame = Frame(TINY.width, TINY.height)
    seen = []
    for number in (0, 15, 30, 50):
        compositor.draw(number, frame)
        seen.append(int(frame.y[100, 50]))
    assert seen == sorted(seen)
    assert seen[0] == pytest.approx(16 + 20 * 219 / 255, abs=3)
    assert seen[-1] == 235


def test_unusable_clips_are_named_at_their_section(clip, tmp_path):
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(clip.read_bytes()[:400])
    with pytest.raises(PictureUnusable, match=r"broken.mp4 cannot be read .*export it again as MP4"):
        check_clip(broken)
    with pytest.raises(PictureUnusable, match="does not exist"):
        check_clip(tmp_path / "none.mp4")
    scenes = (Scene(broken, False, 0.0, 1.0, WHOLE, WHOLE, 2, is_clip=True),)
    compositor = Compositor(Timeline(TINY, 1.0, scenes, (), (), (), (0.0,)), PALETTE)
    with pytest.raises(ScriptInvalid, match="Section 3: The clip broken.mp4"):
        compositor.draw(0, Frame(TINY.width, TINY.height))
    assert is_clip(broken)
    assert check_clip(clip) == pytest.approx(2.0, abs=0.1)
