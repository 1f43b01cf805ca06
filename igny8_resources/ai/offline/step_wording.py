# ruff: noqa: E501  (a sentence stays on one line, so that it can be read and searched for)
"""Procedures by family of verbs: the steps that lead to a good result whatever the object is.

Each step is a short imperative name and what to do; the marks are those of ``aspects``.
"""

from igny8_resources.ai.offline.keyword_reading import Reading

StepTexts = tuple[tuple[str, str], ...]

_FAMILIES: dict[str, str] = {
    "clean": "clean descale wash remove unclog polish season rinse wipe scrub backflush deodorize maintain care",
    "make": "make brew cook bake froth steam prepare cold-brew roast pull pour mix grind draw write create build heat",
    "choose": "choose buy pick find compare select hire get shop book rent",
    "fix": "fix repair stop prevent avoid reduce improve replace solve treat recover relieve unstick increase",
    "arrange": "start register file apply become open form pay calculate claim set send invoice track do manage switch "
    "budget record keep cancel reconcile organize organise forecast price plan",
    "practise": "use run train learn lace tie hold tamp dial grow play walk breathe stretch pace wear break",
    "store": "store freeze pack save preserve ship carry protect",
}

PROCEDURES: dict[str, StepTexts] = {
    "clean": (
        (
            "Read the maker’s care page",
            "Look up which parts come apart, what may get wet and which products are allowed, because that page overrules everything below.",
        ),
        (
            "Make it safe",
            "Switch off, unplug, empty and let everything cool down before you touch a moving or heated part.",
        ),
        (
            "Take apart only what is meant to come apart",
            "Photograph each stage and lay the pieces out in the order in which they came off.",
        ),
        ("Loosen the dry dirt first", "Brush, tap or wipe away what is loose, since liquid turns dust into paste."),
        (
            "Clean gently, part by part",
            "Start with the mildest product the maker allows, give it time to work, and avoid force.",
        ),
        (
            "Rinse and dry completely",
            "Go over each piece once more than seems necessary and leave it in the open until it is dry throughout.",
        ),
        (
            "Reassemble and test",
            "Put it together from the photographs, run it once without anything that matters, and listen for a change.",
        ),
        ("Write down the date", "A label with today’s date turns the next round into a plan instead of a surprise."),
    ),
    "make": (
        (
            "Lay everything out",
            "Put ingredients, tools and a clean surface within reach, in the order in which you will need them.",
        ),
        ("Measure and note", "Weigh or count what goes in and write it down, so that a good result can be repeated."),
        (
            "Prepare the equipment",
            "Bring everything that touches the result to the state the instructions ask for, and check that it is clean.",
        ),
        (
            "Work through one batch",
            "Follow the sequence without improvising, and keep an eye on the clock at the step that waits.",
        ),
        ("Judge the result", "Try it before adding anything, and describe what you notice in three plain words."),
        (
            "Change one thing",
            "Choose the single adjustment that answers your strongest remark and leave the rest as it was.",
        ),
        (
            "Repeat and compare",
            "Make a second batch soon, put it beside your notes from the first, and keep the better line.",
        ),
    ),
    "choose": (
        ("Write down the use", "Say in one sentence who will use it, where and how often."),
        ("Fix the limits", "Add the ceiling, the space and the date, since each of them shortens the list at no cost."),
        ("Name the first criterion", "Decide what would make you regret the choice, and rank by that alone."),
        ("Draw up three candidates", "Take one below your budget, one on it and one that would be a stretch."),
        ("Test or ask", "Try what can be tried and put the same precise question to every seller."),
        (
            "Decide and note why",
            "Choose, write the reason down in a sentence, and keep the receipt and the terms together.",
        ),
    ),
    "fix": (
        ("Describe the symptom", "Note what happens, when it begins and what makes it better or worse."),
        ("Find the last change", "List what is new since the last time everything was right, however small it seems."),
        ("Undo that change", "Put one thing back as it was and try again under the same conditions."),
        (
            "Check the simple causes",
            "Look at supply, cleanliness, position and settings before you suspect anything costly.",
        ),
        (
            "Change one thing at a time",
            "Keep a list of what you tried and what happened, and return each thing that made no difference.",
        ),
        ("Confirm the remedy", "Repeat the successful attempt once more, so that you know it was not chance."),
        ("Know when to stop", "If the next step involves risk, pain or real money, take your notes to a professional."),
    ),
    "arrange": (
        (
            "Find the official source",
            "Start from the authority or provider responsible, and note the date of the page you read.",
        ),
        (
            "Collect the documents",
            "Gather every paper and figure the form asks for before you fill in the first field.",
        ),
        ("Put the dates in a calendar", "Enter each deadline with a reminder early enough to act on it."),
        ("Work through it in order", "Complete one section at a time and save a copy after each."),
        ("Have it checked", "Ask a qualified person to look at whatever you are going to sign."),
        ("Submit and keep the proof", "Store the confirmation beside the documents it refers to."),
        ("Review after the first cycle", "Note what took longest, and prepare that part first next time."),
    ),
    "practise": (
        (
            "Start with the instructions",
            "Read the maker’s or a qualified teacher’s description once from beginning to end.",
        ),
        ("Set a small goal", "Choose one thing to get right today and leave the rest for another day."),
        (
            "Prepare the same way each time",
            "A fixed preparation removes the differences that would hide your progress.",
        ),
        (
            "Go slowly once",
            "Do it at half speed and notice where you hesitate, because that is where practice belongs.",
        ),
        ("Adjust in small steps", "Alter a single detail, repeat, and keep it only if the result is clearly better."),
        ("Stop before it gets sloppy", "A short, attentive session is worth more than a long, tired one."),
        ("Note what worked", "Write two lines at the end, one about what to keep and one about what to try next."),
    ),
    "store": (
        ("Sort before you store", "Separate what will be used soon from what has to keep, and treat them differently."),
        ("Clean and dry it first", "Whatever goes in damp or dirty comes out worse, so take the time now."),
        (
            "Choose the right container",
            "Look for a size that leaves little empty room and a closure that you will use every time.",
        ),
        ("Pick the place", "Prefer somewhere with steady conditions and away from anything that would affect it."),
        ("Label with the date", "Write down what it is and when it went in, because memory shortens every interval."),
        ("Check at fixed times", "Look, smell or test on a set day, and replace what has changed."),
    ),
}

SERVICE_PROCESS: StepTexts = (
    (
        "First conversation",
        "You describe the result you need and the date; the provider asks what is missing to understand it.",
    ),
    ("Review of where you stand", "Existing documents, equipment or habits are looked at before anything is proposed."),
    ("Written proposal", "Scope, price, dates and exclusions stand on paper, so that both sides read the same thing."),
    ("Start with a small part", "The first piece of work is limited on purpose and shows how the rest will go."),
    ("Regular report", "Progress is reported at agreed times, in a form that you can understand without help."),
    (
        "Handover and review",
        "You receive everything that belongs to you, together with a list of what to watch from now on.",
    ),
)
"""The stages of almost any service, from first contact to handover."""


def family_of(reading: Reading) -> str:
    """The family that a task's verb belongs to; making something is the model for verbs that are not known."""
    verb = reading.verb.split(" ")[0]
    if not verb:
        return "choose"
    return next((family for family, verbs in _FAMILIES.items() if verb in verbs.split()), "make")


def procedure_for(reading: Reading) -> StepTexts:
    """The procedure that suits a task's verb, or choosing when the keyword names no task."""
    return PROCEDURES[family_of(reading)]
