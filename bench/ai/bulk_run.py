"""``python -m bench.ai.bulk_run JOB SUBJECT``: one run in a process of its own, as a run worker is.

Prints one JSON line: processor seconds of the run, those of them that the built-in picture model took, articles written.
"""

import json
import sys
import threading
import time
from typing import Any


class ModelTime:
    """Processor seconds of the built-in picture model, over all threads."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._lock = threading.Lock()

    def watch(self) -> None:
        """Count from now on."""
        from igny8_resources.ai.offline.cards import OfflineImageProvider

        paint = OfflineImageProvider.paint

        def counted(*given: Any) -> Any:
            began = time.thread_time()
            try:
                return paint(*given)
            finally:
                with self._lock:
                    self.seconds += time.thread_time() - began

        OfflineImageProvider.paint = counted  # type: ignore[method-assign, assignment]


def main(job: str, subject: str) -> None:
    """Run a job: ``write_articles`` for a request, ``write_article`` for a partition."""
    from cli.engine import Engine
    from cli.instance import dagster_instance
    from igny8_resources.platform import Platform
    from igny8_resources.settings import load_settings
    from sensors.dispatch import Work

    model = ModelTime()
    model.watch()
    parts = Platform(load_settings())
    began = time.perf_counter()
    with dagster_instance(parts.settings) as instance:
        engine = Engine(parts, instance)
        outcome = engine.execute(Work(job, subject, f"bench/{subject}", "crema-lane", 1, subject))
    told = {
        "cpu": time.process_time(),
        "model": model.seconds,
        "seconds": time.perf_counter() - began,
        "failure": outcome.failure,
    }
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
