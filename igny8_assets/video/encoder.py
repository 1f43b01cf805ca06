"""Raw frames in, an MP4 that every platform takes out: the ffmpeg of imageio-ffmpeg as a child process.

The stream follows YouTube's upload settings (``reference/cms_ai_media_apis.md`` section 7): H.264 High, 4:2:0, two
B-frames, closed groups of half a second, BT.709 tags, AAC 48 kHz stereo, index before the data.
"""

import collections
import contextlib
import queue
import subprocess
import threading
import uuid
from pathlib import Path
from types import TracebackType
from typing import Self

from igny8_assets.video.colour_planes import Frame
from igny8_assets.video.failures import EncodingFailed
from igny8_assets.video.presets import Preset

_FRAMES_IN_FLIGHT = 4
_ERROR_LINES = 8


def ffmpeg_path() -> str:
    """The ffmpeg that came with imageio-ffmpeg."""
    import imageio_ffmpeg

    return str(imageio_ffmpeg.get_ffmpeg_exe())


class Encoder:
    """Encodes frames on their way in; use as a context manager.

    The file is written under a temporary name in the target's folder and takes its own name in ``finish``. Leaving the
    block without ``finish`` (an error, a cancellation) kills ffmpeg and leaves no file. ``speed`` is an x264 preset.
    """

    def __init__(
        self, out: Path, preset: Preset, sound: Path | None = None, *, crf: int = 20, speed: str = "veryfast"
    ) -> None:
        self._out = out
        out.parent.mkdir(parents=True, exist_ok=True)
        for left_over in out.parent.glob(f".{out.name}.*.part.mp4"):  # of a process that was killed
            left_over.unlink(missing_ok=True)
        # A name of its own and the permissions that any new file gets, which a temporary file would not have.
        self._part = out.parent / f".{out.name}.{uuid.uuid4().hex}.part.mp4"
        self._last_lines: collections.deque[str] = collections.deque(maxlen=_ERROR_LINES)
        self._free: queue.Queue[Frame] = queue.Queue()
        self._drawn: queue.Queue[Frame | None] = queue.Queue()
        for _ in range(_FRAMES_IN_FLIGHT):
            self._free.put(Frame(preset.width, preset.height))
        self._broken = threading.Event()
        self._finished = False
        self._process = subprocess.Popen(
            _command(preset, sound, self._part, crf, speed),
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
        said = "\n".join(self._last_lines) or "ffmpeg said nothing"
        return EncodingFailed(f"ffmpeg stopped with exit code {code} while writing {self._out.name}:\n{said}")


def _command(preset: Preset, sound: Path | None, part: Path, crf: int, speed: str) -> list[str]:
    size = f"{preset.width}x{preset.height}"
    raw = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", size, "-r", str(preset.fps), "-i", "pipe:0"]
    audio_in = ["-i", str(sound)] if sound else []
    audio_out = ["-map", "1:a", "-c:a", "aac", "-b:a", "192k", "-ar", "48000", "-ac", "2"] if sound else []
    # Tags both on the frames and on the stream: the encoder takes the former, the container the latter.
    tags = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"
    video_out = [
        *("-map", "0:v", "-vf", tags, "-c:v", "libx264", "-preset", speed, "-crf", str(crf), "-profile:v", "high"),
        *("-pix_fmt", "yuv420p", "-bf", "2", "-g", str(preset.fps // 2), "-flags", "+cgop"),
        *("-color_range", "tv", "-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709"),
    ]
    whole = ["-movflags", "+faststart", "-map_metadata", "-1", "-fflags", "+bitexact", str(part)]
    quiet = ["-hide_banner", "-nostdin", "-loglevel", "error", "-y"]
    return [ffmpeg_path(), *quiet, *raw, *audio_in, *video_out, *audio_out, *whole]
