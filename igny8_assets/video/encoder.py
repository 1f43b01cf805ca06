"""Raw frames in, a stretch of H.264 out: the ffmpeg of imageio-ffmpeg as a child process.

The stream follows YouTube's upload settings (``reference/cms_ai_media_apis.md`` section 7): H.264 High, 4:2:0, two
B-frames, closed groups of half a second, BT.709 tags.
"""

import collections
import contextlib
import queue
import subprocess
import threading
import uuid
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from igny8_assets.video.colour_planes import Frame
from igny8_assets.video.failures import DiskFull, EncodingFailed
from igny8_assets.video.presets import Preset
from igny8_resources.contracts.vocabulary import RenderSpeed

Codec = Literal["libx264", "h264_nvenc"]

_FRAMES_IN_FLIGHT = 4
_ERROR_LINES = 8
_PROBE_SECONDS = 20
_F_SETPIPE_SZ = 1031  # Linux; a larger pipe wakes both ends less often
_PIPE_BYTES = 1 << 20
_QUIET = ("-hide_banner", "-nostdin", "-loglevel", "error", "-y")
# NVENC's names for about the same trade between time and size.
_NVENC_SPEED = {"veryfast": "p3", "medium": "p5"}


def ffmpeg_path() -> str:
    """The ffmpeg that came with imageio-ffmpeg."""
    import imageio_ffmpeg

    return str(imageio_ffmpeg.get_ffmpeg_exe())


@dataclass(frozen=True)
class Encoding:
    """How frames are compressed: ``speed`` is an x264 preset, ``quality`` its constant rate factor (lower is better)."""

    codec: Codec = "libx264"
    speed: RenderSpeed = "veryfast"
    quality: int = 20

    def arguments(self, preset: Preset) -> list[str]:
        """Ffmpeg's arguments for one stretch of video; the same ones make stretches that can be joined."""
        # Tags both on the frames and on the stream: the encoder takes the former, the container the latter.
        tags = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"
        quality = ["-preset", self.speed, "-crf", str(self.quality), "-flags", "+cgop"]
        if self.codec == "h264_nvenc":
            quality = ["-preset", _NVENC_SPEED[self.speed], "-rc", "vbr", "-cq", str(self.quality + 2), "-b:v", "0"]
            quality += ["-strict_gop", "1"]
        return [
            *("-vf", tags, "-c:v", self.codec, *quality, "-profile:v", "high"),
            *("-pix_fmt", "yuv420p", "-bf", "2", "-g", str(group_length(preset))),
            *("-color_range", "tv", "-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709"),
        ]


def group_length(preset: Preset) -> int:
    """Frames from one key frame to the next: half a second."""
    return preset.fps // 2


def raw_input(preset: Preset) -> list[str]:
    """Ffmpeg's arguments that read a preset's raw frames from its standard input."""
    size = f"{preset.width}x{preset.height}"
    return ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", size, "-r", str(preset.fps), "-i", "pipe:0"]


@lru_cache(maxsize=1)
def nvenc_works() -> bool:
    """Whether this ffmpeg and this machine's graphics card encode H.264 together; found out by doing it once."""
    source = ["-f", "lavfi", "-i", "color=black:s=320x320:r=30", "-frames:v", "3"]
    command = [ffmpeg_path(), *_QUIET, *source, "-c:v", "h264_nvenc", "-f", "null", "-"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_PROBE_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def failure(said: str, doing: str, code: int) -> EncodingFailed:
    """What ffmpeg's end means; ``doing`` completes "while …"."""
    if "No space left on device" in said:
        return DiskFull(f"The disk is full: it filled while {doing}. Free some space and render again.")
    return EncodingFailed(f"ffmpeg stopped with exit code {code} while {doing}:\n{said or 'ffmpeg said nothing'}")


class Encoder:
    """Encodes frames on their way in; use as a context manager.

    The file is written under a temporary name in the target's folder and takes its own name in ``finish``. Leaving the
    block without ``finish`` (an error, a cancellation) kills ffmpeg and leaves no file.
    """

    def __init__(self, out: Path, preset: Preset, encoding: Encoding | None = None, *, threads: int = 0) -> None:
        """``threads`` of the encoder; 0 leaves the number to it.

        Raises:
            DiskFull: there is no room for another file.
        """
        self._out = out
        # A name of its own and the permissions that any new file gets, which a temporary file would not have.
        self._part = out.parent / f".{out.stem}.{uuid.uuid4().hex}.part.mp4"
        self._last_lines: collections.deque[str] = collections.deque(maxlen=_ERROR_LINES)
        self._free: queue.Queue[Frame] = queue.Queue()
        self._drawn: queue.Queue[Frame | None] = queue.Queue()
        for _ in range(_FRAMES_IN_FLIGHT):
            self._free.put(Frame(preset.width, preset.height))
        self._broken = threading.Event()
        self._finished = False
        how = (encoding or Encoding()).arguments(preset)
        if threads:
            how += ["-threads", str(threads)]
        whole = ["-map_metadata", "-1", "-fflags", "+bitexact", str(self._part)]
        self._process = subprocess.Popen(
            [ffmpeg_path(), *_QUIET, *raw_input(preset), "-map", "0:v", *how, *whole],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        self._writer = threading.Thread(target=self._write, name="frame-writer", daemon=True)
        self._reader = threading.Thread(target=self._read_errors, name="ffmpeg-stderr", daemon=True)
        self._writer.start()
        self._reader.start()

    @property
    def process_id(self) -> int:
        """The child's process id."""
        return self._process.pid

    def blank(self) -> Frame:
        """A frame to draw into; waits until ffmpeg has taken an earlier one.

        Raises:
            EncodingFailed: ffmpeg has ended.
        """
        while True:
            if self._broken.is_set():
                raise self._failure()
            try:
                return self._free.get(timeout=0.25)
            except queue.Empty:
                continue

    def send(self, frame: Frame) -> None:
        """Hand over a drawn frame; it must not be touched again."""
        self._drawn.put(frame)

    def finish(self) -> None:
        """Wait for the last frame and put the file in its place.

        Raises:
            EncodingFailed: ffmpeg ended with an error.
        """
        self._drawn.put(None)
        self._writer.join()
        code = self._process.wait()
        self._reader.join()
        if code != 0 or self._broken.is_set():
            raise self._failure()
        self._part.replace(self._out)
        self._finished = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._finished:
            self._process.kill()
            self._drawn.put(None)
            self._writer.join()
            self._process.wait()
            self._reader.join()
            self._part.unlink(missing_ok=True)

    def _write(self) -> None:
        pipe = self._process.stdin
        if pipe is None:
            return
        with contextlib.suppress(OSError, ImportError):
            import fcntl

            fcntl.fcntl(pipe, _F_SETPIPE_SZ, _PIPE_BYTES)
        with contextlib.suppress(OSError):  # what went wrong is in ffmpeg's exit code and its stderr
            while (frame := self._drawn.get()) is not None:
                try:
                    pipe.write(frame.data.data)
                except OSError:
                    self._broken.set()
                    break
                self._free.put(frame)
            pipe.close()

    def _read_errors(self) -> None:
        if self._process.stderr is not None:
            with self._process.stderr as lines:
                for line in lines:
                    self._last_lines.append(line.decode(errors="replace").rstrip())

    def _failure(self) -> EncodingFailed:
        code = self._process.wait()
        self._reader.join()
        return failure("\n".join(self._last_lines), "encoding frames", code)
