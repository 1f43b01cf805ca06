# ruff: noqa: E501  (a sentence stays on one line, so that it can be read and searched for)
"""Wording for answers, by the form of the question. Three pools make an answer: open, explain, close.

``{about}`` is what the question is about, with its article; the other marks are explained in ``aspects``.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class AnswerWording:
    """The sentences that can open, explain and close an answer to one form of question."""

    opening: tuple[str, ...]
    middle: tuple[str, ...]
    closing: tuple[str, ...]


ANSWERS: dict[str, AnswerWording] = {
    "why": AnswerWording(
        (
            "Look first at whatever changed most recently with {about}: the material, the equipment, the setting or the routine.",
            "The likeliest cause is the last thing that became different about {about}, however small it seemed.",
            "Start from the last time {about} gave you no trouble, and list what is new since then.",
            "With {about}, a symptom like this seldom has a single cause, so work from the cheapest check to the costliest.",
        ),
        (
            "Put one of those things back as it was and try again with everything else unchanged.",
            "Check cleanliness, quantity and setting before you suspect a defect.",
            "Two changes at once would hide the cause even if they cured the symptom.",
            "Note each attempt in a line, because the pattern shows after three or four.",
        ),
        (
            "If nothing helps, take your notes to somebody who can look at it in person.",
            "When it is right again, repeat it once to be sure that it was no accident.",
            "Replace parts only after the free checks are done.",
            "Should it happen only sometimes, find out what those times have in common.",
        ),
    ),
    "how_to": AnswerWording(
        (
            "Lay out everything you need first, read the instructions for your exact case, and work through one round without improvising.",
            "Work in a fixed order: prepare, measure, do one thing, judge it, and write down the result.",
            "Begin with the maker’s or an official description, because it overrules any general advice on {doing_it}.",
            "Take it slowly the first time and treat {doing_it} as a trial whose notes you will use for the second.",
            "Split {doing_it} into three parts, namely preparation, the work itself and the check afterwards, and finish one before the next.",
        ),
        (
            "Change a single thing between two attempts, so that you know what made the difference.",
            "Give every step a sign that it is finished, for example a weight, a time or a look.",
            "If a step fails, repeat that step instead of starting from the beginning.",
            "{gk}Stop at once if anything has to be forced.",
            "Measure rather than estimate, at least until the result is the same three times running.",
        ),
        (
            "Finish by noting the date and what you would do differently.",
            "A result counts as reliable when you can repeat it on another day.",
            "Ask somebody qualified as soon as the next step would be risky.",
            "Once it works, keep the routine and drop whatever you found yourself skipping.",
        ),
    ),
    "how_much": AnswerWording(
        (
            "The figure depends on what is included, so ask for a total and never for a starting price.",
            "No single number would be honest; what you can do is define the job or the version and collect three totals.",
            "For {about}, work out the total over a year: the first payment, everything that recurs, and what you need besides.",
        ),
        (
            "Put the quantity, the extras and the terms on one line per offer, otherwise the lowest figure wins for the wrong reason.",
            "Write down what triggers an additional charge.",
            "Recurring costs often decide the comparison after the first months.",
        ),
        (
            "If two totals are close, prefer the one with clearer terms.",
            "Take the middle of three comparable figures as your working budget.",
            "Keep the dates with the figures, because prices move.",
        ),
    ),
    "price": AnswerWording(
        (
            "A ceiling is a good filter as long as it covers everything, so subtract what you need besides {about} before you look.",
            "Whether it works depends on what you are ready to leave out, so list the must-haves first and the price second.",
        ),
        (
            "Look at last season’s versions and at refurbished ones with a guarantee.",
            "Compare the two or three cheapest that pass your first criterion, and read what their owners complain about.",
        ),
        (
            "If nothing passes, find out how much is missing and whether waiting would help.",
            "Stop when a candidate meets the list, because the ceiling is there to end the search.",
        ),
    ),
    "how_many": AnswerWording(
        (
            "Treat any published number for {about} as a first attempt and adjust it by the result.",
            "Begin with the figure on the label, in the manual or from a source you trust, and write it down exactly.",
            "The right amount is the one you can repeat and like, so it starts with a scale or a counter.",
        ),
        (
            "Move in equal steps in one direction until the result becomes worse, then go half a step back.",
            "Hold everything else still while the number changes.",
            "Use the same measure each time, since a spoon and a scale seldom agree.",
        ),
        (
            "Your own table of attempts will soon be more useful than a chart.",
            "Expect to adjust again when the material or the equipment changes.",
            "{s}Have the figure confirmed by a professional before you rely on it.",
        ),
    ),
    "how_long": AnswerWording(
        (
            "Time it once from start to finish under your own conditions, because published times leave out preparation and clearing away.",
            "For {about}, the outer limit is what the maker or the authority states; your own use can only shorten it.",
            "The clock starts on the day of opening, first use or filing, so date it that day.",
        ),
        (
            "Note whether the time needs your attention or passes by itself, since only the first kind is expensive.",
            "Watch for signs of change as well as the calendar.",
            "Storage and frequency of use move the answer more than the label suggests.",
        ),
        (
            "If in doubt, compare with a fresh one.",
            "A reminder set a few days early makes the interval easy to keep.",
            "After three rounds you will have your own figure, which beats any average.",
        ),
    ),
    "how_often": AnswerWording(
        (
            "Tie the interval to use and not only to the calendar: after so many times, or when the first sign shows.",
            "Take the interval from the manual or the responsible authority, and shorten it if you do it more than most.",
            "As often as the signs ask for, and at the latest at the interval stated for your exact case.",
        ),
        (
            "Write the date down each time, because memory stretches every interval.",
            "Look for the first sign of decline, such as a change in result, sound or feel.",
            "A light round often and a thorough one rarely is easier to keep up than the reverse.",
        ),
        (
            "If you have missed it, do it now and count from today.",
            "Put the next date in a calendar while you are at it.",
            "When several people share it, agree on who is responsible.",
        ),
    ),
    "which": AnswerWording(
        (
            "The best fit depends on a single sentence: who uses it, where, and how often.",
            "Choose by the criterion that would make you regret the decision, and let the rest break a tie.",
            "Rank the candidates by what you need {about} for, since a general ranking cannot know that.",
            "Three candidates and one criterion are enough to find out.",
        ),
        (
            "Strike out whatever exceeds your limits before you compare anything else.",
            "Look for a reviewer whose use resembles yours and read what that person complains about.",
            "Try two side by side wherever a trial is possible.",
            "Compare totals and terms for exactly the same contents.",
            "A week with {about} on loan would tell you more than a month of reading.",
        ),
        (
            "If you still hesitate, take the one that is easier to return.",
            "You have decided when you can give the reason in one sentence.",
            "Where two are equal, the simpler one is the better choice.",
        ),
    ),
    "difference": AnswerWording(
        (
            "The difference that counts is the one that changes what you do with either.",
            "Compare {about} on the job each was made for, then on effort, cost and upkeep.",
            "Ask of each side what it needs, what it is for and what it gives up.",
        ),
        (
            "Run the same test on both on the same day and note the result before you read any opinion.",
            "Most of the differences that are written about disappear when the conditions are equal.",
            "One clear line in a comparison is worth ten small ones.",
        ),
        (
            "If the difference does not show in your own use, let price and convenience decide.",
            "Choose the one whose weak point you can live with.",
            "A difference that you cannot name in one sentence is probably not yours to worry about.",
        ),
    ),
    "what_is": AnswerWording(
        (
            "Read {about} by its purpose: the problem it solves, what it needs to work, and what it is not.",
            "A useful definition of {about} fits in a sentence and says who would miss it.",
            "People use the term loosely, so settle first which meaning your source has in mind.",
        ),
        (
            "Find the nearest neighbour and name the line between the two.",
            "Compare two independent descriptions and keep only what both of them say.",
            "Look at what people search for beside it, because that shows where the practical questions are.",
        ),
        (
            "Once the meaning is clear, go straight to the part of this page that matches your question.",
            "A distinction that changes nothing about what you would do can wait.",
            "If a seller uses the word differently, ask what exactly is included.",
        ),
    ),
    "yes_no": AnswerWording(
        (
            "It depends on conditions that you can check: what exactly is meant, in which case, and compared with what.",
            "Turn it into a test you can run, and the answer will be yes or no for your own case.",
            "There are good reasons on both sides, so decide first what a yes would change for you.",
            "Ask what would have to be true for a yes, then check that one condition.",
        ),
        (
            "For {about}, look for a source that names its grounds and its date.",
            "Small trials answer this better than opinions, provided everything else stays the same.",
            "Note what you give up either way, because that is usually what the question is about.",
            "A general answer hides the exceptions, and yours may be one of them.",
        ),
        (
            "{s}Where money or liability is involved, have a qualified person confirm it.",
            "If nothing would change, you can leave the question open.",
            "Decide for now, and set a date on which to look again.",
            "Whatever you find, write it down together with the conditions.",
        ),
    ),
    "when": AnswerWording(
        (
            "Choose the moment by the signs and not by the date alone.",
            "Early enough to correct the result once, which for {about} usually means sooner than planned.",
            "Work back from the day on which the result is needed, and add one spare round.",
        ),
        (
            "Find out which dates are fixed by somebody else and enter those first.",
            "A regular time is easier to keep than a perfect one.",
            "Avoid the days on which an interruption is likely.",
        ),
        (
            "A reminder a few days ahead does the rest.",
            "If you are late, begin with the part that others are waiting for.",
            "Look back afterwards and move the date if it was too tight.",
        ),
    ),
    "where": AnswerWording(
        (
            "Search by distance first and by quality second, then call with one precise question.",
            "Begin with sellers or providers who answer questions about {about} before the purchase.",
            "Look on a map as well as in a list, and read the newest comments first.",
        ),
        (
            "{gk}Compare returns, guarantee and availability of parts along with the price.",
            "{s}Ask each of them who would be responsible and how soon they answer.",
            "Opening hours and a second visit belong in the comparison.",
            "A short message to an independent place often finds what a search does not.",
        ),
        (
            "Keep the name of anyone who was helpful, because the next question will come.",
            "If nothing nearby fits, weigh delivery against the time of the trip.",
            "Whoever sells it, make sure you know who answers afterwards.",
        ),
    ),
}

SPARE = AnswerWording(
    (
        "Begin with what you can check today, and treat everything else as an assumption until you have seen it.",
        "The answer follows from your own case, so describe it in a sentence before you look anything up.",
        "Split the question into what is fixed and what you can change, then work on the second half.",
        "Take one step that can be undone and see what it shows.",
    ),
    (
        "One good source with a date is worth more than five without.",
        "Keep the conditions equal whenever you compare.",
        "Ask somebody who has had the same problem what they would do now.",
        "Write the result down, even when it is not the one you hoped for.",
    ),
    (
        "That is usually enough to decide on the next step.",
        "What stays open after that is worth a question to a specialist.",
        "Come back to it when one of the conditions changes.",
        "The sections above show where to look for the rest.",
    ),
)
"""What is used when a page asks more questions of one form than its pools can answer without repeating."""

DEMAND = (
    "It is asked about {volume} times a month, so plenty of people share the doubt.",
    "Around {volume} searches a month put exactly this question.",
    "You are in company: about {volume} people a month type these words.",
    "The question is typed about {volume} times a month.",
)
"""An added sentence when the brief knows how often a question is searched."""

ABOUT_SITE: tuple[tuple[str, str], ...] = (
    (
        "What is {site} about?",
        "{site} is about {niche}. A page takes up one question at a time and says what its answer depends on.",
    ),
    (
        "How do I report a mistake on {site}?",
        "Name the page and the sentence, and say what is wrong with it. Evidence for the right fact helps most.",
    ),
    (
        "Can I suggest a subject to {site}?",
        "A question of your own is the best suggestion. Say what you have tried so far, so that an answer can begin there.",
    ),
)
"""Questions that visitors ask of any site."""
