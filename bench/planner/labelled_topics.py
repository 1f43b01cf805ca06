"""What the labelled queries are made of: subjects, the pages a strategist would give each, and what only looks alike.

Written by hand before any method was tried on it, and not changed after. Belongs here: words. Does not belong here: how they
become queries.
"""
# ruff: noqa: E501 – a page's phrases stay on one line

from dataclasses import dataclass
from typing import Literal

Trait = Literal["dated", "local", "ranked", "explained"]


@dataclass(frozen=True)
class Page:
    """One page to be written: ``phrases`` are ways of asking for it, ``{}`` stands for the subject in any of its names.

    ``traits`` say what may be added without asking for another page: a year (*dated*), a city (*local*), "best" (*ranked*),
    a word such as "guide" (*explained*).
    """

    name: str
    traits: frozenset[Trait]
    phrases: tuple[str, ...]


@dataclass(frozen=True)
class Family:
    """A subject under all its names, its pages, and ``distractors``: other topics that share its words."""

    niche: str
    subjects: tuple[str, ...]
    pages: tuple[Page, ...]
    distractors: tuple[tuple[str, ...], ...]

    @property
    def name(self) -> str:
        """The subject's first name."""
        return self.subjects[0]


def _listed(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.split(";"))


def _page(name: str, traits: str, phrases: str) -> Page:
    letters: dict[str, Trait] = {"d": "dated", "l": "local", "r": "ranked", "e": "explained"}
    return Page(name, frozenset(letters[letter] for letter in traits), _listed(phrases))


def _family(niche: str, subjects: str, pages: tuple[Page, ...], *distractors: str) -> Family:
    return Family(niche, _listed(subjects), pages, tuple(_listed(each) for each in distractors))


FAMILIES: tuple[Family, ...] = (
    _family(
        "coffee",
        "espresso machine; espresso maker; espresso coffee machine",
        (
            _page(
                "roundup",
                "dr",
                "best {}; {} reviews; top rated {}; which {} should i buy; {} buying guide; {} comparison",
            ),
            _page(
                "descaling",
                "e",
                "how to descale {}; {} descaling; remove limescale from {}; {} descaling solution; descale {} with vinegar",
            ),
            _page(
                "repair",
                "lr",
                "{} repair; {} repair shop; fix broken {}; {} service centre; who repairs {}; {} technician",
            ),
            _page(
                "no pressure",
                "e",
                "{} no pressure; why has my {} lost pressure; {} low pressure fix; {} pressure problem; {} not building pressure",
            ),
        ),
        "espresso martini recipe; how to make an espresso martini; espresso martini ingredients",
        "slot machine odds; how do slot machines work",
    ),
    _family(
        "coffee",
        "cold brew; cold brew coffee; cold brewed coffee",
        (
            _page("recipe", "e", "how to make {}; {} recipe; {} at home; homemade {}; make {} in a jar; diy {}"),
            _page(
                "ratio",
                "e",
                "{} ratio; {} coffee to water ratio; how much coffee for {}; {} grams per litre; {} proportions",
            ),
            _page(
                "caffeine",
                "",
                "caffeine in {}; {} caffeine content; how much caffeine does {} have; is {} stronger than normal coffee; {} caffeine mg",
            ),
        ),
        "how to brew beer at home; home brew beer kit",
        "cold sore treatment; how to get rid of a cold sore",
    ),
    _family(
        "home services",
        "plumber; plumbing company; plumbing contractor",
        (
            _page("hire", "lr", "{} near me; local {}; hire a {}; find a {}; licensed {}; {} in my area"),
            _page("emergency", "lr", "emergency {}; 24 hour {}; {} open now; {} on sunday; urgent {}; out of hours {}"),
            _page(
                "cost",
                "d",
                "{} cost; {} hourly rate; how much does a {} charge; {} prices; average {} call out fee; {} rates per hour",
            ),
        ),
        "plumber salary; how much do plumbers earn; plumber pay per year",
        "how to become a plumber; plumbing apprenticeship; plumber training course",
    ),
    _family(
        "home services",
        "roof; house roof; home roof",
        (
            _page(
                "replacement cost",
                "d",
                "{} replacement cost; cost to replace {}; new {} price; how much is a new {}; reroofing cost per square foot {}; {} replacement estimate",
            ),
            _page(
                "leak",
                "e",
                "{} leak repair; fix leaking {}; {} leaking when it rains; how to find a leak in the {}; stop {} from leaking",
            ),
            _page(
                "moss",
                "e",
                "remove moss from {}; {} moss removal; how to kill moss on {}; {} moss treatment; clean moss off {}",
            ),
            _page(
                "insulation",
                "e",
                "{} insulation; how to insulate a {}; best insulation for {}; insulate {} from inside; {} insulation thickness",
            ),
        ),
        "rooftop bar; best rooftop bars; rooftop bar with a view",
        "roof of mouth sore; burnt roof of mouth",
    ),
    _family(
        "home services",
        "heat pump; air source heat pump; ashp",
        (
            _page(
                "cost",
                "d",
                "{} cost; {} installation cost; how much does a {} cost; price of {} installed; {} prices; {} quote",
            ),
            _page(
                "running cost",
                "de",
                "{} running costs; {} electricity consumption; how much electricity does a {} use; {} monthly bill; is a {} cheap to run",
            ),
            _page(
                "grant",
                "d",
                "{} grant; government grant for {}; {} subsidy; {} tax credit; {} rebate; who qualifies for {} grant",
            ),
            _page(
                "noise",
                "e",
                "{} noise; how loud is a {}; {} noise level db; {} too noisy; quiet {}; {} noise complaints",
            ),
            _page(
                "vs gas boiler",
                "d",
                "{} vs gas boiler; {} or gas boiler; gas boiler compared to {}; should i replace gas boiler with {}; difference between gas boiler and {}",
            ),
        ),
        "heart pump failure; ventricular assist device",
        "breast pump rental; best breast pump",
    ),
    _family(
        "running",
        "running shoes; running trainers; jogging shoes",
        (
            _page(
                "flat feet",
                "dr",
                "{} for flat feet; flat feet {}; {} for fallen arches; overpronation {}; {} with arch support; stability {}",
            ),
            _page("trail", "dr", "trail {}; off road {}; {} for trails; {} for mud; waterproof trail {}; mountain {}"),
            _page(
                "lifespan",
                "e",
                "how long do {} last; when to replace {}; {} lifespan; how many miles do {} last; signs of worn out {}; {} mileage",
            ),
            _page(
                "washing",
                "e",
                "how to wash {}; clean {}; can you put {} in the washing machine; {} cleaning; washing {}; dry wet {}",
            ),
        ),
        "running for office requirements; how to run for mayor",
        "brake shoes replacement; drum brake shoes cost",
        "horse shoes; how much do horse shoes cost",
    ),
    _family(
        "running",
        "marathon; marathon race; 26.2 mile race",
        (
            _page(
                "training plan",
                "de",
                "{} training plan; 16 week {} plan; {} training schedule; how to train for a {}; {} programme; beginner {} training",
            ),
            _page(
                "pace",
                "e",
                "{} pace chart; {} pace calculator; {} split times; what pace for a 4 hour {}; {} pacing table",
            ),
            _page(
                "nutrition",
                "e",
                "what to eat before a {}; {} nutrition; carb loading for {}; {} fuelling; {} breakfast; gels during a {}",
            ),
        ),
        "marathon gas station; marathon petroleum stock; marathon fuel prices",
        "movie marathon ideas; film marathon list",
    ),
    _family(
        "pets",
        "puppy; puppies; young dog",
        (
            _page(
                "toilet training",
                "e",
                "{} toilet training; potty train {}; how to house train a {}; {} peeing in house; {} crate and toilet training; housebreaking {}",
            ),
            _page(
                "biting",
                "e",
                "stop {} biting; {} biting hands; how to stop a {} nipping; {} chewing on fingers; {} mouthing; why does my {} bite",
            ),
            _page(
                "vaccination",
                "",
                "{} vaccinations; {} shots schedule; when do {} get vaccinated; {} injections; {} vaccine cost; first jabs for {}",
            ),
            _page(
                "food",
                "dr",
                "best food for {}; {} food; what to feed a {}; {} feeding chart; how often to feed a {}; {} kibble",
            ),
        ),
        "hush puppies recipe; southern hush puppies",
        "puppy linux download; install puppy linux",
    ),
    _family(
        "pets",
        "cat; house cat; indoor cat",
        (
            _page(
                "litter box",
                "dr",
                "{} litter box; self cleaning litter box for {}; best litter tray for {}; {} toilet; covered litter box {}; automatic litter box {}",
            ),
            _page(
                "scratching",
                "e",
                "stop {} scratching furniture; {} scratching sofa; how to keep {} from clawing the couch; {} ruining furniture; protect sofa from {} claws",
            ),
            _page(
                "vomiting",
                "e",
                "{} throwing up; why is my {} vomiting; {} vomiting after eating; {} being sick; {} vomits undigested food",
            ),
        ),
        "cat excavator; cat 320 excavator price; caterpillar excavator for sale",
        "linux cat command; cat command examples; how to use cat in bash",
        "cat scan cost; what is a ct scan",
    ),
    _family(
        "finance",
        "mortgage; home loan; house loan",
        (
            _page(
                "rates",
                "dl",
                "{} rates today; current {} rates; {} interest rates; lowest {} rates; compare {} rates; 30 year fixed {} rate",
            ),
            _page(
                "calculator",
                "",
                "{} calculator; calculate {} payment; {} repayment calculator; monthly {} payment estimate; how much would my {} be; {} affordability calculator",
            ),
            _page(
                "refinance",
                "de",
                "refinance {}; should i refinance my {}; when to refinance a {}; {} refinancing; remortgage {}; cost of refinancing a {}",
            ),
            _page(
                "first time buyer",
                "de",
                "first time buyer {}; {} for first time buyers; first {} what to know; getting a first {}; {} first time home buyer",
            ),
        ),
        "student loan forgiveness; who qualifies for student loan forgiveness",
        "car title loan; title loans near me",
    ),
    _family(
        "finance",
        "credit score; credit rating; fico score",
        (
            _page("improve", "e", "how to improve {}; raise {}; increase {} fast; boost {}; fix bad {}; build {}"),
            _page("check", "", "check my {}; free {} check; how to see my {}; {} report free; find out {}; {} lookup"),
            _page(
                "ranges", "e", "what is a good {}; {} ranges; {} chart; is 700 a good {}; average {} by age; {} scale"
            ),
        ),
        "film score composers; best film scores",
        "credit hours for bachelor degree; how many college credits to graduate",
    ),
    _family(
        "software",
        "crm; crm software; customer relationship management system",
        (
            _page(
                "small business",
                "dr",
                "{} for small business; small business {}; simple {} for small companies; affordable {} small business; easy {} for startups",
            ),
            _page(
                "real estate",
                "dr",
                "{} for real estate agents; real estate {}; realtor {}; {} for estate agents; property agent {}",
            ),
            _page(
                "definition",
                "e",
                "what is {}; {} meaning; {} definition; what does {} do; {} explained; what does crm stand for {}",
            ),
            _page(
                "migration",
                "e",
                "{} data migration; migrate to new {}; switching {}; how to move data to another {}; {} migration checklist",
            ),
        ),
        "crew resource management aviation; crm training for pilots",
        "certified reference material chemistry; crm standards laboratory",
    ),
    _family(
        "software",
        "password manager; password vault; password keeper",
        (
            _page("roundup", "dr", "best {}; {} reviews; top {}; which {} to use; {} comparison; most secure {}"),
            _page(
                "safety",
                "e",
                "are {} safe; is a {} secure; can a {} be hacked; should i trust a {}; {} security risks; {} breach",
            ),
            _page(
                "family",
                "dr",
                "{} for families; family {}; share passwords in family {}; {} family plan; {} shared with spouse",
            ),
        ),
        "wifi password finder; how to find my wifi password; forgot wifi password",
        "office manager salary; how much does an office manager make",
    ),
    _family(
        "software",
        "python; python language; python programming",
        (
            _page("learn", "e", "learn {}; {} tutorial; {} for beginners; how to start with {}; {} course; {} lessons"),
            _page(
                "lists",
                "e",
                "{} list methods; sort list in {}; {} append to list; {} list examples; how to reverse a list {}; {} remove item from list",
            ),
            _page(
                "install",
                "e",
                "install {}; {} download; how to install {} on windows; {} setup mac; {} install linux; {} installer",
            ),
            _page(
                "interview",
                "d",
                "{} interview questions; {} interview answers; {} coding interview; {} interview prep; {} technical interview questions",
            ),
        ),
        "ball python care; ball python enclosure; ball python feeding",
        "monty python sketches; monty python holy grail quotes",
    ),
    _family(
        "garden",
        "tomato plants; tomatoes; tomato",
        (
            _page(
                "growing",
                "e",
                "how to grow {}; growing {} from seed; planting {}; when to plant {}; {} growing; grow {} outdoors",
            ),
            _page(
                "blight",
                "e",
                "{} blight; how to treat blight on {}; {} blight prevention; brown spots on {} leaves blight; early blight {}; late blight {}",
            ),
            _page(
                "feeding",
                "er",
                "feed for {}; {} fertiliser; how often to feed {}; best fertilizer for {}; {} plant food; homemade feed for {}",
            ),
            _page(
                "pruning",
                "e",
                "how to prune {}; {} pruning; pinch out {} side shoots; removing suckers from {}; trim {} leaves",
            ),
        ),
        "tomato soup recipe; easy tomato soup; homemade tomato soup",
        "rotten tomatoes ratings; rotten tomatoes top movies",
    ),
    _family(
        "garden",
        "lawn; grass; garden lawn",
        (
            _page(
                "mowing service",
                "lr",
                "{} mowing service; {} cutting service; {} care company; someone to cut my {}; {} maintenance near me; {} cutters for hire",
            ),
            _page(
                "seeding",
                "e",
                "when to seed {}; {} seeding; overseeding {}; how to plant {} seed; reseed {}; {} seed in autumn",
            ),
            _page(
                "moss",
                "e",
                "moss in {}; get rid of moss in {}; {} moss killer; kill moss in {}; why is there moss in my {}; iron sulphate {} moss",
            ),
            _page(
                "mower roundup",
                "dr",
                "best {} mower; {} mower reviews; cordless {} mower; electric {} mower comparison; battery {} mower; top rated {} mowers",
            ),
        ),
        "lawn bowls rules; how to play lawn bowls",
        "grass fed beef; where to buy grass fed beef",
    ),
    _family(
        "travel",
        "lisbon; lisbon portugal; lisboa",
        (
            _page(
                "itinerary",
                "de",
                "3 days in {}; {} itinerary; what to do in {}; {} weekend; things to see in {}; {} city break plan",
            ),
            _page(
                "hotels",
                "dr",
                "hotels in {}; where to stay in {}; {} hotel deals; {} accommodation; {} boutique hotel; {} best area to stay",
            ),
            _page(
                "airport transfer",
                "e",
                "{} airport to city centre; {} airport transfer; how to get from {} airport to town; {} airport metro; taxi from {} airport; {} airport bus",
            ),
            _page(
                "weather",
                "",
                "{} weather; weather in {} in may; {} temperature by month; best time to visit {}; {} climate; is {} hot in summer",
            ),
        ),
        "treaty of lisbon summary; lisbon treaty article 50",
        "lisbon ohio restaurants; lisbon ohio county fair",
    ),
    _family(
        "travel",
        "carry on luggage; cabin bag; hand luggage",
        (
            _page(
                "size",
                "d",
                "{} size; {} dimensions; maximum size for {}; {} size limits; {} measurements cm; airline {} allowance",
            ),
            _page("roundup", "dr", "best {}; {} reviews; lightweight {}; top {} to buy; durable {}; {} with wheels"),
            _page(
                "liquids",
                "e",
                "liquids in {}; {} liquid rules; how much liquid in {}; 100ml rule {}; can i take shampoo in {}; {} toiletries",
            ),
        ),
        "luggage storage; left luggage near train station; luggage lockers",
        "body bag challenge; what is a body bag",
    ),
    _family(
        "health",
        "back pain; lower back pain; backache",
        (
            _page(
                "exercises",
                "er",
                "exercises for {}; {} exercises; stretches for {}; {} stretching; yoga for {}; workout to relieve {}",
            ),
            _page(
                "mattress",
                "dr",
                "mattress for {}; best mattress for {}; {} mattress; which mattress helps {}; firm or soft mattress for {}",
            ),
            _page("causes", "e", "what causes {}; {} causes; why do i have {}; reasons for {}; sudden {}; {} symptoms"),
            _page(
                "doctor",
                "lr",
                "{} doctor; {} specialist near me; who to see for {}; {} clinic; chiropractor for {}; physio for {}",
            ),
        ),
        "backpack for hiking; best hiking backpack",
        "pain au chocolat recipe; how to make pain au chocolat",
    ),
    _family(
        "health",
        "vitamin d; vitamin d3; vit d",
        (
            _page(
                "deficiency",
                "e",
                "{} deficiency symptoms; low {}; signs of {} deficiency; am i low in {}; lack of {}; {} deficiency causes",
            ),
            _page(
                "dosage",
                "e",
                "how much {} per day; {} dosage; daily {} intake; recommended {} dose; {} iu daily; maximum {} a day",
            ),
            _page(
                "foods",
                "e",
                "foods high in {}; {} foods; which foods contain {}; {} rich food; sources of {}; {} in diet",
            ),
        ),
        "vitamin c serum; best vitamin c serum for face",
        "d minor chord guitar; how to play d minor",
    ),
    _family(
        "law",
        "divorce; getting divorced; marriage dissolution",
        (
            _page(
                "lawyer",
                "lr",
                "{} lawyer; {} attorney near me; {} solicitor; find a lawyer for {}; {} law firm; affordable {} attorney",
            ),
            _page(
                "cost", "d", "{} cost; how much does {} cost; {} fees; price of {}; average {} cost; cheapest way {}"
            ),
            _page("process", "e", "how to file for {}; {} process; steps of {}; {} papers; {} forms; {} timeline"),
            _page(
                "custody",
                "e",
                "child custody {}; {} custody of children; who gets the kids in {}; {} parenting plan; custody rights after {}",
            ),
        ),
        "celebrity divorces; recent celebrity divorce news",
        "soap dissolution rate; tablet dissolution test",
    ),
    _family(
        "law",
        "trademark; trade mark; brand name trademark",
        (
            _page(
                "registration",
                "de",
                "register a {}; {} registration; how to {} a name; file a {}; {} application; apply for {}",
            ),
            _page(
                "search",
                "",
                "{} search; check if {} is taken; {} lookup; search existing {}; {} database; is this {} available",
            ),
            _page(
                "vs copyright",
                "e",
                "{} vs copyright; difference between {} and copyright; copyright or {}; {} compared with copyright; {} versus copyright",
            ),
        ),
        "stock trade tips; how to start trading stocks",
        "skid mark removal; tyre marks on driveway",
    ),
    _family(
        "wedding",
        "wedding photographer; wedding photography; marriage photographer",
        (
            _page("hire", "lr", "{} near me; local {}; hire a {}; book a {}; {} packages; professional {}"),
            _page("cost", "d", "{} cost; how much does a {} cost; {} prices; average {} price; budget for {}; {} fees"),
            _page(
                "questions",
                "e",
                "questions to ask {}; what to ask a {}; {} interview questions; choosing a {}; how to choose a {}",
            ),
        ),
        "wildlife photographer of the year; wildlife photography competition",
        "wedding cake flavours; wedding cake ideas; popular wedding cake flavors",
    ),
    _family(
        "cars",
        "electric car; ev; electric vehicle",
        (
            _page(
                "charger installation",
                "lr",
                "{} charger installation; install {} charger at home; home charger for {}; {} wall box; {} charging point installer; electrician for {} charger",
            ),
            _page(
                "range",
                "d",
                "{} range; longest range {}; how far can an {} go; {} range comparison; {} miles per charge; real world {} range",
            ),
            _page(
                "battery life",
                "e",
                "{} battery life; how long does an {} battery last; {} battery replacement; {} battery degradation; {} battery warranty",
            ),
            _page(
                "used",
                "dr",
                "used {}; second hand {}; buy used {}; should i buy a used {}; pre owned {}; cheap used {}",
            ),
            _page(
                "insurance",
                "dr",
                "{} insurance; insurance for {}; insure an {}; {} insurance cost; compare {} insurance; is {} insurance more expensive",
            ),
        ),
        "electric guitar for beginners; best beginner electric guitar",
        "cable car tickets; san francisco cable car route",
        "ev to joules; electron volt conversion",
    ),
    _family(
        "cars",
        "winter tyres; snow tyres; winter tires",
        (
            _page("roundup", "dr", "best {}; {} test; {} reviews; top {}; {} comparison; {} ratings"),
            _page(
                "law", "de", "are {} mandatory; {} law; when are {} required; {} legal requirement; {} fine; {} rules"
            ),
            _page(
                "fitting",
                "lr",
                "{} fitting; fit {}; {} change appointment; {} mobile fitting; where to get {} fitted; swap to {}",
            ),
        ),
        "winter jacket sale; warm winter coats",
        "tired all the time; why am i always tired",
    ),
    _family(
        "food",
        "sourdough; sourdough bread; sourdough loaf",
        (
            _page(
                "starter",
                "e",
                "{} starter; how to make {} starter; feed {} starter; {} starter recipe; {} starter not rising; {} starter from scratch",
            ),
            _page("recipe", "e", "{} recipe; how to bake {}; easy {}; homemade {}; {} for beginners; no knead {}"),
            _page(
                "storage",
                "e",
                "how to store {}; keep {} fresh; can you freeze {}; {} storage; best way to keep {}; {} bread box",
            ),
            _page(
                "health",
                "e",
                "is {} healthy; {} benefits; {} good for gut; is {} gluten free; {} glycemic index; {} nutrition",
            ),
        ),
        "starter motor replacement; car starter motor cost",
        "sour candy brands; most sour candy",
    ),
)
