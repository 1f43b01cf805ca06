"""Wording that holds a section together: leads without a search to quote, further searches, ways into a list.

The marks in the texts are explained in ``aspects``; ``{point}`` is an aspect's topic and ``{asks}`` its question.
"""

UNSEARCHED_LEADS = (
    "One point is seldom searched for and often decisive: {point}.",
    "The question here is {asks}.",
    "Sooner or later you will have to settle {asks}.",
    "Put {point} on your list even if no search led you to it.",
    "Before the last decision, spend a few minutes on {point}.",
    "Few people look up {point} in advance, and many wish they had.",
    "Turn next to {point}; it is easier done now than later.",
)
FURTHER_SEARCHES = (
    "The same goes for {m}.",
    "{m} <belong|belongs> in this section too.",
    "Much the same is asked in {m}.",
    "Others put it as {m}.",
    "You may also have come by way of {m}.",
    "If you typed {m}, this is your section as well.",
    "Read {m} in the same light.",
    "Searches for {m} lead to the same check.",
    "{m} <are|is> close enough to be answered here.",
    "Nearby questions hide behind {m}.",
    "Whoever looks for {m} can use the same approach.",
    "The advice holds for {m} as well.",
)
LIST_LEADS = (
    "On your sheet, note:",
    "Points to settle:",
    "Before moving on, make sure you know:",
    "Put in writing:",
    "In practice, look at:",
    "Tick off one by one:",
    "Answer these in a few words:",
    "A short list for this part:",
    "What to bring together:",
    "Worth a line each:",
    "Leave this part with:",
    "The checks in brief:",
)
NAMED_LEADS = (
    "One question for each:",
    "In one line each:",
    "Name by name:",
    "What to ask of each:",
    "A note on each of them:",
    "Taken one by one:",
)
MODIFIERS = (
    "Take {mods} one at a time, and ask what each would change on an ordinary day.",
    "The words that make the difference here are {mods}.",
    "Of {mods}, mark the one that you could not do without.",
    "Read {mods} as requirements only if you would be ready to pay for them.",
    "Find out whether {mods} exclude one another or can be had together.",
    "Behind {mods} stand different habits, so start with the one that is yours.",
)
RELATED = (
    "People who ask this also search for {m}.",
    "Close to it in the search data <are|is> {m}.",
    "It often comes together with {m}.",
    "Have a look at {m} as well, since the questions meet.",
    "Searchers put it beside {m}.",
)
KIND_NOTES = (
    "ask which step of your day it would change",
    "find one person who uses it and ask what they miss",
    "check that it can be repaired or serviced where you live",
    "compare its total with the plainer kind",
    "name the one thing it does that the others do not",
    "look at what it needs besides itself",
    "see whether it can be tried before you commit",
    "note how many sellers or providers there are",
    "decide how often you would really use the difference",
    "read the care page before the product page",
    "work out what you would give up by choosing it",
    "compare two examples from different makers or firms",
    "look for the complaint that repeats",
    "write down the use you have in mind for it",
)
USE_NOTES = (
    "put this use in one sentence and judge every candidate by it",
    "ask what has to be different from the usual choice",
    "find a review written by somebody with the same need",
    "decide whether it is the main use or the exception",
    "check the limits first and the comforts afterwards",
    "look for the feature that this use makes unnecessary",
    "try it for as long as a normal session lasts",
    "ask a person who already does this what they would buy again",
    "set a separate ceiling, because this use has its own costs",
    "note who else will be affected by the choice",
)
RECOMMENDATIONS = (
    "Choose {x} if {point} comes first for you and your own check agrees.",
    "Go for {x} if you would regret a compromise on {point}.",
    "Take {x} when the table leaves {point} as the deciding line.",
    "Settle on {x} if it wins on {point} and loses nowhere that matters to you.",
)
UNNAMED_AUTHORS = (
    "Questions about a page on {site} go to the people who run it.",
    "Behind {site} are people who can be asked about anything that stands here.",
)
PART_LEADS: dict[str, tuple[str, ...]] = {
    "mission": ("What you can hold us to:", "Put as principles:", "In a few words:"),
    "press": ("Please say in your message:", "What helps us to answer:"),
    "contact": ("Please include:", "What a helpful message says:"),
    "careers": ("Please send:", "What belongs in a first message:"),
    "area": ("Worth asking for your address:", "Locally, make sure you know:"),
    "outcomes": ("Agree on these in writing:", "Settle at the start:"),
    "alternatives": ("Put beside it:", "The rivals to look at:"),
    "shortlist": ("A candidate stays on the list if it:", "What a finalist has in common with the others:"),
}
"""Ways into the list of a part that has one of its own."""
COVERAGE_LEADS = (
    "Among the subjects:",
    "Some of what readers look for here:",
    "A few of the subjects by name:",
)
BENEFITS = (
    "{feature}: say what it replaces, and how often that would help",
    "{feature}: worth having if you would notice its absence within a week",
    "{feature}: ask to see it used before it counts as a benefit",
    "{feature}: compare the version with it and the version without",
    "{feature}: decide whether it is a must-have or a tie-breaker",
    "{feature}: note what else has to be bought for it to work",
)
EXTRA_ADVICE = (
    "Small differences feel large while you compare and vanish once you have chosen.",
    "If a rule on this page does not fit your case, trust the case.",
    "A question that nobody can answer is useful information about the offer.",
    "The second look is often the better one, so leave a night between the list and the decision.",
    "Whatever you cannot explain to somebody else is not clear yet.",
    "Advice ages; check the date of anything you rely on.",
    "It helps to say out loud what you are hoping for.",
    "Be wary of any comparison in which one side has no weak point.",
    "When you are tired of comparing, stop, because tired choices favour the loudest offer.",
    "Your own notes are the only source that knows your case.",
    "Decide together if the result will be shared.",
    "A good enough choice that is used beats a perfect one that is postponed.",
)
