"""``python -m bench.planner.import_steps parse|store OUTPUT FILE …``: one import in a process of its own.

``store`` takes also the warehouse's URL and the site's key. What is timed goes through the same functions as ``igny8 import``.
"""

import json
import os
import sys
import time
from pathlib import Path

from bench.planner.peak_memory import peak_bytes
from igny8_resources.platform import Platform
from igny8_resources.settings import load_settings


def parse_file(path: Path) -> int:
    """Read every row of a keyword file; how many could be used."""
    from igny8_assets.planner.keywords.files import KeywordReader

    with KeywordReader(path) as reader:
        return sum(len(chunk.rows) for chunk in reader.chunks())


def stage(platform: Platform, site_key: str, path: Path) -> None:
    """Take the file in, as a person's upload is: read once, kept in the media store."""
    from igny8_assets.planner.keywords.importing import stage_file

    stage_file(platform, site_key, path.read_bytes(), path.name)


def store(platform: Platform, site_key: str) -> int:
    """Load what was staged into the warehouse; how many keywords came."""
    from igny8_assets.planner.keywords.importing import load_staged

    return sum(loaded.keywords for loaded in load_staged(platform, site_key))


def main(arguments: list[str]) -> None:
    """See the module."""
    step, output, path = arguments[0], Path(arguments[1]), Path(arguments[2])
    found: dict[str, float]
    if step == "parse":
        began = time.perf_counter()
        found = {"rows": parse_file(path), "seconds": time.perf_counter() - began}
    else:
        os.environ["IGNY8_WAREHOUSE_URL"] = arguments[3]
        platform = Platform(load_settings())
        began = time.perf_counter()
        stage(platform, arguments[4], path)
        staged = time.perf_counter()
        found = {"rows": store(platform, arguments[4]), "seconds": time.perf_counter() - staged}
        found["staging_seconds"] = staged - began
        platform.warehouse.dispose()
    output.write_text(json.dumps({**found, "peak_bytes": peak_bytes()}), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
