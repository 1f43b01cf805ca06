"""What the offline script writer says in its own words: openings, turns and calls, none of which states anything."""

HOOK_TENSION = (
    "The answer starts one step earlier than most people think.",
    "Most people begin at the wrong end.",
    "There is an order that makes it easier.",
    "It is simpler once you know what to check first.",
    "Give me a minute and you will know where to start.",
)
INTROS = (
    "{count} points from our guide settle most of it.",
    "Here are the {count_low} points that matter, from the guide on {site}.",
    "We went through what people search for and kept {count_low} points.",
    "{count} things to check, in an order that helps.",
)
# By number of points.
COUNTS = ("A few", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight")
ORDINALS = (
    "Number one", "Number two", "Number three", "Number four", "Number five", "Number six", "Number seven",
    "Number eight",
)  # fmt: skip
TURNS = (
    ("First.", "To begin with.", "Number one.", "Start here."),
    ("Second.", "Next.", "Number two.", "Then comes this."),
    ("Third.", "After that.", "Number three.", "Now this."),
    ("Fourth.", "One more.", "Number four.", "Do not skip this."),
)
QUESTION_TURNS = (
    "And a question that comes up a lot.",
    "People also ask this.",
    "Another one we hear often.",
    "One more question.",
    "And this one.",
)
LAST_TURNS = ("And last.", "Finally.", "And the one that people forget.", "To finish.")
CALLS = (
    "You will find the full guide, with every question answered, on {site}.",
    "For the criteria and the complete list, visit {site}.",
    "The whole guide is waiting for you on {site}.",
)
CALL_ENDS = (
    "Follow for the next one.",
    "Tell us in the comments which point decides it for you.",
    "Save this for the day you need it.",
    "Share it with somebody who is deciding right now.",
)
