"""What is wrong with a script: its order and length, and claims that the article does not carry.

An error keeps a script from being approved; a warning does not. Sections are named by their number, from 1.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from igny8_assets.figures import figures, numbers_in
from igny8_assets.findings import Finding, Severity
from igny8_assets.video.narration import plain_text
from igny8_assets.video.script_pace import total_seconds
from igny8_resources.contracts.video import ArticlePassage, ScriptClaim, ScriptSection, VideoScript

OVERLAY_CHARACTERS = 60
MOST_SECTIONS = 60
# By this share a script may miss its length: pauses give way, and voices differ from their estimates.
LENGTH_SLACK = 0.1
_ADDRESS = re.compile(r"https?://|www\.", re.IGNORECASE)


def script_findings(
    script: VideoScript, passages: Sequence[ArticlePassage], lengths: tuple[float, float]
) -> list[Finding]:
    """Everything that the check has to say, errors first; ``lengths`` are the fewest and the most seconds."""
    known = {passage.id: passage.text for passage in passages}
    found = [*_order(script.sections), *_length(script.sections, *lengths)]
    for number, section in enumerate(script.sections, start=1):
        found += _section(number, section)
        found += _claims(number, section, known)
    return sorted(found, key=lambda finding: finding.severity != "error")


def _order(sections: Sequence[ScriptSection]) -> Iterator[Finding]:
    kinds = [section.type for section in sections]
    if not kinds:
        yield _said("script_order", "script", "it has no section")
        return
    wanted = ["hook", "intro", *["point"] * (len(kinds) - 3), "cta"]
    if len(kinds) < 4 or kinds != wanted:
        yield _said(
            "script_order",
            "script",
            f"its sections are {', '.join(kinds)}; a script is a hook, an intro, at least one point and a cta, in this order",
        )
    if len(kinds) > MOST_SECTIONS:
        yield _said("script_order", "script", f"it has {len(kinds)} sections; at most {MOST_SECTIONS} can be rendered")


def _length(sections: Sequence[ScriptSection], shortest: float, longest: float) -> Iterator[Finding]:
    seconds = total_seconds(sections)
    allowed = f"{clock(shortest)} to {clock(longest)} are allowed"
    if seconds < shortest * (1 - LENGTH_SLACK):
        message = f"it lasts about {clock(seconds)}; {allowed}: say more, or make a shorter type of video"
        yield _said("script_length", "script", message)
    elif seconds > longest * (1 + LENGTH_SLACK):
        longer = max(range(len(sections)), key=lambda index: sections[index].duration_estimate) + 1
        message = f"it lasts about {clock(seconds)}; {allowed}: shorten it, section {longer} is the longest"
        yield _said("script_length", "script", message)


def _section(number: int, section: ScriptSection) -> Iterator[Finding]:
    where = f"section {number}"
    if not any(character.isalnum() for character in plain_text(section.narration)):
        yield _said("script_narration", where, "the narration is empty: write what the voice should say, or remove it")
    if _ADDRESS.search(section.narration):
        yield _said("script_narration", where, "an address is read aloud; name the site instead", "warning")
    if len(section.text_overlay) > OVERLAY_CHARACTERS:
        said = (
            f"the text on screen has {len(section.text_overlay)} characters; more than {OVERLAY_CHARACTERS} do not fit"
        )
        yield _said("script_overlay", where, said)
    if section.code_block is not None and not section.code_block.code.strip():
        yield _said("script_code", where, "the code block is empty: give the code, or leave it out")


def _claims(number: int, section: ScriptSection, known: Mapping[str, str]) -> Iterator[Finding]:
    where = f"section {number}"
    if section.type == "point" and not section.claims:
        yield _said("script_claims", where, "it names no passage of the article: cite what carries it")
    for claim in section.claims:
        yield from _claim(where, claim, section, known)
    cited = {number for claim in section.claims for number in numbers_in(known.get(claim.passage, ""))}
    for said, numbers in figures(section.narration):
        if not cited.issuperset(numbers):
            message = (
                f"{said!r} stands in none of the passages that it cites: cite the one that says so, or leave it out"
            )
            yield _said("script_figures", where, message)


def _claim(where: str, claim: ScriptClaim, section: ScriptSection, known: Mapping[str, str]) -> Iterator[Finding]:
    if claim.passage not in known:
        yield _said("script_claims", where, f"the article has no passage {claim.passage!r}")
        return
    numbers = set(numbers_in(known[claim.passage]))
    unknown = [number for number in numbers_in(claim.words) if number not in numbers]
    if unknown:
        message = f"{', '.join(unknown)} does not occur in {claim.passage}: mend the figure or cite its passage"
        yield _said("script_figures", where, message)
    if _bare(claim.words) not in _bare(section.narration):
        yield _said("script_claims", where, f"the claim “{claim.words}” is not in the narration any more", "warning")


def _bare(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def clock(seconds: float) -> str:
    """Seconds as a person reads a length: ``45 s``, ``2:05 min``."""
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60}:{whole % 60:02} min"


def _said(check: str, where: str, message: str, severity: Severity = "error") -> Finding:
    return Finding(check=check, severity=severity, passage=where, message=message)
