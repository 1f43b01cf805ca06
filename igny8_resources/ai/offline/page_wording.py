"""Wording for the sections of product, service, company, archive and hub pages.

The marks in the texts are explained in ``aspects`` and ``section_wording``; ``{niche}`` is the site's field,
``{author}`` the author's name, ``{audience}`` whom the site writes for.
"""

from igny8_resources.ai.offline.section_wording import SectionWording

PAGE_SECTIONS: dict[str, SectionWording] = {
    "features": SectionWording(
        headings=("Features and what they do for you", "From feature to benefit", "What it offers, in terms of use"),
        leads=(
            "A feature is only half of a sentence; the other half is what it saves, prevents or allows.",
            "Read this part with your own routine in mind, because a benefit is a feature that somebody uses.",
            "What follows translates what people search for into what they would gain.",
        ),
        body=(
            "For each feature, finish the sentence “so that I no longer have to”, and drop it if nothing comes to mind.",
            "Benefits should be visible within a month of ordinary use.",
            "Where two features compete for the same money, prefer the one used more often.",
            "Ask to see the feature in use, since names on a box are chosen to sound alike.",
        ),
    ),
    "specs": SectionWording(
        headings=(
            "Specifications to check",
            "The specification sheet, and how to read it",
            "Specs: which lines to read",
        ),
        leads=(
            "The lines below are the ones that decide; take the values for the exact version from the maker’s own sheet.",
            "Fill in the values from the official sheet and compare line by line.",
            "A specification helps once you know which line answers which of your questions.",
        ),
        body=(
            "Where a value is missing, ask for it in writing before you order.",
            "Note the date and version of the sheet, because versions share a name.",
            "Units differ between makers, so convert everything once and keep the table.",
        ),
    ),
    "alternatives": SectionWording(
        headings=("How it compares with the alternatives", "Alternatives to consider", "What else would do the job"),
        leads=(
            "Every choice has three rivals: another model, another kind, and doing without.",
            "An alternative deserves a fair hearing before the order and none after it.",
            "Compare at the level of the job to be done, because that is where the real rivals are.",
        ),
        body=(
            "Put the closest rival beside it with the same contents and the same terms.",
            "Then add a different kind of solution to the same problem, even if you expect to reject it.",
            "Doing nothing for three months is an alternative too, and it is free.",
            "If the rival wins on your first criterion, find out what you would give up by switching.",
            "Keep the comparison to one page, so that the deciding line stays visible.",
        ),
        bullets=(
            "The nearest rival at the same price",
            "A simpler solution that covers most of the need",
            "A used or refurbished one, with its guarantee",
            "Keeping what you have, with one improvement",
        ),
    ),
    "overview": SectionWording(
        headings=("What this covers", "An overview: what you get and what you decide", "At a glance"),
        leads=(
            "In short, this page is about {topic}: what to expect, what to ask and what to have ready.",
            "People arrive here with different questions about {topic}, and most of them fall into a few groups.",
            "{s}This is the place to get a clear picture of {topic} before you talk to anyone.",
            "{gk}This is the place to get a clear picture of {topic} before you go into details.",
        ),
        body=(
            "Be clear about the result you want and how you would recognise it.",
            "{s}Know what stays with you, because no arrangement takes everything off your hands.",
            "{s}Clarify the limits early: a description of what is not included prevents most disagreements.",
            "{s}Think about the handover at the end as carefully as about the beginning.",
            "{s}Ask for an example of the result, with names removed if need be.",
            "{gk}Look at what you have now, and name what exactly is wrong with it.",
            "{gk}Keep apart what you need from what would be pleasant, because the two are paid for alike.",
            "If several people are affected, agree among yourselves first who decides.",
        ),
        bullets=(
            "The result you are after, in one sentence",
            "{s}The date by which you need it",
            "{s}What you can provide yourself",
            "{s}What would make you stop",
            "{gk}What it is for, and how often",
            "{gk}What you have now, and where it falls short",
            "{gk}The most that it may cost or take",
        ),
    ),
    "process": SectionWording(
        headings=("How it works, step by step", "The process from first contact to handover", "What happens when"),
        leads=(
            "A good process is short enough to remember and clear enough to hold somebody to.",
            "Knowing the stages helps you to see where you are and what is expected of you.",
            "Ask anyone you consider to describe these stages in their own words, then compare.",
        ),
        body=(
            "Between two stages there should be a moment when you can say yes or no.",
            "Agree on who starts the next step, since silence on both sides is the usual cause of delay.",
        ),
    ),
    "outcomes": SectionWording(
        headings=(
            "Results: what to expect and how to check",
            "Outcomes worth agreeing on",
            "What should be different afterwards",
        ),
        leads=(
            "Results are easiest to judge when they were written down beforehand.",
            "Describe the outcome as something you could show to another person.",
            "Before you agree to anything, settle what will be different afterwards and who will notice.",
        ),
        body=(
            "Choose two or three signs of success that can be checked without an expert.",
            "Record how things stand today, because improvement needs a starting point.",
            "Set one early date for a first look and a later one for the real verdict.",
            "Separate what the work can influence from what depends on luck, seasons or other people.",
            "Ask what happens if the result does not come, and have the answer written down.",
        ),
        bullets=(
            "How things stand today, with a date",
            "Two signs of success that anyone could check",
            "When to look for the first time",
            "What is agreed in case the result falls short",
        ),
    ),
    "area": SectionWording(
        headings=("In your area: what to ask locally", "Local questions before you book", "Working near you"),
        leads=(
            "Location changes the practical side: travel, opening hours, local rules and who can come at short notice.",
            "Before you book anyone, find out how much has to happen on site.",
            "Local does not only mean close by; it also means knowing the rules of the place.",
        ),
        body=(
            "Ask which parts are done in person and which from a distance.",
            "Check that the address you are given is a place where somebody answers.",
            "Where rules or permits differ by place, ask who is responsible for following them.",
            "Travel time should appear in the quote or be excluded in so many words.",
        ),
        bullets=(
            "Places that are covered, by name",
            "Travel: included, or at what rate",
            "Local rules that apply, and who looks after them",
            "Someone nearby who can be asked for a reference",
        ),
    ),
    "definition": SectionWording(
        headings=("What this section covers", "Where {topic} begins and ends", "How we use the term"),
        leads=(
            "On {site}, this heading gathers what people search for under {topic}: {count} in the current list.",
            "Read the term as searchers use it: {topic}, together with the questions that come with it.",
            "This page draws a line around {topic} and sorts what lies inside.",
        ),
        body=(
            "It is a place to start from, with the sub-topics in the order in which they tend to come up.",
            "Something belongs here when a person choosing or using it would ask about it sooner or later.",
            "Neighbouring subjects have pages of their own and are left out on purpose.",
            "If you know the exact term, go to its part directly; otherwise begin at the top.",
            "Terms are used loosely outside, so each part says what it takes a word to mean.",
        ),
    ),
    "roundup": SectionWording(
        headings=("Related searches and where they lead", "Everything in one overview", "The whole field in one table"),
        leads=(
            "The overview lists what people look for, with the first thing to settle for each.",
            "Use this list to find the narrower subject that matches your question.",
            "Below is the field as searchers describe it.",
        ),
        body=(
            "A narrow search is worth no less than a broad one; it often means that the question is more precise.",
            "Where two lines concern you, begin with the one that is harder to change later.",
        ),
    ),
    "next": SectionWording(
        headings=("Where to go from here", "What to read next", "From the guide to your own decision"),
        leads=(
            "A hub is there to be left, and this is the map for doing so.",
            "Go on with whichever page answers the question that is still open.",
            "Choose the next page by the decision you want to make, not by its place in the list.",
        ),
        body=(
            "Two pages read with a question in mind are worth more than the whole list read in passing.",
            "Return when a decision is made, and cross it off your sheet.",
            "If the same question stays open after three pages, it needs a trial and no further reading.",
        ),
    ),
    "mission": SectionWording(
        headings=("What we are here for", "What {site} is for", "Purpose and principles"),
        leads=(
            "{site} is about {niche}, for people who want to decide with less noise.",
            "The purpose of {site} is plain: to make {niche} easier to decide about.",
            "{site} exists for readers who come to {niche} with a question and want to leave with a next step.",
        ),
        body=(
            "That means starting from what readers ask, in their own words.",
            "It also means saying when something is unknown instead of filling the gap.",
            "Advice is given as a check that readers can repeat, so that nobody has to take our word for it.",
            "Where a figure appears, its source is named beside it.",
            "Questions come before products, and a reader’s own case before any ranking.",
        ),
        bullets=(
            "Readers’ questions first",
            "No figure without a source",
            "Clear about what we do not know",
            "Advice that can be tested at home",
        ),
    ),
    "history": SectionWording(
        headings=("Our story, told in facts", "How {site} came about", "Milestones of {site}"),
        leads=(
            "The story of {site} is kept to what can be shown, and dates are added here as they are confirmed.",
            "A history is worth as much as its dates, so {site} tells no more of its own than it can prove.",
        ),
        body=(
            "A date without evidence is left out, however good it would sound.",
            "What has stayed the same is the subject, {niche}, and the habit of starting from a question.",
            "Whatever changed along the way shows in the subjects that were added, listed on this page.",
            "If you know {site} from earlier and miss something here, tell us.",
        ),
    ),
    "brand_history": SectionWording(
        headings=("The story of the brand", "Where the brand comes from", "The brand in dates"),
        leads=(
            "The story of {short} is told here by what can be looked up, and dates are added as they are confirmed.",
            "The origins of {short} matter as far as they can be shown.",
        ),
        body=(
            "A date without evidence is left out, however good it would sound.",
            "Take the maker’s own account as one side of the story, and ask what others say.",
            "What a brand was known for earlier says little about what it sells today, so judge the present range by itself.",
        ),
    ),
    "coverage": SectionWording(
        headings=("What we cover", "The subjects readers come for", "Topics on {site}"),
        leads=(
            "Readers find {site} through searches such as {m}.",
            "The list of subjects follows what people look for, {m} among them.",
        ),
        body=(
            "Each subject has one page that goes into depth and links to its neighbours.",
            "When two questions turn out to be the same, they share a page.",
            "New pages begin with a question that several people have asked.",
        ),
    ),
    "team": SectionWording(
        headings=("Who answers for {site}", "The people behind {site}", "The names behind {site}"),
        leads=("{author} writes for {site}.", "The name under the texts on {site} is {author}."),
        body=(
            "Readers who want to know more about a piece of advice can ask {author}.",
            "Corrections are welcome, from readers and from colleagues in the field.",
            "Ask for the experience behind any advice; it is a fair question.",
            "Whoever is named here can be asked about what stands on these pages.",
        ),
    ),
    "careers": SectionWording(
        headings=("Working with us", "If you would like to join", "What we look for in a message"),
        leads=(
            "Open positions, where there are any, are described by the task and not by a title.",
            "Writing to us is worthwhile when you can show how you think about {niche}.",
        ),
        body=(
            "Choose one page on {site} and say in a few lines what you would improve and why.",
            "Work you have done counts for more than a list of places where you did it.",
            "Tell us how you check a claim before you publish it.",
            "Mention how much time you have and from when.",
        ),
        bullets=(
            "One page you would improve, and how",
            "Two pieces of your own work",
            "How you check what you write",
            "When you could begin",
        ),
    ),
    "contact": SectionWording(
        headings=(
            "How to reach us, and what to include",
            "Write to us with the facts at hand",
            "Before you get in touch",
        ),
        leads=(
            "A message with the right details gets a useful answer at the first attempt.",
            "Tell us what you are trying to do and what you have tried so far.",
        ),
        body=(
            "If your question is about a page, name the page.",
            "For anything that went wrong, say when it started and what changed around that time.",
            "One question per message is answered faster than five.",
            "Pictures help when something has to be recognised.",
        ),
        bullets=(
            "What you want to achieve",
            "What you use or have in mind, by exact name",
            "What you have tried, in which order",
            "By when you need an answer",
        ),
    ),
    "press": SectionWording(
        headings=("For press and partners", "Media and cooperation", "Quoting and working with {site}"),
        leads=(
            "Journalists and partners are welcome to quote from {site} with a link to the page.",
            "Requests from the press are easiest to answer when they name the subject and the deadline.",
        ),
        body=(
            "Please quote a page together with its date, since pages are revised.",
            "Proposals should say what readers would gain from them.",
            "Paid mentions have to be recognisable as such.",
        ),
        bullets=("Subject and angle", "Publication and deadline", "Form of the answer you need"),
    ),
}
