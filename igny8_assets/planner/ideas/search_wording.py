"""How searchers say one thing in many ways, and which words always mean different pages.

Belongs here: English word lists of general search language and the reading of one query by them. Does not belong here:
the words of any one niche, which embeddings know better, or the comparison of two pages (``cannibalisation``).
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from igny8_resources.word_stems import STOPWORDS, normalise, stem, tokens, word_set

# One search in several words; the first word of a line stands for all of them.
_SAME = """
price: prices, pricing, cost, costs, rate, rates, fee, fees, how much does, how much do, how much is, how much are
cheap: cheapest, affordable, budget, inexpensive, low cost, low priced
local: near me, nearby, near you, in my area, close to me
without: no, free of, lacking
duration: how long does it take, how long do, how long does, how long to, how long is, how long, time, times
height: how high, how tall
size: sizes, sizing, how big, how large
weight: how heavy
distance: how far apart, how far, spacing
depth: how deep
age: how old
frequency: how often, how frequently
season: best time to, best time for, best time of year, best month to, when to, when should i
quantity: how much, amount of
temperature: how hot, how warm, how cold
reason: why is my, why are my, why does my, why do my, why does, why do, why is, why are, causes of, cause of, reasons for
definition: what is, what are, what does, meaning, mean, definition, define, explained
remove: removing, removal, kill, killing, eradicate, get rid of, getting rid of, get out, getting out, take out, eliminate
repair: repairs, repairing, fix, fixes, fixing, mend
software: tool, tools, app, apps, program, programs, system, systems, platform, platforms
company: companies, firm, firms, agency, agencies, provider, providers, service, services, contractor, contractors
lawyer: lawyers, attorney, attorneys, solicitor, solicitors
car: cars, auto, automobile, vehicle, vehicles
home: homes, house, houses, household
kids: kid, child, children, childrens
baby: babies, newborn, newborns, infant, infants
men: man, mens, male, males, gents
women: woman, womens, female, females, ladies
symptom: symptoms, sign, signs
job: jobs, vacancy, vacancies
beginner: beginners, novice, novices, newbie, newbies
schedule: schedules, routine, routines, timetable
getaway: getaways, trip, trips, short break, short breaks
weekend getaway: weekend break, weekend breaks, weekend trip, weekend trips, weekend getaways
holiday: holidays, vacation, vacations
phone: phones, smartphone, smartphones, cell phone, cellphone, mobile phone
film: films, movie, movies
apartment: apartments, flat to rent, flats to rent
rubbish: trash, garbage, waste
buy: buying, purchase, purchasing, order, shop, shopping
recipe: recipes, make, making, homemade, create, creating
choose: choosing, pick, picking, select, selecting
compare: vs, versus, compared to, compared with, difference between, differences between
not: won't, doesn't, don't, isn't, aren't, can't, cannot, not
unblock: unclog, unclogging, unblocking, clear a blocked, clearing a blocked
visit: go to, visiting, travel to, travelling to, traveling to
moving company: mover, movers, moving companies, removal companies, removals company, removals
houseplant: houseplants, house plants, indoor plant, indoor plants
safe: friendly
rent: rental, rentals, renting
certificate: certificates, certification, certifications
installation: install, installs, installing, installer, installers, fitting, fitter, fitters
toilet train: potty train, house train, housebreak, potty training, house training, toilet training
booking: bookings, reservation, reservations
seo: search engine optimization, search engine optimisation
crm: crm software, crm system, crm systems, customer relationship management, customer relationship management software
tv: tvs, television, televisions
ev: evs, electric car, electric cars, electric vehicle, electric vehicles
pc: pcs, personal computer, desktop computer
ac: air conditioner, air conditioners, air conditioning, aircon
cv: cvs, resume, resumes, curriculum vitae
hr: human resources
ppc: pay per click
roi: return on investment
nyc: new york city, new york
la: los angeles
2: two
3: three
4: four
5: five
6: six
7: seven
8: eight
9: nine
10: ten
uk: united kingdom, britain, great britain
us: usa, u.s., united states, america
color: colors, colour, colours
gray: grey
tire: tires, tyre, tyres
jewelry: jewellery
aluminum: aluminium
"""

# Of each line a page can mean only one; two queries that name different ones ask for different pages.
_APART = """
cat dog kitten puppy rabbit hamster bird parrot fish horse chicken goat cow pig
men women boy girl kids baby toddler teen adult senior
winter summer spring autumn
january february march april may june july august september october november december
monday tuesday wednesday thursday friday saturday sunday
breakfast lunch dinner brunch dessert snack
black white red blue green yellow pink purple brown gray orange beige
gold silver platinum bronze copper brass
wood vinyl metal steel aluminum plastic glass concrete marble granite ceramic porcelain laminate bamboo brick stone
leather suede cotton linen wool silk polyester denim velvet canvas
gas electric charcoal propane diesel petrol solar hybrid pellet
english spanish french german italian portuguese japanese chinese korean arabic russian hindi dutch turkish polish
vegan vegetarian keto paleo pescatarian carnivore mediterranean
small medium large petite plus mini king queen twin
instagram facebook tiktok linkedin youtube twitter pinterest reddit google amazon
windows mac linux android ios chromebook
word excel pdf powerpoint csv jpg png
full part
daily weekly monthly yearly annual
air pro max ultra mini plus lite
beef pork chicken lamb turkey salmon tuna shrimp tofu
knee shoulder back neck hip ankle wrist elbow foot hand chest
first second third fourth
open close
start stop quit
start edit finish
raise lower increase decrease reduce boost
gain loss
add remove
hang remove
buy sell rent lease
install uninstall remove replace repair refinish clean
enable disable
connect disconnect
before after
indoor outdoor
inside outside
hot cold iced frozen
wet dry
left right
front back
upper lower
manual automatic
online offline
new used refurbished
short long
high low
early late
internal external
running walking sitting standing sleeping swimming cycling
soft hard
thick thin
single double triple
benefit risk
pros cons
argentina australia austria belgium brazil bulgaria canada chile china colombia croatia cuba cyprus czechia denmark egypt
 estonia finland france germany greece hungary iceland india indonesia ireland israel italy japan jordan kenya korea
 latvia lithuania malaysia malta mexico morocco nepal netherlands nigeria norway pakistan peru philippines poland
 portugal romania russia scotland serbia singapore slovakia slovenia spain sweden switzerland taiwan thailand tunisia
 turkey uk ukraine us uruguay vietnam wales england
alabama alaska arizona arkansas california colorado connecticut delaware florida georgia hawaii idaho illinois indiana
 iowa kansas kentucky louisiana maine maryland massachusetts michigan minnesota mississippi missouri montana nebraska
 nevada ohio oklahoma oregon pennsylvania tennessee texas utah vermont virginia wisconsin wyoming ontario quebec
amsterdam athens atlanta auckland austin bangkok barcelona beijing belfast berlin birmingham boston brisbane bristol
 brussels budapest cardiff chicago copenhagen dallas delhi denver detroit dubai dublin edinburgh frankfurt geneva
 glasgow hamburg helsinki houston istanbul la lagos leeds lisbon liverpool london lyon madrid manchester melbourne miami
 milan montreal moscow mumbai munich nairobi naples nashville nyc orlando oslo oxford paris perth philadelphia phoenix
 porto portland prague rome seattle seoul shanghai sheffield stockholm sydney tokyo toronto valencia vancouver venice
 vienna warsaw york zurich
"""

# Words that change nothing about which page answers: what kind of text it is, and how politely it is asked for.
_FLUFF = word_set(
    "tip tips guide guides tutorial tutorials idea ideas advice help way ways step steps method methods list overview "
    "basics best top good great better review reviews explained definition reason many all during person people product "
    "products design designs take needed get getting compare"
)
# What is asked of a thing. A query that names one of these is about that, and a query that does not is not.
_ASPECTS = frozenset(
    stem(word)
    for word in word_set(
        "ratio temperature pressure recipe repair maintenance storage used use work need gift pen kit cover ingredient nutrition"
    )
)
_OPPOSED = {"with": "without", "without": "with", "to": "from", "from": "to", "before": "after", "after": "before"}
_DIRECTED = frozenset({*_OPPOSED, "into", "in", "near"})
_INFINITIVE = re.compile(
    r"\b(how|when|where|what|which|way|ways|time|things|places|best|safe|need|want|have|learn|used|go) to\b"
)
_FREE = re.compile(
    r"\b(\w+)-free\b|\b(gluten|dairy|lactose|sugar|fat|alcohol|caffeine|nut|grain|wheat|egg|meat|fragrance|smoke|stress) free\b"
)
SHORTEST_LAST_WORD = 4
_NUMBER = re.compile(r"\d")


def _phrases() -> tuple[re.Pattern[str], dict[str, str]]:
    stands_for: dict[str, str] = {}
    for line in _SAME.strip().splitlines():
        first, _, rest = line.partition(":")
        stands_for |= {phrase.strip(): first for phrase in rest.split(",")}
    longest_first = sorted(stands_for, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})(?!\w)"), stands_for


_SAYING, _STANDS_FOR = _phrases()
_SETS = tuple(
    frozenset(stem(_STANDS_FOR.get(word, word)) for word in line.split())
    for line in _APART.replace("\n ", " ").strip().splitlines()
)


@dataclass(frozen=True)
class Wording:
    """One query read for comparison.

    ``words`` maps the stem of every word that carries meaning to the word itself, in order; ``numbers`` are words with a
    digit; ``directed`` are words under *to*, *from*, *with*, *without*, *before*, *after*, *into*, each with it.
    """

    words: dict[str, str]
    numbers: frozenset[str]
    directed: frozenset[tuple[str, str]]


@lru_cache(maxsize=100_000)
def read_wording(query: str) -> Wording:
    """Read a query: one word for each way to say the same, function words and fluff left out."""
    plain = _FREE.sub(lambda match: f"without {match[1] or match[2]}", normalise(query).replace("$", " "))
    plain = _INFINITIVE.sub(r"\1", _SAYING.sub(lambda match: _STANDS_FOR[match[0]], plain))
    words: dict[str, str] = {}
    directed, under = set(), ""
    for word in tokens(plain):
        if word in _DIRECTED:
            under = word
        if word in STOPWORDS or word in _DIRECTED:
            continue
        root = stem(word)
        if under:
            directed.add((under, root))
            under = ""
        if word not in _FLUFF:
            words.setdefault(root, word)
    numbers = frozenset(word for word in words.values() if _NUMBER.search(word))
    return Wording(words, numbers, frozenset(directed))


def are_opposed(one: Wording, other: Wording) -> bool:
    """Whether a word makes two queries different pages: another number, another member of a set, the other direction."""
    if one.numbers != other.numbers:
        return True
    mine, theirs = one.words.keys(), other.words.keys()
    for exclusive in _SETS:
        here, there = exclusive & mine, exclusive & theirs
        if here and there and here != there:
            return True
    if (mine & _ASPECTS) != (theirs & _ASPECTS):
        return True
    lacking = {root for word, root in one.directed if word == "without"}
    if bool(lacking) != any(word == "without" for word, _ in other.directed):
        return True
    turned = {(_OPPOSED[word], root) for word, root in one.directed if word in _OPPOSED}
    return bool(turned & other.directed) or _turned_round(one, other) or _elsewhere(one, other)


def _elsewhere(one: Wording, other: Wording) -> bool:
    """*plumber in leeds* and *plumber in york*: each names a place that the other does not."""
    mine = {root for word, root in one.directed if word in {"in", "near"}}
    theirs = {root for word, root in other.directed if word in {"in", "near"}}
    return bool(mine - other.words.keys() and theirs - one.words.keys())


def _turned_round(one: Wording, other: Wording) -> bool:
    """*pdf to word* and *word to pdf*: the same words, each the destination of one query."""
    towards = {"to", "into"}
    mine = {root for word, root in one.directed if word in towards}
    theirs = {root for word, root in other.directed if word in towards}
    return bool(mine and theirs) and mine != theirs and mine <= other.words.keys() and theirs <= one.words.keys()


def differences(one: Wording, other: Wording) -> tuple[list[str], list[str]]:
    """The words that each of two queries says and the other does not.

    A compound says its last word too (*aftercare*, *care*), and what is *new* need not be said on both sides.
    """
    mine = [word for root, word in one.words.items() if root not in other.words]
    theirs = [word for root, word in other.words.items() if root not in one.words]
    for word in list(mine):
        for twin in list(theirs):
            if _compound(word, twin):
                mine, theirs = [each for each in mine if each != word], [each for each in theirs if each != twin]
                break
    if not theirs and mine == ["new"]:
        mine = []
    if not mine and theirs == ["new"]:
        theirs = []
    return mine, theirs


def _compound(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) >= SHORTEST_LAST_WORD and long.endswith(short) and long != short


def in_one_slot(one: Wording, other: Wording) -> bool:
    """Whether two queries are alike but for what stands in one place, as *gas grill* and *charcoal grill* are."""
    frame = _frame(one, other)
    return frame.count("") == 1 and frame == _frame(other, one)


def names_its_doer(one: str, other: str) -> bool:
    """Whether one word is who or what does the other: *grinder* and *grind*, *tuner* and *tune*."""
    short, long = sorted((one, other), key=len)
    return long in {f"{short}er", f"{short}r", f"{short}{short[-1:]}er", f"{short}or"}


def _frame(one: Wording, other: Wording) -> list[str]:
    """The roots that two queries share in the order of the first; what it says alone is a gap, however long."""
    shared = [root if root in other.words else "" for root in one.words]
    return [root for place, root in enumerate(shared) if root or place == 0 or shared[place - 1]]
