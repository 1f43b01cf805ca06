"""What the page about automation shows and takes: a form as values, and changes as sentences."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from api.problems import Problem, field_messages
from igny8_resources.automation.configs import AutomationChoices, StageChoice
from igny8_resources.warehouse.tables.tenancy import Site

STAGE_WORDS = {
    "planning": ("Planning", "Keywords become clusters, ideas and tasks."),
    "writing": ("Writing", "Queued tasks become articles with pictures, structured data and links."),
    "publishing": ("Publishing", "Approved articles go live."),
    "site": ("Site", "The site is built again when something was published."),
    "social": ("Social posts", "Published articles get drafts of posts."),
    "video": ("Video", "Published articles get a video."),
    "video_publishing": ("Video publishing", "Rendered videos go to the platforms that are connected."),
}
# The stages that a number bounds, and what it counts.
BATCHES = {"planning": "articles started each time"}
CAPS = {"video": "videos a day"}


@dataclass(frozen=True)
class StageRow:
    """One stage in the form; ``batch`` and ``cap`` say what its numbers count, empty where it has none."""

    stage: str
    title: str
    meaning: str
    choice: StageChoice
    batch: str
    cap: str


@dataclass(frozen=True)
class AutomationPage:
    """The page: the site, its stages and who approves."""

    site: Site
    auto_approve: bool
    stages: list[StageRow]


def automation_page(site: Site, now: AutomationChoices) -> AutomationPage:
    """How the automation is set, in words."""
    rows = [
        StageRow(stage, *STAGE_WORDS[stage], choice, BATCHES.get(stage, ""), CAPS.get(stage, ""))
        for stage, choice in now.stages.items()
    ]
    return AutomationPage(site, now.auto_approve, rows)


def wanted_of(form: Mapping[str, str], now: AutomationChoices) -> AutomationChoices:
    """What a form asks for; a browser sends nothing for a box that is not ticked, and what the form lacks stays as it is.

    Raises:
        Problem: 400, a number cannot be used.
    """
    stages = {}
    for stage, choice in now.stages.items():
        stages[stage] = {
            "enabled": form.get(f"{stage}_enabled") == "on",
            "batch_size": form.get(f"{stage}_batch_size", choice.batch_size) if stage in BATCHES else choice.batch_size,
            "daily_cap": form.get(f"{stage}_daily_cap", "") or None if stage in CAPS else choice.daily_cap,
        }
    try:
        return AutomationChoices.model_validate(
            now.model_dump() | {"auto_approve": form.get("auto_approve") == "on", "stages": stages},
            strict=False,  # a form's numbers are texts
        )
    except ValidationError as invalid:
        failures = [{**failure, "loc": ("form", *failure["loc"])} for failure in invalid.errors()]
        raise Problem(400, "Some numbers cannot be used.", field_messages(failures)) from invalid


def changes_in_words(now: AutomationChoices, wanted: AutomationChoices) -> list[str]:
    """What would change, one sentence each: ``Writing: switch off``."""
    said = []
    if now.auto_approve != wanted.auto_approve:
        said.append(
            "Approve without a person whatever passes every check, and publish it"
            if wanted.auto_approve
            else "Let every article wait in review until a person approves it"
        )
    for stage, old in now.stages.items():
        new, title = wanted.stages[stage], STAGE_WORDS[stage][0]
        if old.enabled != new.enabled:
            said.append(f"{title}: switch {'on' if new.enabled else 'off'}")
        if old.batch_size != new.batch_size:
            said.append(f"{title}: at most {new.batch_size} {BATCHES[stage]} instead of {old.batch_size}")
        if old.daily_cap != new.daily_cap:
            before, after = ("any number of" if cap is None else str(cap) for cap in (old.daily_cap, new.daily_cap))
            said.append(f"{title}: at most {after} {CAPS[stage]} instead of {before}")
    return said
