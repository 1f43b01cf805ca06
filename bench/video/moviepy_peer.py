"""``python -m bench.video.moviepy_peer FOLDER SECONDS OUT``: the same video composed with MoviePy, as its documentation shows.

Image clips that are resized over time and fade into each other, text clips over them, one composite, ``write_videofile`` with
the same x264 settings. Its visible faults are MoviePy's own: sizes and places are rounded to whole pixels, so that zooms shake;
and a clip that grows while it fades keeps the mask of its first size, so that a black strip grows at its lower edge
(MoviePy 2.2). The progress line along the top is left out. Prints one line of JSON.
"""

import json
import sys
import time
from pathlib import Path

from moviepy import AudioFileClip, CompositeVideoClip, ImageClip, TextClip, VideoClip, vfx

from bench.video.example import PALETTE, PRESET, TITLE, Example, example
from igny8_assets.video.encoder import Encoding
from igny8_assets.video.timeline import Scene
from igny8_resources.fonts import font_path

TITLE_LINES = TITLE.replace(" you ", "\nyou ")


def moving(scene: Scene) -> VideoClip:
    """One still, zoomed or panned over its duration."""
    still = ImageClip(str(scene.picture)).with_duration(scene.end - scene.start)
    # The smallest size that covers the frame.
    still = still.resized(max(PRESET.width / still.w, PRESET.height / still.h))
    begin, end = scene.move_from, scene.move_to
    length = scene.end - scene.start
    if begin.zoom == end.zoom:
        still = still.resized(begin.zoom)
        slack = still.w - PRESET.width
        across = (begin.x - 0.5) * still.w, (end.x - 0.5) * still.w
        top = (PRESET.height - still.h) / 2
        return still.with_position(lambda t: (-slack / 2 - (across[0] + (across[1] - across[0]) * t / length), top))
    zoomed = still.resized(lambda t: begin.zoom + (end.zoom - begin.zoom) * t / length)
    return zoomed.with_position("center")


def composed(shown: Example) -> CompositeVideoClip:
    """The whole video."""
    clips: list[VideoClip] = []
    for index, scene in enumerate(shown.timeline.scenes):
        clip = moving(scene).with_start(scene.start)
        if index:
            clip = clip.with_effects([vfx.CrossFadeIn(shown.timeline.scenes[index - 1].end - scene.start)])
        clips.append(clip)
    font, area = str(font_path("display_bold")), PRESET.safe_area
    title = TextClip(
        font=font, text=TITLE_LINES, font_size=56, color=PALETTE.ink, bg_color=PALETTE.paper, margin=(34, 26)
    )
    clips.append(title.with_start(0.3).with_end(shown.timeline.duration).with_position((area.left, area.top)))
    for caption in shown.timeline.captions:
        text = "\n".join(caption.lines)
        words = TextClip(
            font=font,
            text=text,
            font_size=62,
            color="white",
            stroke_color="black",
            stroke_width=3,
            text_align="center",
            margin=(12, 30),
        )
        place = ("center", area.bottom - words.h)
        clips.append(words.with_start(caption.start).with_end(caption.end).with_position(place))
    return CompositeVideoClip(clips, size=(PRESET.width, PRESET.height)).with_duration(shown.timeline.duration)


def main(arguments: list[str]) -> None:
    """See the module."""
    folder, seconds, out = Path(arguments[0]), float(arguments[1]), Path(arguments[2])
    shown = example(folder, seconds)
    began = time.perf_counter()
    video = composed(shown).with_audio(AudioFileClip(str(shown.sound)))
    settings = Encoding().arguments(PRESET)
    # Every setting of ours but the codec and its preset, which MoviePy passes itself.
    rest = settings[settings.index("-crf") :]
    video.write_videofile(
        str(out),
        fps=PRESET.fps,
        codec="libx264",
        preset="veryfast",
        audio_codec="aac",
        audio_bitrate="192k",
        ffmpeg_params=rest,
        logger=None,
    )
    print(json.dumps({"seconds": time.perf_counter() - began}))


if __name__ == "__main__":
    main(sys.argv[1:])
