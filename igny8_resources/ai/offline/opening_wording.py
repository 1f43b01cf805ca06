# ruff: noqa: E501  (a sentence stays on one line, so that it can be read and searched for)
"""Wording for introductions, key takeaways, conclusions and calls to action.

The marks in the texts are explained in ``aspects``; ``{keyword}`` is the primary keyword quoted, ``{volume}`` its
monthly searches, ``{one}``, ``{two}`` and ``{three}`` what searchers weigh, ``{count}`` how many searches are followed.
"""

OPENINGS: dict[str, tuple[str, ...]] = {
    "g": (
        "{doing_cap} gets easier once you know which question you are really asking.",
        "Few purchases are as easy to overthink as {thing}.",
        "A shop page tells you what is on offer; it cannot tell you what you need.",
        "Before you compare {things}, decide what you will compare them by.",
        "The long lists come later: {doing} begins with a sheet of paper and three honest answers.",
        "Most disappointments with {things} begin before the purchase, with a question nobody asked.",
        "There is no shortage of opinions on {things}, and very few of them know how you live.",
    ),
    "s": (
        "Looking for {thing} usually starts with a job that has been put off for too long.",
        "{doing_cap} is a decision about trust, and trust grows from precise questions.",
        "A good decision about {topic} is made before the first phone call.",
        "Comparing offers for {topic} is hard because no two of them describe the same job.",
        "What you need from {topic} depends on what you want to stop doing yourself.",
        "The right help saves time; the wrong help costs it twice.",
    ),
    "k": (
        "{doing_cap} rewards a little order.",
        "There is no secret to {doing}, but there is a sequence.",
        "Ask three people about {topic} and you will hear four methods.",
        "Good results with {topic} come from small, repeatable habits.",
        "Most advice on {topic} begins in the middle.",
        "Getting better at {topic} is a matter of changing less, not more.",
    ),
    "versus": (
        "The choice between {versus} looks like a matter of taste and turns out to be a matter of use.",
        "Put {versus} side by side and the first thing you notice is how often the answer is “it depends”.",
        "{versus_cap} are compared so often because the right choice changes with the person who makes it.",
        "Some comparisons have a winner; this one has conditions.",
        "A fair comparison of {versus} needs the same test on both sides and a reason to care about the result.",
    ),
    "trouble": (
        "When you are {doing}, the temptation is to change everything at once.",
        "A symptom is a message, if you take it slowly.",
        "Something is off, and the cause is usually nearer than it seems.",
        "Every fault has a history, and the shortest way to the cause leads through it.",
    ),
    "company": (
        "Every site should be able to say in a few lines what it is for.",
        "Before you rely on anybody’s advice, it is fair to ask who is giving it.",
    ),
}

ABOUT_KEYWORD = (
    "If “{keyword}” brought you here, you are in the right place.",
    "Whoever searches for “{keyword}” should find out here whom they are dealing with.",
    "People who look for “{keyword}” meet {site} sooner or later, so here is what to know about it.",
)
OF_OURSELVES: dict[str, tuple[str, ...]] = {
    "about": (
        "The following paragraphs say what {site} is for, what it covers and where the press can turn.",
        "This page says what {site} does, by which principles, and on which subjects.",
    ),
    "about_page": (
        "The following paragraphs say what {site} is for, what it covers and who answers for it.",
        "This page says what {site} does, by which principles, and on which subjects.",
    ),
    "team": (
        "This page introduces the people behind {site} and what they can be asked about.",
        "Here you can see who works on {site} and on which subjects.",
    ),
    "careers": (
        "This page says what working on {site} is about and what an application should show.",
        "Here is what {site} looks for in people, and how to begin the conversation.",
    ),
    "contact_page": (
        "This page says how to reach {site} and what to put into a message so that the first answer helps.",
        "Here is how to ask {site} a question, and what to have ready.",
    ),
}
HONESTY_OF_OURSELVES = (
    "It claims nothing that a reader could not check.",
    "Where a fact is missing, it is missing on purpose: nothing here is made up to sound better.",
    "Plain words were preferred to large ones.",
)
AUDIENCE_OF_OURSELVES = (
    "{site} is made for {audience}.",
    "The readers it has in mind are {audience}.",
)

EVIDENCE_WITH_VOLUME = (
    "“{keyword}” is searched about {volume} times a month, and behind that one phrase stand quite different needs.",
    "About {volume} searches a month use the words “{keyword}”, which says how common the question is and nothing about your case.",
    "Some {volume} times a month somebody types “{keyword}”, and rarely for the same reason.",
    "The phrase “{keyword}” is typed about {volume} times a month by people who are at different stages.",
    "Search engines see “{keyword}” about {volume} times a month, and each time somebody means something slightly different.",
    "“{keyword}” comes up about {volume} times a month in search, which makes it a common question with uncommon details.",
    "Roughly {volume} searches a month begin with “{keyword}”; they end in very different decisions.",
)
EVIDENCE = (
    "Everybody who types “{keyword}” brings a different case, routine or budget to the question.",
    "The words “{keyword}” stand for several questions at once, and they are easier to answer one by one.",
    "Behind a search for “{keyword}” there is usually a decision that somebody wants to get over with.",
    "“{keyword}” is how the question is put to a search engine; what follows puts it in a form you can act on.",
)
EVIDENCE_OF_OFFERS = (
    "Whoever looks for “{keyword}” has a case of their own, so the details come before the offer.",
    "“{keyword}” can mean quite different needs and budgets, so it pays to say first which ones are yours.",
    "Behind “{keyword}” there is usually a decision that somebody wants to get right the first time.",
)
WEIGHING = (
    "Some people start from {one}, others from {two} or {three}.",
    "For one reader the point is {one}; for the next it is {two} or {three}.",
    "The searches around it circle {one}, {two} and {three}.",
    "Usually it comes down to {one}, {two} and {three}, in an order that only you can set.",
    "Look closer and the same few points return: {one}, {two} and {three}.",
    "Three points keep coming up: {one}, {two} and {three}.",
    "Whether you begin with {one}, {two} or {three} depends on what would annoy you most.",
    "What people weigh is visible in their searches: {one}, {two} and {three}.",
)
ORGANISED = (
    "This guide follows {count} related searches and takes them in the order in which the answers depend on each other.",
    "The sections below are built from {count} searches on the subject, so you can go straight to yours.",
    "Here {count} of those searches are sorted into sections, each with something to decide or to test.",
    "What follows is arranged around {count} real searches, so that every part answers something people ask.",
    "Behind the headings stand {count} searches, each taken up where it helps.",
    "We took {count} related searches and put each where its answer is needed.",
    "The outline comes from {count} searches; what they have in common became a section.",
    "To keep it practical, the page sticks to {count} searches and says for each what to check.",
)
HONESTY = (
    "It names no winners and quotes no figures that you could not check yourself.",
    "You will find questions to settle and ways to test the answers, with nothing to take on faith.",
    "Where an answer depends on your case, the text says what it depends on.",
    "Expect criteria, checks and an order of work; the verdict stays with you.",
    "It is meant to be used with a pencil: tick what applies, cross out the rest.",
    "Nothing in it has to be believed; everything in it can be tried.",
    "Read it from the top if you are at the beginning, or jump to the point that keeps you undecided.",
    "The aim is a decision that you can explain afterwards.",
)
AUDIENCE = (
    "It is written for {audience}.",
    "Order and emphasis are chosen for {audience}.",
    "We had {audience} in mind while putting it together.",
    "Its readers are meant to be {audience}.",
)

TAKEAWAY_DEMAND = (
    "“{keyword}” is searched about {volume} times a month; “{second}” adds about {second_volume}, which makes {one} a question to settle early.",
    "Searches show the priorities: about {volume} a month for “{keyword}” and about {second_volume} for “{second}”.",
    "Demand is measurable: about {volume} searches a month for “{keyword}”, and about {second_volume} for “{second}”.",
    "People look for “{second}” about {second_volume} times a month and for “{keyword}” about {volume} times, so both are answered here.",
    "With about {second_volume} searches a month, “{narrower}” is the most common narrower form of “{keyword}”, itself at about {volume}.",
)
TAKEAWAYS = (
    "Put your limits in writing before you look at what is on offer.",
    "Compare like with like: same conditions, same day, same contents.",
    "A small trial answers more than a long comparison.",
    "Keep notes from the first attempt onwards, with dates.",
    "Let the first criterion decide, and use the others to break a tie.",
    "Ask for anything important in writing.",
)

CONCLUSIONS = (
    "If you take one thing from this page, let it be the order: limits first, then criteria, then candidates.",
    "None of this takes long, and all of it is easier before a decision than after.",
    "The useful result of reading this far is a sheet with your own answers on it.",
    "You now have the questions; the answers are a matter of an evening and a few checks.",
    "What remains is the part that no page can do for you.",
    "By now the big question should have become several small ones.",
    "A page can bring order; the facts have to come from your own case.",
    "Put the page aside for a moment and see which three points you remember.",
)
CONCLUSION_RECAP = (
    "Go back to {one} first, because it rules out the most, and leave {two} for the end.",
    "If time is short, settle {one} today and {two} this week.",
    "Where you hesitate between {one} and {two}, start with whichever you can test at no cost.",
    "Of everything above, {one} and {two} are the two points worth discussing with somebody else.",
)
CONCLUSION_NEXT = (
    "Then make one small trial and write down what happened.",
    "After that, give yourself a date and keep it.",
    "Then talk it through once with somebody who will be affected.",
    "The rest is practice, and practice can begin today.",
    "Once it is decided, note the reason in a sentence; you will be glad of it in a year.",
    "A first step this week is worth more than a perfect plan next month.",
    "When the answers change, come back and run through the list again.",
)

CALLS: dict[str, tuple[str, ...]] = {
    "product": (
        "Check the specification sheet against your list, then order the version that passes every line you marked.",
        "Ready to decide? Compare {short} with your must-have list and ask us whatever the sheet leaves open.",
    ),
    "brand": (
        "Look at the range with your must-have list in hand, and ask {site} whatever it leaves open.",
        "Mark the two criteria that decide for you, then compare the range by them.",
    ),
    "service": (
        "Send {site} a short description of the result you need and the date you need it by.",
        "Tell us where you stand and what should be different; {site} answers with questions first and a proposal second.",
    ),
    "company": (
        "Write to {site} with the question that brought you here.",
        "Pick the subject that concerns you and start with its main page on {site}.",
    ),
    "archive": (
        "Choose the sub-topic that matches your question and go on from there on {site}.",
        "Start with the narrowest page that fits, and come back to this overview when the next question turns up.",
    ),
    "guide": (
        "Copy the checklist, fill in your own answers, and read the next guide on {site} with those in hand.",
        "Take your three most important points into the next guide on {site}.",
        "Write down your first criterion now, then follow the related guides on {site} to test it.",
        "Keep this page open while you compare, and go on to the related guides on {site} for the details.",
        "Start with the first section today, and let the related guides on {site} fill the gaps.",
    ),
}
