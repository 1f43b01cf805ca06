"""Every partitions definition, once, and how partitions of one kind relate to another.

Keys are minted once and never reused: ``sites`` by the API and the command line, ``articles`` by the ``tasks`` asset,
``videos`` by the ``video_projects`` asset.
"""

import warnings
from typing import Final

import dagster as dg

# Checks of one partition are a preview feature of Dagster; one warning for each of ours would say nothing new.
warnings.filterwarnings("ignore", category=dg.PreviewWarning, message=r".*partitions_def on an AssetCheckSpec.*")

SITES: Final = "sites"
ARTICLES: Final = "articles"
VIDEOS: Final = "videos"

sites = dg.DynamicPartitionsDefinition(name=SITES)
articles = dg.DynamicPartitionsDefinition(name=ARTICLES)
videos = dg.DynamicPartitionsDefinition(name=VIDEOS)
# The month under way is a partition from its first day: credits are granted when a month begins, not when it is over.
months = dg.MonthlyPartitionsDefinition(start_date="2026-01", fmt="%Y-%m", timezone="UTC", end_offset=1)
days = dg.DailyPartitionsDefinition(start_date="2026-01-01", timezone="UTC")
# What is counted as it is now belongs to the day under way.
days_to_now = dg.DailyPartitionsDefinition(start_date="2026-01-01", timezone="UTC", end_offset=1)

# Between sites, articles and videos the rows in the warehouse say what belongs together. For Dagster the edge is an edge of
# the graph and no more: mapping every article to every site would make each view weigh all partitions against all.
by_row = dg.SpecificPartitionsPartitionMapping([])


def across(asset: str) -> dg.AssetDep:
    """A dependency on an asset that is partitioned by something else."""
    return dg.AssetDep(asset, partition_mapping=by_row)
