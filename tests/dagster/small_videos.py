"""The video location with small frames: every process of a test that renders elsewhere loads it instead of the real one."""

import dataclasses
import os

from igny8_assets.video import presets

# More frames a second make the same render take longer.
FPS = int(os.environ.get("SMALL_VIDEOS_FPS", "10"))
presets.PRESETS["youtube_short"] = dataclasses.replace(presets.PRESETS["youtube_short"].resized(270, 480), fps=FPS)

from igny8_assets.video.definitions import defs  # noqa: E402

__all__ = ["defs"]
