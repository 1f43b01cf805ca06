"""The offline plan of an article's pictures: what stands on each card, and a prompt for picture models."""

import re
from collections.abc import Sequence

from igny8_resources.ai.offline.grammar import capital, clipped
from igny8_resources.ai.offline.prose import shuffled
from igny8_resources.contracts.writer import ImagePlan, ImagePlanBrief, ImagePrompt

_HEADLINE = 60
_LINE = 48
_ALT = 125
_MOST_LINES = 4
_DEPENDENT = ("that ", "which ", "where ", "who ", "never ", "or ")

_SCENES = (
    "overhead still life on a plain table, objects laid out in the order of use",
    "close-up of hands at work, shallow depth of field",
    "wide view of a tidy workspace with the subject in the foreground",
    "two variants of the subject side by side on a neutral background",
    "detail of texture and material in raking light",
    "a notebook and a pen beside the subject, seen from above",
    "the subject in everyday use by a window",
)
_LIGHT = ("soft morning window light", "even north light", "warm late-afternoon light", "bright diffuse daylight")
_CAPTIONS = (
    "The points from “{headline}” at a glance",
    "“{headline}”, in short",
    "A summary of “{headline}”",
    "To go with “{headline}”",
)


def plan_images(brief: ImagePlanBrief) -> ImagePlan:
    """One featured picture and ``in_article_images`` more, spread over the sections, with the article's own words."""
    clauses = _clauses(brief)
    seed = f"{brief.voice.site_key}\0{brief.title}"
    scenes, lights, captions = (shuffled(pool, seed) for pool in (_SCENES, _LIGHT, _CAPTIONS))
    sections = _spread(len(brief.headings), brief.in_article_images)
    images = []
    for number, index in enumerate([None, *sections]):
        headline = _headline(brief.title if index is None else brief.headings[index])
        lines = _lines(headline, brief, index, clauses, number)
        scene, light = scenes[number % len(scenes)], lights[number % len(lights)]
        topic = re.split(r"[:?]\s", brief.title)[0]
        detail = "" if index is None else f", illustrating “{_bare(brief.headings[index])}”"
        alt = (
            f"Picture for the guide “{brief.title}”"
            if index is None
            else f"Picture for “{headline}” in the guide “{topic}”"
        )
        caption = brief.title if index is None else captions[(number - 1) % len(captions)].format(headline=headline)
        images.append(
            ImagePrompt(
                role="featured" if index is None else "in_article",
                section_index=index,
                prompt=(
                    f"Editorial photograph on the subject of {topic}{detail}: {scene}, {light}, natural colours, "
                    f"field of {brief.voice.niche or 'everyday life'}, uncluttered, no text, no logos, no recognisable faces"
                ),
                alt_text=alt if len(alt) <= _ALT else clipped(alt, _ALT),
                caption=caption.replace("?:", "?")
                .replace("?.", "?")
                .replace("?, summed up.", "? The answer, summed up."),
                headline=headline,
                lines=lines,
            )
        )
    return ImagePlan(images=tuple(images))


def _bare(heading: str) -> str:
    return re.sub(r"^\d+\.\s*", "", heading).strip()


def _headline(text: str) -> str:
    bare = _bare(text)
    if len(bare) <= _HEADLINE:
        return bare
    for piece in re.split(r"(?<=\?)\s|[:;]\s", bare):
        if 12 <= len(piece) <= _HEADLINE:
            return capital(piece)
    return clipped(bare, _HEADLINE)


def _piece(heading: str) -> str:
    """The first part of a heading that is short enough for a line, or the heading itself."""
    return next((capital(part) for part in re.split(r"[:;]\s", heading) if 12 <= len(part) <= _LINE), heading)


def _clauses(brief: ImagePlanBrief) -> list[str]:
    """Short statements from the takeaways: whole clauses, never words cut off."""
    found: list[str] = []
    for text in brief.key_takeaways:
        if "“" in text:
            continue
        whole = re.split(r"[,;:.?!]\s|[.?!]$", text.strip())
        for part in whole:
            clause = re.sub(r"^(?:and|but|or|because|which|then|so)\s+", "", part.strip(" .,;:!?"))
            if clause.lower().startswith(_DEPENDENT):
                continue
            if 14 <= len(clause) <= _LINE and len(clause.split()) > 2 and capital(clause) not in found:
                found.append(capital(clause))
    return found


def _lines(
    headline: str, brief: ImagePlanBrief, index: int | None, clauses: Sequence[str], number: int
) -> tuple[str, ...]:
    headings = [_headline(text) for text in brief.headings]
    shortened = [_headline(text) if len(text) <= _LINE else _piece(text) for text in headings]
    short = [text for text in shortened if len(text) <= _LINE and text != headline]
    pool = short if index is None else [*clauses[(number - 1) * 2 :], *clauses[: (number - 1) * 2]]
    chosen = list(dict.fromkeys(text for text in pool if text != headline))[: _MOST_LINES if index is None else 3]
    for text in (*clauses, *short, *(clipped(heading, _LINE) for heading in headings), clipped(brief.title, _LINE)):
        if len(chosen) >= 2:
            break
        if text not in chosen and text != headline:
            chosen.append(text)
    if len(chosen) < 2:
        chosen += [text for text in (brief.voice.site_name, brief.voice.niche) if text and text not in chosen]
    return tuple(clipped(text, _LINE) for text in chosen[:_MOST_LINES])


def _spread(sections: int, wanted: int) -> list[int]:
    """Section numbers for ``wanted`` pictures, evenly spaced, never more than there are sections."""
    number = min(wanted, sections)
    return [min(sections - 1, (2 * i + 1) * sections // (2 * number)) for i in range(number)] if number > 0 else []
