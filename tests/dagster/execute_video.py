"""One run of the video location in a process of its own, as Dagster's run launcher starts it.

``python execute_video.py PARTITION ASSET...``
"""

import sys

import dagster as dg
from dagster._core.definitions.reconstruct import ReconstructableRepository

from igny8_assets.partitions import VIDEOS
from jobs.names import RENDER_VIDEO


def main(partition: str, *assets: str) -> int:
    location = ReconstructableRepository.for_module("small_videos", "defs")
    job = location.get_reconstructable_job(RENDER_VIDEO)
    subset = job.get_subset(asset_selection={dg.AssetKey(asset) for asset in assets})
    with dg.DagsterInstance.get() as instance:
        instance.add_dynamic_partitions(VIDEOS, [partition])
        done = dg.execute_job(subset, instance, tags={"dagster/partition": partition}, raise_on_error=False)
        return 0 if done.success else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
