"""What a writer asks the editor for, by part: facts that no keyword file holds and that nobody may make up.

``{site}`` is the name of whom the page is about: the site, or the brand of a brand page.
"""

from igny8_resources.contracts.vocabulary import ArticlePart

TO_SUPPLY: dict[ArticlePart, tuple[str, ...]] = {
    "mission": ("whether these principles are yours, or what they are in your own words",),
    "specifications": ("the value of each line for the exact version, with the maker's sheet as its source",),
    "process": ("your own stages where they differ from these, and how long each takes",),
    "outcomes": ("one or two results of your own that a client allows you to name, with a date",),
    "local_area": (
        "the places that {site} serves, by name, and who comes there",
        "whether travel is included, and which local rules you look after",
    ),
    "history": (
        "the year in which {site} began and who began it",
        "one or two turning points since, each with something that a reader can look up",
    ),
    "team": (
        "the name, the task and a line of experience of each person to introduce",
        "a photograph of each of them, if they agree",
    ),
    "careers": (
        "the open positions with place, hours and pay, or a sentence that there are none",
        "the address for applications and the name of whoever reads them",
    ),
    "contact": (
        "the e-mail address, the telephone number and the hours at which somebody answers",
        "the postal address, if visitors are welcome",
    ),
    "press": ("the address for the press, and a logo or photographs that may be used",),
}

FURTHER_PEOPLE = ("the name and task of everybody else to introduce, with a line of experience each",)
"""For a page whose author is known."""
