# ruff: noqa: E501  (a sentence stays on one line, so that it can be read and searched for)
"""Wording for the sections that a structure demands whatever its keywords are: order, preparation, tables, verdicts.

The marks in the texts are explained in ``aspects``; ``{site}`` is the site's name, ``{count}`` a number of searches in
words, ``{first}`` and ``{last}`` what is settled first and last.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class SectionWording:
    """What one kind of section can be called and say."""

    headings: tuple[str, ...]
    leads: tuple[str, ...]
    body: tuple[str, ...] = ()
    bullets: tuple[str, ...] = ()


GUIDE_SECTIONS: dict[str, SectionWording] = {
    "order": SectionWording(
        headings=(
            "The order in which to decide",
            "What to settle first, second and third",
            "Start here: one decision at a time",
        ),
        leads=(
            "The questions below depend on one another, so the order saves work: each answer shortens the next list.",
            "Taken in the wrong order, these points cancel each other out; in this one, each answer narrows the next.",
            "Most of the effort in {doing} is spent on decisions made too early, which a fixed order prevents.",
        ),
        body=(
            "Write one line per point and move on, because you can come back with better information later.",
            "If two points pull in different directions, let the earlier one win unless you can say why not.",
            "Anything that cannot be settled yet becomes a question to ask, and it belongs on the same sheet.",
            "Half an hour with a sheet of paper is usually enough for the first pass.",
        ),
    ),
    "prepare": SectionWording(
        headings=("Before you begin", "What to have ready", "Preparation: five minutes that save twenty"),
        leads=(
            "Preparation decides more than skill when you are {doing} for the first time.",
            "Have everything within reach before the first step, and read the whole sequence once.",
            "A calm start is half of {doing}, so clear the space and gather what you need.",
        ),
        body=(
            "If a manual or an official guide exists for your exact model or case, keep it open and let it overrule any general advice.",
            "Allow more time than you expect for the first round; the second will be shorter.",
            "Decide beforehand how you will recognise a good result, and write that down in one sentence.",
            "Choose a moment when you will not be interrupted at the step that needs attention.",
        ),
        bullets=(
            "The manual or official instructions for your exact case",
            "Everything you will use, laid out in the order of use",
            "Something to measure with, and something to write on",
            "A place for what comes off, spills or has to cool down",
            "The result of the last attempt, if there was one",
            "A way to stop safely halfway",
        ),
    ),
    "steps": SectionWording(
        headings=("{do_title}, step by step", "The steps, in order", "Step by step"),
        leads=(
            "Follow the sequence once as it stands, and save improvements for the second round.",
            "Each step ends with a sign that it is done; do not go on without it.",
            "The sequence is short on purpose, because long instructions are abandoned halfway.",
        ),
        body=(
            "If a step fails, repeat that step alone instead of starting over.",
            "After the last step, compare the result with the sentence you wrote at the start.",
        ),
    ),
    "criteria": SectionWording(
        headings=("The criteria at a glance", "One table to compare by", "What to compare, line by line"),
        leads=(
            "The table turns the searches behind this page into criteria, with what to compare and when each one decides.",
            "Copy this table, add one column per candidate, and fill it in before you read another review.",
            "Every line below comes from something people search for; strike out the ones that do not concern you.",
        ),
        body=(
            "Three lines that matter to you are worth more than ten that do not.",
            "When two candidates tie on a line, leave it and go to the next one.",
            "An empty cell is useful too, because it shows what still has to be asked.",
        ),
    ),
    "versus": SectionWording(
        headings=(
            "{versus_title}: the comparison table",
            "{versus_title}: head to head",
            "{versus_title}, line by line",
        ),
        leads=(
            "Use the table as a worksheet: each line names one thing to find out about each side, and says when it settles the matter.",
            "{versus_cap} both have people who swear by them, so the table asks for evidence of your own instead.",
            "The lines below are taken from what people search for together with {versus}.",
        ),
        body=(
            "Do both checks on the same day and under the same conditions, otherwise you compare days and not candidates.",
            "Mark the line that matters most before you look at any result.",
            "Leave a line open if neither side stands out, because a forced winner misleads the total.",
            "Two clear lines are enough to decide; the rest is confirmation.",
        ),
    ),
    "recommendation": SectionWording(
        headings=(
            "Our recommendation: decide by your first criterion",
            "Which one to choose",
            "How to reach a verdict",
        ),
        leads=(
            "A verdict without a purpose is a guess, so this one is written as conditions you can test.",
            "No table can choose for you, but it can show which single question is left.",
            "Here is the recommendation in the form that survives contact with your own case.",
        ),
        body=(
            "If the conditions split evenly, take whichever is easier to return, resell or reverse.",
            "Set a date for the decision, since comparing has a cost as well.",
            "Once decided, stop reading comparisons for a month and use what you chose.",
            "Write down the reason in one sentence; it will tell you later whether the choice was right for the cause you gave.",
        ),
        bullets=(
            "Choose by the first criterion on your list if it separates the candidates clearly.",
            "Go to the second only when the first leaves a tie.",
            "Take the simpler candidate if you cannot say what the other one would add.",
            "Wait if the missing information can be had within a week.",
        ),
    ),
    "shortlist": SectionWording(
        headings=("From long list to shortlist", "How to get down to three", "The shortlist, made in one sitting"),
        leads=(
            "A list of winners ages quickly, while a way of finding them does not.",
            "With the criteria settled, the list shortens itself in a single sitting.",
            "Three names on paper are the goal; here is how to reach them.",
        ),
        body=(
            "Begin with everything that meets the ceiling, then remove whatever fails the first criterion.",
            "Of the rest, keep the one you would recommend to a friend, the one you want, and the cheapest that passes.",
            "Check the three against the table once more and call one seller with an honest question.",
            "If nothing is left, loosen the criterion that you would miss least.",
        ),
        bullets=(
            "Meets the ceiling with everything included",
            "Passes the first criterion without excuses",
            "Can be returned, or tried before paying",
            "Has parts, refills or help within reach",
        ),
    ),
    "answer": SectionWording(
        headings=("The short answer", "In short", "What to check first"),
        leads=(
            "Begin with whatever can be checked in a minute, and leave the expensive explanations for later.",
            "The honest short answer is a sequence: look, change one thing, compare, note.",
            "There is seldom a single reason, but there is an order in which to look.",
        ),
        body=(
            "Say in one sentence what you expected and what happened instead.",
            "Look for the difference between the last time it was right and now.",
            "Check what costs nothing before what costs time, and what costs time before what costs money.",
            "If the sentence you wrote contains the word “sometimes”, find out when, because the pattern is the clue.",
            "Stop as soon as one change makes a clear difference, then confirm it once more.",
        ),
        bullets=(
            "Expected result and actual result, in one sentence each",
            "The last time it was right",
            "Everything that has changed since",
            "One thing to try now, and how you will judge it",
        ),
    ),
    "uses": SectionWording(
        headings=(
            "Match the choice to the use",
            "Choosing by what it is for",
            "Different uses, different first questions",
        ),
        leads=(
            "{m} <name|names> a use, and a use is the best filter there is.",
            "The word “for” does a lot of work in {m}: it says who or what the choice has to serve.",
            "Nobody needs the best of everything, and {m} <show|shows> how much depends on the use.",
        ),
        body=(
            "Describe the use in a sentence with a person, a place and a frequency, then judge every candidate against that sentence.",
            "If there are two uses, let the more frequent one choose and check that the other is still possible.",
            "A candidate made for one purpose usually gives something up elsewhere, so ask what that is.",
            "Reviews are most useful when the reviewer’s use is named, and least when it is left out.",
        ),
    ),
    "kinds": SectionWording(
        headings=("The kinds people ask for by name", "Variants worth telling apart", "Which kind do you mean?"),
        leads=(
            "{m} <are|is> narrower than the main search, and narrower usually means closer to a decision.",
            "People give the kind they have in mind a name, as in {m}.",
            "Names such as {m} sort the field faster than any specification.",
        ),
        body=(
            "For every kind, ask what you would do differently with it on an ordinary day.",
            "If you cannot name a difference that matters to you, treat two kinds as one and let price decide.",
            "Look for somebody who has changed from one kind to another and ask what they miss.",
            "The narrower the name, the fewer the sellers, so check early that it can be had and looked after where you live.",
            "Put the kinds side by side on a single sheet before you read about any of them in depth.",
        ),
    ),
    "sibling": SectionWording(
        headings=("{sibling_title}",),
        leads=(
            "Read about {sibling} before the details elsewhere, because much depends on it.",
            "Turn to {sibling} once the basics are clear.",
            "A separate part of this guide belongs to {sibling}.",
            "Questions about {sibling} come up as soon as the first choice is made.",
            "For many readers, the real reason for being here is {sibling}.",
            "Where {sibling} is concerned, small differences are easy to overlook.",
            "There is enough to say about {sibling} to fill a page of its own.",
            "Much of what is asked about {topic} leads to {sibling}.",
        ),
        body=(
            "Read it with one question in mind, and stop when that question is answered.",
            "Come back here afterwards, because the answer usually moves one of the earlier decisions.",
            "What to take from it: a limit, a number or a habit that you can add to your notes.",
            "Skip it for now if nothing in your own case depends on it.",
            "Compare what you find there with what you wrote down at the start.",
            "The useful part is knowing which of your decisions it touches.",
            "Treat it as a side road: worth the trip, but only after the main one is clear.",
            "Note whatever contradicts something you believed, since that is what will change your choice.",
            "Begin with the part that describes your own situation most closely.",
            "If you share the decision with somebody, let them read this part first.",
            "It pays to look at it twice, once before choosing and once after a few weeks of use.",
            "One page of notes is plenty; more than that is usually a sign of two questions in one.",
        ),
    ),
    "more": SectionWording(
        headings=(
            "Narrower searches, answered briefly",
            "Also asked, in one line each",
            "Short notes on narrower searches",
        ),
        leads=(
            "Some searches around {topic} need a line rather than a section.",
            "Narrower searches have narrower answers, so here they are in brief.",
            "What is left are searches with one clear thing to check.",
        ),
        body=(
            "If one of them is your main question, treat its line as the first criterion.",
            "Use them as reminders, and cross out whatever does not concern you.",
            "A line that makes you hesitate is a line to look into.",
        ),
    ),
    "open": SectionWording(
        headings=("{heading}",),
        leads=(
            "This part should leave you with one decision made and one question written down.",
            "Read this part with your own case in mind and skip what does not apply.",
            "What follows is short, because the point is to act on it.",
            "The aim here is a clear next step rather than a complete list.",
        ),
        body=(
            "Write down what you know already and mark what you only assume.",
            "Separate what is fixed from what can still be changed, and spend your time on the second.",
            "Ask somebody with the same problem what they would do differently now.",
            "Prefer a small trial to a long comparison wherever a trial is possible.",
            "Give the question a date, so that it does not stay open for ever.",
            "Look for the assumption that would change everything if it were wrong, and check it first.",
            "A good answer here fits in one sentence; if it does not, split the question.",
        ),
        bullets=(
            "What is known, with its source",
            "What is assumed",
            "What a trial could show within a week",
            "Who has to agree",
        ),
    ),
}
