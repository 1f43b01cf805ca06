"""One frame of a video as a picture."""

import subprocess
from pathlib import Path

from igny8_assets.video.encoder import ffmpeg_path
from igny8_assets.video.failures import FileUnreadable

SECONDS_ALLOWED = 60


def extract_frame(video: Path, seconds: float, out: Path) -> Path:
    """Write the frame at a moment as JPEG.

    Raises:
        FileUnreadable: ffmpeg could not read the video there.
    """
    command = [ffmpeg_path(), "-v", "error", "-y", "-ss", f"{seconds:.3f}", "-i", str(video)]
    done = subprocess.run(
        [*command, "-frames:v", "1", "-q:v", "3", str(out)], capture_output=True, timeout=SECONDS_ALLOWED, check=False
    )
    if done.returncode != 0 or not out.exists():
        raise FileUnreadable(
            f"no frame at {seconds:.1f} s of {video.name}: {done.stderr.decode(errors='replace')[-300:]}"
        )
    return out
