"""The platform's own instructions for every AI function, versioned; a site or an account may put its own in their place.

A version changes whenever its words change: it is part of a call's identity in the journal, so that "what was written with
this prompt" is one query and a changed prompt is a new call. Which prompt a call gets is decided in ``prompting``.
"""

from dataclasses import dataclass

from igny8_resources.ai.content_prompts import CONTENT_PROMPTS, LONG_ARTICLE_PROMPTS
from igny8_resources.ai.video_prompts import SCRIPT_PROMPTS, VIDEO_PROMPTS


@dataclass(frozen=True)
class Prompt:
    """One function's instructions, for one of its variants where ``variant`` names it; the brief follows as JSON.

    ``text`` is a template over the function's inputs (``prompt_variables``).
    """

    function: str
    version: str
    text: str
    variant: str = ""


_SHARED = (
    "You work for a content team that publishes under its own name. Answer in the brief's language, in the tone of its "
    "voice. Use only what the brief says or what is common knowledge; never invent figures, studies, prices, quotations or "
    "product claims. Write plain text in every field: no HTML, no Markdown. "
)

_PROMPTS = (
    Prompt(
        "generate_ideas",
        "1",
        _SHARED
        + "The brief describes one cluster of search queries and the kind of page its intent asks for. Propose the one "
        "page that answers it best: a title of at most 65 characters that a person would click and that keeps its promise, "
        "the angle in one sentence, the target keyword (the head keyword unless another clearly fits better), secondary "
        "keywords from the cluster, the questions to answer, and an outline of H2 headings in the order a reader needs them.",
    ),
    Prompt(
        "generate_content",
        "1",
        _SHARED
        + "Write the article that the brief describes. Follow its outline where it serves the reader. Use the primary "
        "keyword in the title, the introduction and one heading, the secondary keywords where they fall naturally, none of "
        "them mechanically. Answer every question of the brief in the FAQ, each answer complete on its own. Include a table "
        "where the brief compares things, steps where it explains how to do something, pros and cons where it weighs options; "
        "leave those lists empty elsewhere. Meta title at most 60 characters, meta description 120 to 155. Never say the "
        "same thing twice. Reach about the number of target words.",
    ),
    Prompt(
        "generate_image_prompts",
        "1",
        _SHARED
        + "Plan the pictures of the article: one featured image and as many in-article images as the brief asks for, "
        "each under the section it explains best. For each: a prompt for a photographic image model, alt text of at most 125 "
        "characters that describes the picture, a caption that adds something, a headline of at most 60 characters and two to "
        "four short lines for a designed card.",
    ),
    Prompt(
        "adapt_for_social",
        "1",
        _SHARED + "Turn the article into one post for the brief's platform, in that platform's manner: professional on "
        "LinkedIn, terse on X, conversational on Facebook, visual on Instagram, a spoken hook on TikTok. Stay well under the "
        "character limit counting hashtags. Leave the link out; it is added. Use a thread only on X and only when the material "
        "deserves it.",
    ),
)
# What an idea owes the kind of page it is for, after what is said to all of them.
_IDEAS_BY_TYPE = {
    "product": "The page sells a product: take the angle of what its features do for a buyer, and a title such as "
    '"Best … for …" only where it really compares.',
    "service": "The page offers a service: take the angle of its process and its outcomes, and let the outline go from the "
    "problem over how it works to the first step.",
    "company_page": "The page presents the company: take the angle of its mission, its people or its jobs, whichever the "
    "queries ask for.",
    "taxonomy_landing": "The page introduces a term: take the angle of an overview, with one heading for each subtopic that "
    "deserves a page of its own.",
    "cluster_hub": "The page is the hub of the cluster: one heading for each supporting topic, in the order in which a "
    "newcomer needs them.",
    "comparison": "The page compares: the outline has the table, each candidate, and the recommendation.",
}

PROMPTS: dict[str, Prompt] = {
    **{prompt.function: prompt for prompt in _PROMPTS},
    **{function: Prompt(function, "1", text) for function, text in LONG_ARTICLE_PROMPTS.items()},
    **{function: Prompt(function, "2", text) for function, text in VIDEO_PROMPTS.items()},
}
VARIANTS: dict[tuple[str, str], Prompt] = {
    **{
        ("generate_video_script", variant): Prompt("generate_video_script", "2", text, variant)
        for variant, text in SCRIPT_PROMPTS.items()
    },
} | {
    (function, variant): Prompt(function, "1", text, variant)
    for function, texts in (
        ("generate_content", CONTENT_PROMPTS),
        (
            "generate_ideas",
            {kind: f"{PROMPTS['generate_ideas'].text} {text}" for kind, text in _IDEAS_BY_TYPE.items()},
        ),
    )
    for variant, text in texts.items()
}


def builtin_prompt(function: str, variant: str = "") -> Prompt:
    """The platform's instructions of a function for a variant: its own where it has some, else the function's.

    Raises:
        KeyError: there is no such function.
    """
    return VARIANTS.get((function, variant)) or PROMPTS[function]
