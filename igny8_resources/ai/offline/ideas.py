"""The offline planner's idea for a cluster: title, angle, outline and questions of one page."""

from igny8_resources.ai.offline.article import planning_prose
from igny8_resources.ai.offline.faq import ask, derived_questions
from igny8_resources.ai.offline.grammar import capital, cased, clipped, number_of, plural, title_case
from igny8_resources.ai.offline.keyword_reading import core_words, is_question, names_phrase, normal
from igny8_resources.ai.offline.prose import shuffled
from igny8_resources.ai.offline.section_plan import plan_sections
from igny8_resources.ai.offline.subject import Subject, subject_of
from igny8_resources.ai.offline.topics import group_keywords, usual_topics
from igny8_resources.contracts.outlines import contract_for
from igny8_resources.contracts.planner import ClusterBrief, IdeaDraft, KeywordFacts

MOST_TITLE = 65
_MOST_SECONDARY = 16
_MOST_QUESTIONS = 8
_MOST_QUESTIONS_OF_US = 2
_USUAL_WORDS = 1200

_TAILS: dict[str, tuple[str, ...]] = {
    "guide_g": (
        ": A Practical Buying Guide",
        ": How to Choose",
        ": What to Decide First",
        ": A Guide to Choosing Well",
    ),
    "guide_s": (": How to Choose Well", ": What to Ask First", ": A Plain Guide", ": What to Expect"),
    "guide_k": (": A Practical Guide", ": What Matters and Why", ": Where to Start", ", One Decision at a Time"),
    "comparison": (": How to Choose", ": Which One Suits You?", ": A Fair Comparison", ": The Points That Decide"),
    "review": (
        " Review: What to Check First",
        " Review: How to Judge for Yourself",
        " Reviewed by Your Own Criteria",
        ": A Review Checklist",
    ),
    "how_to": (", Step by Step", ": The Steps in Order", ": A Method You Can Repeat", ", From Start to Finish"),
    "trouble": (" How to Find the Cause", " Where to Look First", " A Calm Way to Find Out"),
    "question": (" How to Decide", " The Short and the Long Answer", " What to Check", ""),
    "top_listicle": (
        ": What to Look For",
        ": How to Pick Yours",
        ": The Criteria That Count",
        ": How to Narrow Them Down",
    ),
    "landing_page": (": What to Expect", ": Start Here", ": An Overview"),
    "about_page": ("About {site}: ", "What {site} Is For: "),
    "brand_about": (": The Brand and Its Story", ": What the Brand Stands For", ": About the Brand"),
    "contact_page": ("Contact {site}: ", "Ask {site} About "),
    "product_single": (": Features, Specs and Alternatives", ": What You Get and What to Check"),
    "product_collection": (": The Range Compared", ": Browse by Kind and Use", ": Find the Right One"),
    "service_single": (": How It Works", ": Process, Results and Questions", ": What You Get"),
    "service_area": (": Local Help, and How to Choose It", ": What to Ask Locally"),
    "company_about": ("About {site}: ", "What {site} Stands For: "),
    "company_team": ("The People Behind {site}: ", "Who Writes for {site}: "),
    "company_careers": ("Working with {site}: ", "Join {site}: "),
    "category_archive": (": All Topics in One Place", ": The Overview", ": Every Question, Sorted"),
    "tag_archive": (": Guides and Answers", ": Everything on the Subject"),
    "attribute_archive": (": What to Compare", ": Choosing by What Counts"),
    "cluster_hub": (": The Complete Guide",),
}

_ANGLES: dict[str, tuple[str, ...]] = {
    "g": (
        "Choosing by {one}, {two} and {three} instead of by brand or ranking.",
        "A buyer’s order of decisions, from {one} to {two}, with a check for each.",
        "What to settle about {one} and {two} before the first product page is opened.",
    ),
    "s": (
        "From {one} to {two}: the questions to put to a provider before signing anything.",
        "A client’s view of {one}, {two} and {three}, with the answers to insist on.",
        "How to compare offers by {one} and {two} when no two of them describe the same job.",
    ),
    "k": (
        "A repeatable way through {one}, {two} and {three}, changing one thing at a time.",
        "From {one} to {two}: what to try first, how to judge it and what to note.",
        "The questions people really ask, from {one} to {two}, each with a test to run at home.",
    ),
    "versus": (
        "A comparison by use and not by taste: {one}, {two} and {three}, tested in the same way on both sides.",
        "Which conditions favour which side, judged by {one} and {two}.",
    ),
}


def draft_idea(brief: ClusterBrief) -> IdeaDraft:
    """Plan one page for a cluster; its outline is what the offline writer would write under it.

    Raises:
        UnsuitableStructure: the content type cannot have the structure.
    """
    contract = contract_for(brief.content_type, brief.content_structure)
    primary = _head(brief)
    others = [keyword for keyword in brief.keywords if normal(keyword.text) != normal(primary.text)]
    asked = {normal(question) for question in brief.questions}
    secondary = [keyword for keyword in others if normal(keyword.text) not in asked][:_MOST_SECONDARY]
    subject = subject_of(primary, secondary, brief.content_type)
    planned = plan_sections(
        planning_prose(brief.voice, subject),
        subject,
        contract,
        keywords=secondary,
        siblings=(),
        target_words=min(_USUAL_WORDS, contract.words.target),
    )
    seed = f"{brief.voice.site_key}\0{normal(primary.text)}\0{brief.content_structure}"
    return IdeaDraft(
        title=title_for(brief, primary, subject, seed),
        angle=_angle(subject, secondary, seed),
        target_keyword=primary.text,
        secondary_keywords=tuple(keyword.text for keyword in secondary),
        questions=_questions(brief, subject, primary, secondary),
        outline=tuple(section.heading for section in planned),
    )


def _head(brief: ClusterBrief) -> KeywordFacts:
    wanted = normal(brief.head_keyword)
    known = next((keyword for keyword in brief.keywords if normal(keyword.text) == wanted), None)
    return known or KeywordFacts(text=brief.head_keyword)


def title_for(brief: ClusterBrief, primary: KeywordFacts, subject: Subject, seed: str) -> str:
    """A headline of at most 65 characters that uses the primary keyword and suits the structure."""
    structure = brief.content_structure
    base = _base(brief, primary, subject)
    kind = structure if structure != "guide_tutorial" else f"guide_{subject.domain}"
    if brief.content_type == "brand_page" and structure == "about_page":
        kind = "brand_about"
    if subject.sides and structure in {"guide_tutorial", "review", "question", "top_listicle"}:
        kind = "comparison"
    if base.endswith("?"):
        kind = "trouble" if base.lower().startswith("why") else "question"
    elif structure == "question":
        kind = f"guide_{subject.domain}"
    tails = [tail.replace("{site}", brief.voice.site_name) for tail in shuffled(_TAILS[kind], seed)]
    if base.casefold().endswith(("review", "reviews")):
        # "… Review Review: What to Check First" says it twice.
        tails = [tail for tail in tails if "review" not in tail.casefold()] or [": What to Check First"]
    if ":" in base or (structure == "how_to" and not base.startswith("How")):
        tails = [""]
    for tail in [*tails, ""]:
        title = tail + title_case(base) if tail.endswith(" ") else title_case(base) + tail
        if len(title) <= MOST_TITLE and names_phrase(title, primary.text):
            return title
    return clipped(title_case(capital(cased(normal(primary.text)))), MOST_TITLE)


def _base(brief: ClusterBrief, primary: KeywordFacts, subject: Subject) -> str:
    reading = subject.reading
    phrase = reading.text
    if reading.kind == "versus":
        return f"{phrase}?" if is_question(phrase) else phrase
    if reading.kind == "task":
        guides = {"how_to", "guide_tutorial", "question", "top_listicle"}
        return f"How to {reading.action}" if brief.content_structure in guides else capital(subject.doing)
    if reading.kind in {"question", "best"}:
        return ask(primary.text, subject).text if reading.kind == "question" else plural(phrase)
    many = plural(phrase) if names_phrase(plural(phrase), primary.text) else phrase
    them = "them" if number_of(phrase) == "plural" else "it"
    shapes = {
        "top_listicle": f"best {many}",
        "how_to": f"{phrase}: how to get {them} right",
        "product_single": phrase,
        "review": phrase,
    }
    return shapes.get(brief.content_structure, many)


def _angle(subject: Subject, secondary: list[KeywordFacts], seed: str) -> str:
    topics = [*group_keywords(subject, secondary), *usual_topics(subject, ())]
    points = list(dict.fromkeys(topic.aspect.topic for topic in topics if topic.aspect))
    pool = _ANGLES["versus" if subject.sides else subject.domain]
    template = shuffled(pool, seed)[0]
    return capital(template.format(one=points[0], two=points[1], three=points[2]))


def _questions(
    brief: ClusterBrief, subject: Subject, primary: KeywordFacts, secondary: list[KeywordFacts]
) -> tuple[str, ...]:
    found: dict[frozenset[str], str] = {}
    for question in brief.questions:
        if normal(question) and normal(question) != normal(primary.text):
            found.setdefault(frozenset(core_words(ask(question, subject).text)), question)
    if brief.content_type == "company_page" or brief.content_structure in {"about_page", "contact_page"}:
        return tuple(found.values())[:_MOST_QUESTIONS_OF_US]
    for question in derived_questions(subject, secondary):
        proper = ask(question, subject).text
        found.setdefault(frozenset(core_words(proper)), proper)
    return tuple(found.values())[:_MOST_QUESTIONS]
