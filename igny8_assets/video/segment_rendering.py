"""Segments drawn and encoded by several workers at once, each with an ffmpeg of its own.

The workers are threads: drawing (OpenCV, torch) and writing to a pipe both leave Python's lock to the others, and threads share
the pictures and the memory that libraries take.
"""

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass

import cv2

from igny8_assets.video.compositor import Compositor
from igny8_assets.video.encoder import Encoder, Encoding
from igny8_assets.video.failures import EncodingFailed, RenderCancelled
from igny8_assets.video.presets import Preset
from igny8_assets.video.segment_store import SegmentStore
from igny8_assets.video.segments import Segment

_SECONDS_BETWEEN_LOOKS = 0.1


@dataclass(frozen=True)
class RenderProgress:
    """How far a render is: frames written of all frames; ``seconds_left`` is None until it can be told."""

    frame: int
    frames: int
    seconds_left: float | None


Progress = Callable[[RenderProgress], None]
ShouldStop = Callable[[], bool]


class _Stopped(Exception):
    """The render ends for a reason that is told elsewhere."""


class SegmentWork:
    """Renders the segments of one video that are not finished yet; calls back only in the thread that runs it."""

    def __init__(
        self,
        segments: Mapping[str, Segment],
        store: SegmentStore,
        *,
        preset: Preset,
        encoding: Encoding,
        compositor: Callable[[], Compositor],
        progress: Progress,
        should_stop: ShouldStop,
        name: str,
    ) -> None:
        """``segments`` by digest; ``compositor`` makes one for each worker; ``name`` is the video's, for messages."""
        self._store, self._preset, self._encoding = store, preset, encoding
        self._compositor, self._progress, self._should_stop, self._name = compositor, progress, should_stop, name
        self._frames = sum(segment.frames for segment in segments.values())
        missing = {digest: segment for digest, segment in segments.items() if not store.has(digest)}
        self._done = self._frames - sum(segment.frames for segment in missing.values())
        self._todo = deque(missing.items())
        self._finished = len(segments) - len(missing)
        self._segments = len(segments)
        self._drawn_now = 0
        self._reported = -1
        self._begun = time.monotonic()
        self._lock = threading.Lock()
        self._stop = threading.Event()

    def run(self, workers: int) -> None:
        """Render what is missing; returns when every segment stands in the store.

        Raises:
            RenderCancelled: ``should_stop`` said yes.
            ScriptInvalid: a picture or text of a section cannot be used.
            EncodingFailed: ffmpeg ended with an error, or the disk is full; the section is named.
        """
        workers = max(1, min(workers, len(self._todo)))
        # One worker leaves the threads to its ffmpeg; several divide the cores between theirs.
        threads = 0 if workers == 1 else max(1, cores_available() // workers)
        with one_drawing_thread(), ThreadPoolExecutor(workers, thread_name_prefix="segment") as pool:
            running = [pool.submit(self._work, threads) for _ in range(workers)]
            try:
                self._watch(running)
            finally:
                # Also when this thread is interrupted: nobody may go on drawing.
                self._stop.set()
        self._raise_first(running)
        self._report()

    def _watch(self, running: "Sequence[Future[None]]") -> None:
        """Report and ask, in the thread that rendering was asked from, until the work is done or has failed."""
        while True:
            self._report()
            if self._should_stop():
                raise RenderCancelled(
                    f"The render of {self._name} was cancelled at frame {self._done} of {self._frames}."
                )
            done, not_done = wait(running, _SECONDS_BETWEEN_LOOKS, return_when=FIRST_EXCEPTION)
            if not not_done or any(work.exception() for work in done):
                return

    def _raise_first(self, running: "Sequence[Future[None]]") -> None:
        errors = [error for work in running if (error := work.exception()) is not None]
        for error in errors:
            if isinstance(error, EncodingFailed) and error.section is not None:
                kept = f" {self._finished} of {self._segments} parts are finished and kept; a retry starts after them."
                raise error.at(error.section, kept) from error
            if not isinstance(error, _Stopped):
                raise error

    def _work(self, threads: int) -> None:
        """Take one segment after the other; never two ffmpegs at once, because each holds a quarter of a gigabyte."""
        compositor = self._compositor()
        while (taken := self._next()) is not None:
            digest, segment = taken
            try:
                with Encoder(self._store.place(digest), self._preset, self._encoding, threads=threads) as encoder:
                    for number in range(segment.first, segment.end):
                        self._draw(compositor, number, encoder)
                    encoder.finish()
            except EncodingFailed as error:
                raise error.at(segment.section) from error
            with self._lock:
                self._finished += 1

    def _next(self) -> tuple[str, Segment] | None:
        with self._lock:
            return self._todo.popleft() if self._todo and not self._stop.is_set() else None

    def _draw(self, compositor: Compositor, number: int, encoder: Encoder) -> None:
        if self._stop.is_set():
            raise _Stopped
        frame = encoder.blank()
        compositor.draw(number, frame)
        encoder.send(frame)
        with self._lock:
            self._done += 1
            self._drawn_now += 1

    def _report(self) -> None:
        with self._lock:
            done, drawn = self._done, self._drawn_now
        if done != self._reported:
            self._reported = done
            each = (time.monotonic() - self._begun) / drawn if drawn else None
            left = None if each is None else each * (self._frames - done)
            self._progress(RenderProgress(done, self._frames, left))


def cores_available() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def one_drawing_thread() -> Iterator[None]:
    """OpenCV draws in the thread that calls it: the cores are busy encoding already."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)
