"""One call for structured text and its answer, for the tests of text providers; a clock that only sleeping moves."""

from typing import Any

from igny8_resources.ai.providers import TextCall
from igny8_resources.ai.retries import Retrying
from igny8_resources.contracts.planner import ClusterBrief, IdeaDraft, KeywordFacts, SiteVoice

VOICE = SiteVoice(
    site_key="crema-lane", site_name="Crema Lane", niche="home coffee brewing", author_name="Maya Lindqvist"
)
CALL = TextCall(
    function="generate_ideas",
    instructions="Propose the one page that answers the cluster best.",
    inputs=ClusterBrief(
        voice=VOICE,
        cluster_name="Espresso grind size",
        head_keyword="espresso grind size",
        keywords=(KeywordFacts(text="espresso grind size", volume=2400), KeywordFacts(text="espresso grind too fine")),
        questions=("how fine should espresso be ground",),
        content_type="post",
        content_structure="guide_tutorial",
    ),
    schema=IdeaDraft,
    max_output_tokens=900,
)
IDEA: dict[str, Any] = {
    "title": "Espresso grind size, café by café",
    "angle": "Dial in by taste.",
    "target_keyword": "espresso grind size",
    "secondary_keywords": ["espresso grind too fine"],
    "questions": ["how fine should espresso be ground"],
    "outline": ["What grind size changes", "Dial in step by step"],
}


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def retrying(self, **more: Any) -> Retrying:
        """As usual, or as ``more`` says, on this clock."""
        return Retrying(**{"sleep": self.sleep, "clock": lambda: self.now, **more})
