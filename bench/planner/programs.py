"""Every step that is timed runs as a program of its own: its time and memory are not mixed with another's."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.home import ROOT, Home
from bench.results import MeasurementFailed

PEERS_PYTHON = ROOT / ".venv-peers" / "bin" / "python"
LONGEST_SECONDS = 3600
_LAST_LINES = 8


@dataclass(frozen=True)
class Ran:
    """One timed step: its seconds, its process's peak resident bytes, and a label a row where it clusters."""

    seconds: float
    peak_bytes: int
    labels: tuple[str | int, ...] = ()


@dataclass(frozen=True)
class Programs:
    """Starts the planner's steps and the peers' in turn, with the same number of threads."""

    home: Home
    folder: Path
    threads: int
    peers_python: Path = PEERS_PYTHON

    def embed(self, texts: Sequence[str], name: str) -> tuple[Ran, Path]:
        """Our embeddings of the texts; also the file that holds the vectors."""
        vectors = self.folder / f"{name}.npy"
        return _ran(self._own("embed", self.texts(texts, name), str(self.threads), str(vectors))), vectors

    def embed_with_peer(self, texts: Sequence[str], name: str) -> Ran:
        """The same by sentence-transformers."""
        return _ran(self._peer("embed", self.texts(texts, name), str(self.threads)))

    def cluster(self, vectors: Path, texts: Sequence[str], name: str) -> Ran:
        """Our clustering of the vectors."""
        return _ran(self._own("cluster", vectors, str(self.texts(texts, name))))

    def cluster_with_peer(self, method: str, vectors: Path) -> Ran:
        """A peer's."""
        return _ran(self._peer(method, vectors))

    def whole_clusterings(self, vectors: Path, texts: Sequence[str], name: str) -> tuple[Ran, Ran]:
        """Ours and BERTopic's first call in a process, imports apart: compiling counts, and BERTopic's names of topics."""
        listed = str(self.texts(texts, name))
        return _ran(self._own("whole-cluster", vectors, listed)), _ran(self._peer("whole-bertopic", vectors, listed))

    def peer_versions(self) -> dict[str, str]:
        """The peers' versions."""
        return self._peer("versions", Path(os.devnull))

    def vectors(self, texts: Sequence[str], name: str) -> np.ndarray:
        """Our embeddings as an array."""
        made: np.ndarray = np.load(self.embed(texts, name)[1])
        return made

    def texts(self, texts: Sequence[str], name: str) -> Path:
        """The texts in a file that programs read."""
        path = self.folder / f"{name}.json"
        if not path.exists():
            path.write_text(json.dumps(list(texts)), encoding="utf-8")
        return path

    def import_step(self, step: str, *arguments: str) -> dict[str, Any]:
        """A step of ``import_speed`` in a process of its own."""
        return self._output([sys.executable, "-m", "bench.planner.import_steps", step], arguments)

    def _own(self, step: str, given: Path, *arguments: str) -> dict[str, Any]:
        return self._output([sys.executable, "-m", "bench.planner.own", step, str(given)], arguments)

    def _peer(self, step: str, given: Path, *arguments: str) -> dict[str, Any]:
        if not self.peers_python.exists():
            raise MeasurementFailed(f"{self.peers_python} is not there: `make bench-planner` installs the peers")
        return self._output([str(self.peers_python), "-m", "bench.planner.peers", step, str(given)], arguments)

    def _output(self, command: list[str], arguments: Iterable[str]) -> dict[str, Any]:
        output = self.folder / "output.json"
        output.unlink(missing_ok=True)
        # As many threads for one as for the other; the peers load nothing from the network.
        threads = {f"{library}_NUM_THREADS": str(self.threads) for library in ("OMP", "OPENBLAS", "MKL", "NUMBA")}
        offline = {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "true"}
        try:
            done = subprocess.run(
                [*command, str(output), *arguments],
                cwd=ROOT,
                env={**self.home.environment, **threads, **offline},
                capture_output=True,
                text=True,
                timeout=LONGEST_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            raise MeasurementFailed(f"{' '.join(command[1:])} took more than {LONGEST_SECONDS} s") from late
        if done.returncode or not output.exists():
            end = " / ".join(done.stderr.strip().splitlines()[-_LAST_LINES:])
            raise MeasurementFailed(f"{' '.join(command[1:])} ended with {done.returncode}: {end}")
        found: dict[str, Any] = json.loads(output.read_text(encoding="utf-8"))
        return found


def _ran(found: dict[str, Any]) -> Ran:
    return Ran(float(found["seconds"]), int(found["peak_bytes"]), tuple(found.get("labels", ())))
