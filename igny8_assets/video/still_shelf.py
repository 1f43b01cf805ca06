"""The pictures of a video that are wanted just now, read ahead and shared by all that draw it."""

import threading
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from igny8_assets.video.presets import Preset
from igny8_assets.video.stills import Still, load_still


class StillShelf:
    """Keeps the last few stills; a picture is read once however many ask for it. Safe to share between threads."""

    def __init__(self, preset: Preset, tint: str, kept: int = 4) -> None:
        """``kept`` stills stay: both of a transition and the next one, for each that draws."""
        self._preset, self._tint, self._kept = preset, tint, kept
        self._lock = threading.Lock()
        self._stills: OrderedDict[Path, Future[Still]] = OrderedDict()
        self._readers = ThreadPoolExecutor(1, thread_name_prefix="still-reader")

    def fetch(self, picture: Path) -> None:
        """Begin to read a picture that will be wanted soon."""
        with self._lock:
            if picture not in self._stills:
                self._add(picture, self._readers.submit(load_still, picture, self._preset, self._tint))

    def get(self, picture: Path) -> Still:
        """The picture as a still; waits while it is being read.

        Raises:
            PictureUnusable: it cannot be read.
        """
        own: Future[Still] | None = None
        with self._lock:
            known = self._stills.get(picture)
            if known is None:
                own = known = Future()
                self._add(picture, own)
            else:
                self._stills.move_to_end(picture)
        if own is not None:
            # Read by the one who waits for it, not behind what is only wanted soon.
            try:
                own.set_result(load_still(picture, self._preset, self._tint))
            except BaseException as error:
                own.set_exception(error)
                raise
        return known.result()

    def close(self) -> None:
        """Stop reading ahead."""
        self._readers.shutdown(wait=True, cancel_futures=True)

    def _add(self, picture: Path, still: "Future[Still]") -> None:
        self._stills[picture] = still
        while len(self._stills) > self._kept:
            self._stills.popitem(last=False)
