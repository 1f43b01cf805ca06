"""A video in parts: rendered by several workers, joined without a seam, and taken up where a killed render stopped."""

import fcntl
import itertools
import os
import signal
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from video_stand_ins import PALETTE

from igny8_assets.video.captions import Caption
from igny8_assets.video.encoder import Encoding, ffmpeg_path
from igny8_assets.video.failures import DiskFull, EncodingFailed, RenderUnderWay, ScriptInvalid
from igny8_assets.video.presets import preset_named
from igny8_assets.video.rendering import RenderOptions, render_frames
from igny8_assets.video.segment_store import SegmentStore, remove_old_segments
from igny8_assets.video.segments import segment_digest, segments_of
from igny8_assets.video.timeline import Overlay, Scene, Timeline, View

TINY = preset_named("youtube_short").resized(270, 480, min_seconds=1)
ROOT = Path(__file__).parents[2]


def waves(path, turn):
    """A picture with something to compress."""
    rows, columns = np.mgrid[0:560, 0:320]
    level = 128 + 60 * np.sin(rows / (9 + turn)) + 50 * np.cos(columns / 7 + turn)
    Image.fromarray(np.stack([level, level / 2, 200 - level / 2], 2).astype(np.uint8)).save(path)
    return path


def a_timeline(folder, sections=4, seconds=2.0, preset=TINY):
    scenes = tuple(
        Scene(
            waves(folder / f"{index}.png", index),
            is_card=False,
            start=max(0.0, index * seconds - 0.25),
            end=index * seconds + seconds + (0.25 if index + 1 < sections else 0),
            move_from=View(0.5, 0.5, 1.0),
            move_to=View(0.5, 0.48, 1.12),
            section=index,
        )
        for index in range(sections)
    )
    captions = tuple(
        Caption((f"Part {index + 1}",), index * seconds + 0.2, index * seconds + 1.4, ()) for index in range(sections)
    )
    headings = (Overlay("Heading", 0.3, 1.5, 0.25, 0),)
    return Timeline(preset, sections * seconds, scenes, headings, captions, (), (0.0,))


def rendered(timeline, out, **options):
    reports = []
    sound = options.pop("sound", lambda: None)
    render_frames(timeline, out, sound, palette=PALETTE, options=RenderOptions(**options), progress=reports.append)
    return reports


def decoded(path, preset=TINY):
    done = subprocess.run(
        [ffmpeg_path(), "-v", "error", "-i", str(path), "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"],
        capture_output=True,
        check=True,
    )
    return np.frombuffer(done.stdout, np.uint8).reshape(-1, preset.width * preset.height * 3 // 2).astype(int)


def packet_times(path):
    """Decoding and presentation time and length of every packet, in the container's units."""
    done = subprocess.run(
        [ffmpeg_path(), "-v", "error", "-i", str(path), "-map", "0:v", "-c", "copy", "-f", "framecrc", "-"],
        capture_output=True,
        check=True,
        text=True,
    )
    lines = [line.split(",") for line in done.stdout.splitlines() if not line.startswith("#")]
    return [tuple(int(field) for field in line[1:4]) for line in lines]


def test_cuts_lie_on_key_frames_and_do_not_depend_on_who_renders(tmp_path):
    timeline = a_timeline(tmp_path, sections=3, seconds=8.0)
    parts = segments_of(timeline)
    assert parts[0].first == 0
    assert parts[-1].end == timeline.frames
    assert all(one.end == next_one.first for one, next_one in itertools.pairwise(parts))
    assert all(segment.first % 15 == 0 for segment in parts)
    assert all(45 <= segment.frames <= 160 for segment in parts)
    assert [segment.section for segment in parts] == sorted(segment.section for segment in parts)
    assert {segment.section for segment in parts} == {1, 2, 3}


def test_a_video_too_short_to_cut_is_one_segment(tmp_path):
    timeline = a_timeline(tmp_path, sections=2, seconds=1.0)
    assert [(segment.first, segment.end) for segment in segments_of(timeline)] == [(0, 60)]


def test_joined_segments_are_the_video_that_one_encoder_would_make(tmp_path):
    timeline = a_timeline(tmp_path)
    reports = rendered(timeline, tmp_path / "two.mp4", workers=2)
    assert len(segments_of(timeline)) == 4
    assert (reports[-1].frame, reports[-1].frames, reports[-1].seconds_left) == (240, 240, 0.0)
    # The same frames in one piece.
    compress = [*Encoding().arguments(TINY), "-movflags", "+faststart"]
    raw = decoded_drawings(timeline)
    command = [ffmpeg_path(), "-v", "error", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", "270x480", "-r", "30"]
    subprocess.run([*command, "-i", "-", *compress, str(tmp_path / "whole.mp4")], input=raw.tobytes(), check=True)
    joined, whole = decoded(tmp_path / "two.mp4"), decoded(tmp_path / "whole.mp4")
    assert joined.shape == whole.shape
    decoding = [decoded_at for decoded_at, _, _ in packet_times(tmp_path / "two.mp4")]
    assert set(np.diff(decoding)) == {512}
    shown = sorted(shown for _, shown, _ in packet_times(tmp_path / "two.mp4"))
    assert shown == sorted(shown for _, shown, _ in packet_times(tmp_path / "whole.mp4"))
    original = raw.reshape(joined.shape).astype(int)
    # As close to what was drawn as the one encoder's frames, and nowhere far from them.
    assert np.abs(joined - original).mean() <= np.abs(whole - original).mean() * 1.1
    assert np.abs(joined - whole).mean(axis=1).max() < 3


def decoded_drawings(timeline):
    from igny8_assets.video.colour_planes import Frame
    from igny8_assets.video.compositor import Compositor

    compositor, frame = Compositor(timeline, PALETTE), Frame(timeline.preset.width, timeline.preset.height)
    drawn = []
    for number in range(timeline.frames):
        compositor.draw(number, frame)
        drawn.append(frame.data.copy())
    return np.concatenate(drawn)


def test_the_number_of_workers_changes_no_cut_and_the_same_work_gives_the_same_frames(tmp_path):
    timeline = a_timeline(tmp_path)
    for name, workers in (("a", 2), ("b", 2), ("c", 1)):
        rendered(timeline, tmp_path / f"{name}.mp4", workers=workers)
    two, again, one = (decoded(tmp_path / f"{name}.mp4") for name in "abc")
    assert np.array_equal(two, again)
    assert np.abs(two - one).mean() < 1
    assert packet_times(tmp_path / "a.mp4") == packet_times(tmp_path / "b.mp4")
    left = {path.name for path in tmp_path.iterdir()} - {f"{index}.png" for index in range(4)}
    assert left == {"a.mp4", "b.mp4", "c.mp4"}


def digests(timeline, **changes):
    made = {
        "palette": PALETTE,
        "brand": "",
        "drawn_with": "cpu",
        "encoding": Encoding(),
        "picture_digest": SegmentStore(Path("unused")).picture_digest,
    }
    return [segment_digest(timeline, segment, **{**made, **changes}) for segment in segments_of(timeline)]


def test_a_segment_is_known_by_what_is_in_it(tmp_path):
    timeline = a_timeline(tmp_path)
    before = digests(timeline)
    assert len(set(before)) == 4
    assert digests(timeline) == before
    other = replace(timeline.captions[3], lines=("Other words",))
    reworded = digests(replace(timeline, captions=(*timeline.captions[:3], other)))
    assert reworded[:3] == before[:3]
    assert reworded[3] != before[3]
    assert not set(digests(timeline, brand="B")) & set(before)
    assert not set(digests(timeline, encoding=Encoding(speed="medium"))) & set(before)
    waves(tmp_path / "0.png", 9)
    repainted = digests(timeline)
    assert repainted[0] != before[0]
    assert repainted[2:] == before[2:]


CHILD = """
import os, sys, time
sys.path[:0] = [{root!r}, {tests!r}]
from pathlib import Path
from test_video_segments import PALETTE, a_timeline
from igny8_assets.video.rendering import RenderOptions, render_frames

def watch(now):
    kept = Path({folder!r}) / "kept"
    if now.frame > 150 and len(list(kept.glob("[!.]*.mp4"))) >= 2:
        print("halfway", flush=True)
        time.sleep(60)

timeline = a_timeline(Path({folder!r}), sections=8)
options = RenderOptions(workers=1, segments=Path({folder!r}) / "kept")
render_frames(timeline, Path({folder!r}) / "out.mp4", lambda: None, palette=PALETTE, options=options, progress=watch)
print("whole", flush=True)
"""


def test_a_killed_render_goes_on_after_its_finished_segments(tmp_path):
    program = CHILD.format(root=str(ROOT), tests=str(Path(__file__).parent), folder=str(tmp_path))
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, start_new_session=True)
    try:
        # It may be done drawing before it is looked at: then all segments are finished, which is as good.
        said = child.stdout.readline()
    finally:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        child.stdout.close()
    assert said == b"halfway\n"
    kept = tmp_path / "kept"
    finished = {path.name: path.stat().st_mtime_ns for path in kept.glob("[!.]*.mp4")}
    assert len(finished) >= 2
    assert not (tmp_path / "out.mp4").exists()
    (kept / ".abc.0.part.mp4").write_bytes(b"begun")

    timeline = a_timeline(tmp_path, sections=8)
    reports = rendered(timeline, tmp_path / "out.mp4", workers=1, segments=kept)
    assert reports[0].frame >= 60 * len(finished)
    assert {name: (kept / name).stat().st_mtime_ns for name in finished} == finished
    assert len(decoded(tmp_path / "out.mp4")) == timeline.frames
    assert not list(kept.glob(".*part*"))


def test_ffmpeg_killed_in_one_section_names_it_and_the_next_try_renders_the_rest(tmp_path, monkeypatch):
    timeline = a_timeline(tmp_path)
    failing = stand_in_ffmpeg(tmp_path, "kill -9 $$", only_from=3)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(failing))
    with pytest.raises(
        EncodingFailed, match=r"(?s)Section 3: ffmpeg stopped with exit code -9 .* 2 of 4 parts"
    ) as caught:
        rendered(timeline, tmp_path / "out.mp4", workers=1)
    assert caught.value.section == 3
    kept = tmp_path / ".out.mp4.segments"
    assert len(list(kept.glob("[!.]*.mp4"))) == 2
    monkeypatch.delenv("IMAGEIO_FFMPEG_EXE")
    assert rendered(timeline, tmp_path / "out.mp4", workers=1)[0].frame == 120
    assert not kept.exists()


def stand_in_ffmpeg(folder, failure, only_from):
    """An ffmpeg that works until it is asked for the ``only_from``-th time, then does something else."""
    script = folder / Path(ffmpeg_path()).name
    count = folder / "calls"
    script.write_text(
        f"""#!/bin/sh
case "$*" in *rawvideo*) echo x >> {count};; *) exec {ffmpeg_path()} "$@";; esac
if [ "$(wc -l < {count})" -ge {only_from} ]; then {failure}; fi
exec {ffmpeg_path()} "$@"
"""
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return script


def test_a_full_disk_is_named_at_its_section(tmp_path, monkeypatch):
    timeline = a_timeline(tmp_path)
    # The device that is always full: ffmpeg gets the kernel's own refusal.
    full = f"exec {ffmpeg_path()} -v error -f rawvideo -s 270x480 -i pipe:0 -f h264 -y /dev/full"
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(stand_in_ffmpeg(tmp_path, full, only_from=2)))
    with pytest.raises(DiskFull, match=r"Section 2: The disk is full: .* 1 of 4 parts are finished and kept"):
        rendered(timeline, tmp_path / "out.mp4", workers=1)


def test_a_corrupt_picture_leaves_the_other_sections_finished(tmp_path):
    timeline = a_timeline(tmp_path)
    whole = (tmp_path / "3.png").read_bytes()
    (tmp_path / "3.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ScriptInvalid, match=r"Section 4: The picture 3\.png cannot be read"):
        rendered(timeline, tmp_path / "out.mp4", workers=1)
    kept = tmp_path / ".out.mp4.segments"
    assert len(list(kept.glob("[!.]*.mp4"))) >= 2
    (tmp_path / "3.png").write_bytes(whole)
    reports = rendered(timeline, tmp_path / "out.mp4", workers=1)
    assert reports[0].frame >= 120
    assert not kept.exists()


def test_sound_that_cannot_be_made_stops_the_render_with_its_own_reason(tmp_path):
    def silent():
        raise EncodingFailed("The narration is silent")

    with pytest.raises(EncodingFailed, match="narration is silent"):
        rendered(a_timeline(tmp_path, sections=6), tmp_path / "out.mp4", workers=1, sound=silent)
    assert not (tmp_path / "out.mp4").exists()


def test_two_processes_do_not_render_into_the_same_place(tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    with (kept / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(RenderUnderWay, match="Another process renders this video"):
            rendered(a_timeline(tmp_path), tmp_path / "out.mp4", segments=kept)
    assert kept.exists()


def test_an_interrupted_render_stops_drawing_and_leaves_nothing(tmp_path):
    def interrupted(now):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        render_frames(a_timeline(tmp_path), tmp_path / "out.mp4", lambda: None, palette=PALETTE, progress=interrupted)
    assert {path.suffix for path in tmp_path.iterdir()} == {".png"}


def test_old_segments_are_removed_and_new_ones_stay(tmp_path):
    for name, age in (("old", 9), ("new", 1)):
        (tmp_path / name).mkdir()
        segment = tmp_path / name / "a.mp4"
        segment.write_bytes(b"0")
        long_ago = time.time() - age * 86_400
        os.utime(segment, (long_ago, long_ago))
        os.utime(tmp_path / name, (long_ago, long_ago))
    assert remove_old_segments(tmp_path, older_than_days=7) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["new"]
    assert remove_old_segments(tmp_path / "none", older_than_days=7) == 0
