"""What a prompt may speak of: every AI function with its inputs, read off the Pydantic model that its brief is.

Belongs here: functions, their variables with types and meanings, and sample inputs to try a prompt on. Does not belong here:
templates (``prompt_templates``), what is wrong with one (``prompt_check``), or which prompt a site uses (``prompting``).
"""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from igny8_resources.contracts.long_articles import RevisionBrief, SectionBrief
from igny8_resources.contracts.planner import ClusterBrief
from igny8_resources.contracts.social import SocialBrief
from igny8_resources.contracts.video import ScriptSectionBrief, VideoBrief, VideoSeoBrief
from igny8_resources.contracts.writer import ArticleBrief, ImagePlanBrief


@dataclass(frozen=True)
class AiFunction:
    """A function that a text model performs.

    ``variant_field`` is the path of the input whose value chooses among prompts of the same function; empty when every call
    is answered with the same one.
    """

    name: str
    inputs: type[BaseModel]
    purpose: str
    variant_field: str = ""

    @property
    def variants(self) -> tuple[str, ...]:
        """The values that ``variant_field`` may have."""
        if not self.variant_field:
            return ()
        return variables_of(self.name)[self.variant_field].values


FUNCTIONS: dict[str, AiFunction] = {
    function.name: function
    for function in (
        AiFunction("generate_ideas", ClusterBrief, "Proposes the page that answers a cluster best.", "content_type"),
        AiFunction("generate_content", ArticleBrief, "Writes an article from its brief.", "content_type"),
        AiFunction("outline_article", ArticleBrief, "Plans a long article's sections.", "content_type"),
        AiFunction("write_section", SectionBrief, "Writes one section of a long article.", "article.content_type"),
        AiFunction(
            "revise_article", RevisionBrief, "Frames a long article's sections and joins them.", "article.content_type"
        ),
        AiFunction("generate_image_prompts", ImagePlanBrief, "Plans the pictures of an article."),
        AiFunction("adapt_for_social", SocialBrief, "Turns an article into a post for one platform.", "platform"),
        AiFunction("generate_video_script", VideoBrief, "Writes the narration of a video.", "video_type"),
        AiFunction("rewrite_script_section", ScriptSectionBrief, "Writes one section of a narration anew."),
        AiFunction("generate_video_seo", VideoSeoBrief, "Writes what a video is found by on a platform.", "platform"),
    )
}


# What a field means wherever it stands; a field's own description counts before this.
_MEANINGS = {
    "added": "Sections that the site's strategy asks for beside the parts.",
    "after": "The heading of the section that it follows; empty for last.",
    "angle": "What the article says that others do not, in a sentence; empty when nobody said.",
    "article": "The brief of the whole article.",
    "at_least": "How many items of it there must be.",
    "audience": "Whom the site is for; may be empty.",
    "author_bio": "Who the author is; may be empty.",
    "author_name": "The author whom the page names; may be empty.",
    "block": "Where the draft holds the part.",
    "bullets": "Its bullet points.",
    "cluster_name": "The cluster's name.",
    "content_structure": "How the page is built.",
    "content_type": "What kind of page it is.",
    "contract": "The outline that a page of this type and structure keeps.",
    "covers": "What the section says and no other does.",
    "current": "The section as it stands, where it is written anew.",
    "difficulty": "How hard it is to rank for, 0 to 100.",
    "faq": "Questions with their answers.",
    "guidance": "What the part is for.",
    "head_keyword": "The keyword that stands for the cluster.",
    "heading": "Its heading.",
    "headings": "The article's headings.",
    "in_article_images": "How many pictures stand inside the article.",
    "index": "Which section is wanted, counted from 0.",
    "intents": "What people want who search it.",
    "key_takeaways": "What a reader takes away, a sentence each.",
    "keywords": "Keywords, the most searched first.",
    "language": "BCP 47 tag of the language to write in.",
    "least": "The fewest words.",
    "max_characters": "The platform's limit for the text, counted as the platform counts.",
    "max_hashtags": "How many hashtags there may be.",
    "max_seconds": "The longest that the video may be.",
    "min_seconds": "The shortest that the video may be.",
    "most": "The most words.",
    "need": "How much the part is needed.",
    "niche": "What the site is about; may be empty.",
    "outline": "The sections that were planned.",
    "paragraphs": "Its paragraphs.",
    "part": "The part of the outline contract.",
    "parts": "The parts of the page, in reading order.",
    "passages": "What of the document bears on the article.",
    "platform": "Where the post goes.",
    "preset": "The format that the video is rendered in.",
    "primary_keyword": "The keyword that the article is to be found by.",
    "purpose": "What a page of this kind is for.",
    "questions": "What people ask, as they ask it.",
    "schema_part": "What structured data is made of the part.",
    "secondary_keywords": "Further keywords of the article.",
    "sections": "The article's sections.",
    "serp_features": "What the results page shows beside plain results.",
    "sibling_topics": "Other topics of the same sector, which have pages of their own.",
    "site_key": "The site's key.",
    "site_name": "The site's name.",
    "source_ids": "The sources that it should draw on.",
    "sources": "Documents that the article may cite.",
    "steps": "Its steps.",
    "summary": "The article in a few sentences.",
    "table": "Its table.",
    "target": "About how many words.",
    "target_words": "About how many words it should have.",
    "narration": "Everything that is said.",
    "script": "The whole script as it stands.",
    "title": "The title.",
    "to_supply": "What the editor is asked to supply.",
    "tone": "How the author writes; may be empty.",
    "url": "The article's address.",
    "video_type": "How long a video it is.",
    "voice": "Who is speaking: the site and its author.",
    "volume": "Searches a month.",
    "wish": "What is to be different; may be empty.",
    "words": "How many words the page may have.",
    "words_per_minute": "How fast the voice speaks.",
}


@dataclass(frozen=True)
class Text:
    """A text; ``values`` are all that it can be, where that is known."""

    optional: bool = False
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Number:
    """A whole or a decimal number."""

    optional: bool = False


@dataclass(frozen=True)
class Truth:
    """Yes or no."""

    optional: bool = False


@dataclass(frozen=True)
class Record:
    """Named fields."""

    fields: Mapping[str, "Kind"]
    optional: bool = False
    meanings: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class ListOf:
    """Any number of items of one kind; may be empty."""

    item: "Kind"
    optional: bool = False


@dataclass(frozen=True)
class Unknown:
    """Something whose shape is not declared: it can be printed with ``tojson`` and nothing else is known of it."""

    optional: bool = False


Kind = Text | Number | Truth | Record | ListOf | Unknown


@dataclass(frozen=True)
class Variable:
    """One thing that a prompt can print or ask about; ``path`` is how a template writes it."""

    path: str
    kind: str
    description: str
    values: tuple[str, ...] = ()


@cache
def root_of(function: str) -> Record:
    """The inputs of a function as one record.

    Raises:
        KeyError: there is no such function.
    """
    return _record(FUNCTIONS[function].inputs, ())


@cache
def variables_of(function: str) -> dict[str, Variable]:
    """Everything that a prompt of a function may name, by path; ``[]`` stands for the items of a list.

    Raises:
        KeyError: there is no such function.
    """
    return {variable.path: variable for variable in _walk(root_of(function), "")}


def variant_of(function: str, inputs: BaseModel) -> str:
    """The variant that these inputs ask for; empty when the function has none."""
    path = FUNCTIONS[function].variant_field
    return str(attrgetter(path)(inputs)) if path else ""


def variant_in(function: str, inputs: Mapping[str, Any]) -> str:
    """The same for inputs in plain JSON."""
    found: Any = inputs
    for name in filter(None, FUNCTIONS[function].variant_field.split(".")):
        found = found[name]
    return str(found) if found is not inputs else ""


def sample_inputs(function: str, *, bare: bool) -> dict[str, Any]:
    """Made-up inputs in plain JSON: with everything that can be there, or with nothing that need not be."""
    return _sample_of(root_of(function), bare=bare)


def name_of(kind: Kind) -> str:
    """A kind in words."""
    match kind:
        case Text():
            word = "one of: " + ", ".join(kind.values) if kind.values else "text"
        case Number():
            word = "number"
        case Truth():
            word = "yes or no"
        case Record():
            word = "record"
        case ListOf():
            values = getattr(kind.item, "values", ())
            items = "records" if isinstance(kind.item, Record) else f"{name_of(kind.item)}s"
            word = f"list, each one of: {', '.join(values)}" if values else f"list of {items}"
        case _:
            word = "data"
    return f"{word}, may be missing" if kind.optional else word


def _walk(record: Record, prefix: str) -> Iterator[Variable]:
    for name, kind in record.fields.items():
        path = f"{prefix}{name}"
        yield Variable(path, name_of(kind), record.meanings.get(name, ""), getattr(kind, "values", ()))
        item, inside = kind, path
        while isinstance(item, ListOf):
            item, inside = item.item, f"{inside}[]"
        if isinstance(item, Record):
            yield from _walk(item, f"{inside}.")


def _record(model: type[BaseModel], parents: tuple[type[BaseModel], ...], *, optional: bool = False) -> Record:
    fields = {name: _kind(info.annotation, (*parents, model)) for name, info in model.model_fields.items()}
    return Record(fields, optional, _meanings(model))


def _meanings(model: type[BaseModel]) -> dict[str, str]:
    """What each field means: its own description, else that of the record it holds."""
    meanings = {}
    for name, info in model.model_fields.items():
        held = next((part for part in _parts(info.annotation) if _is_model(part)), None)
        doc = (inspect.getdoc(held) or "") if held else ""
        meanings[name] = info.description or _MEANINGS.get(name, "") or " ".join(doc.split("\n\n")[0].split())
    return meanings


def _parts(annotation: Any) -> Iterator[Any]:
    yield annotation
    for part in get_args(annotation):
        yield from _parts(part)


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _kind(annotation: Any, parents: tuple[type[BaseModel], ...], *, optional: bool = False) -> Kind:
    origin, parts = get_origin(annotation), get_args(annotation)
    if hasattr(annotation, "__metadata__"):
        kind = _kind(parts[0], parents, optional=optional)
    elif origin in {Union, UnionType}:
        there = [part for part in parts if part is not NoneType]
        optional = optional or len(there) < len(parts)
        kinds = [_kind(part, parents, optional=optional) for part in there]
        kind = kinds[0] if len(kinds) == 1 else _either(kinds, optional)
    elif origin is Literal:
        kind = Text(optional, tuple(str(value) for value in parts))
    elif origin in {tuple, list, Sequence, set, frozenset}:
        items = {part for part in parts if part is not Ellipsis}
        kind = ListOf(_kind(parts[0], parents) if len(items) == 1 else Unknown(), optional)
    elif _is_model(annotation):
        kind = Unknown(optional) if annotation in parents else _record(annotation, parents, optional=optional)
    else:
        kind = _plain_kind(annotation, optional)
    return kind


def _plain_kind(annotation: Any, optional: bool) -> Kind:
    # A truth is a number to Python, so it is looked for first.
    for known, kind in ((bool, Truth), (int, Number), (float, Number), (str, Text)):
        if isinstance(annotation, type) and issubclass(annotation, known):
            return kind(optional)
    return Unknown(optional)


def _either(kinds: Sequence[Kind], optional: bool) -> Kind:
    """What several alternatives have in common, which is all that a prompt can count on."""
    records = [kind for kind in kinds if isinstance(kind, Record)]
    if len(records) < len(kinds):
        return kinds[0] if len({type(kind) for kind in kinds}) == 1 else Unknown(optional)
    shared = {}
    for name, kind in records[0].fields.items():
        others = [record.fields.get(name) for record in records[1:]]
        if all(type(other) is type(kind) for other in others):
            values = tuple(dict.fromkeys(value for each in (kind, *others) for value in getattr(each, "values", ())))
            shared[name] = Text(kind.optional, values) if isinstance(kind, Text) else kind
    return Record(shared, optional, records[0].meanings)


def _sample_of(record: Record, *, bare: bool) -> dict[str, Any]:
    return {name: _sample(kind, name, bare=bare) for name, kind in record.fields.items()}


def _sample(kind: Kind, name: str, *, bare: bool) -> Any:
    if kind.optional and bare:
        return None
    match kind:
        case Text():
            # A text of a closed list is always one of them, however little else is there.
            sample: Any = kind.values[0] if kind.values else "" if bare else name
        case Number():
            sample = 0 if bare else 3
        case Truth():
            sample = not bare
        case Record():
            sample = _sample_of(kind, bare=bare)
        case ListOf():
            sample = [] if bare else [_sample(kind.item, name, bare=bare) for _ in range(2)]
        case _:
            sample = {}
    return sample
