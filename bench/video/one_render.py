"""``python -m bench.video.one_render FOLDER SECONDS OUT WORKERS SPEED``: our render, timed inside its own process.

What importing takes is not counted, as it is not for the peer. Prints one line of JSON.
"""

import json
import os
import sys
import time
from pathlib import Path

from bench.video.example import PALETTE, example
from igny8_assets.video.joining import encode_sound
from igny8_assets.video.rendering import RenderOptions, render_frames


def main(arguments: list[str]) -> None:
    """See the module."""
    folder, seconds, out = Path(arguments[0]), float(arguments[1]), Path(arguments[2])
    workers, speed = int(arguments[3]), arguments[4]
    shown = example(folder, seconds)
    options = RenderOptions(workers=workers, speed="medium" if speed == "medium" else "veryfast")
    encoded = out.with_suffix(".m4a")
    before, began = os.times(), time.perf_counter()
    render_frames(shown.timeline, out, lambda: encode_sound(shown.sound, encoded), palette=PALETTE, options=options)
    took, after = time.perf_counter() - began, os.times()
    processor = sum(after[:4]) - sum(before[:4])
    print(json.dumps({"seconds": took, "processor_seconds": processor, "frames": shown.timeline.frames}))


if __name__ == "__main__":
    main(sys.argv[1:])
