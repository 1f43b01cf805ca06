"""Unlabelled keywords in any number, for times and memory: subjects, what people ask about them, and how they put it.

A file has about 50 topics at 1,000 keywords, 350 at 10,000 and 2,300 at 100,000, their sizes falling off as in real files, with
brands, cities, years, and now and then a misspelling.
"""

import itertools
import random

SEED = 7
TOPICS_AT_1000 = 50
# From 50 topics at 1,000 to 2,340 at 100,000.
TOPIC_GROWTH = 0.835
SIZE_EXPONENT = 0.8
MISSPELT_SHARE = 0.06

SUBJECTS = tuple(
    tuple(name.strip() for name in line.split("/"))
    for line in """
air fryer/hot air fryer; robot vacuum/robotic vacuum cleaner; dishwasher/dish washer; washing machine/clothes washer;
tumble dryer/clothes dryer; fridge freezer/refrigerator; induction hob/induction cooktop;
pizza oven/outdoor pizza oven; coffee grinder/burr grinder; stand mixer/kitchen mixer; blender/smoothie maker;
rice cooker/rice steamer; slow cooker/crock pot; water softener/water softening system;
dehumidifier/moisture absorber; air purifier/hepa air cleaner; ceiling fan/overhead fan;
portable air conditioner/mobile ac unit; electric heater/space heater; wood stove/log burner;
solar panels/photovoltaic panels; home battery/solar battery; wallbox charger/ev wall charger;
smart thermostat/wifi thermostat; video doorbell/smart doorbell; security camera/cctv camera;
burglar alarm/home alarm system; smart lock/keyless door lock; garage door/garage door opener;
electric gate/automatic gate; double glazing/replacement windows; composite door/front door;
loft conversion/attic conversion; kitchen extension/house extension; conservatory/sunroom; garden shed/storage shed;
greenhouse/glasshouse; hot tub/outdoor spa; swimming pool/backyard pool; trampoline/garden trampoline;
robot lawn mower/automatic mower; hedge trimmer/hedge cutter; chainsaw/chain saw; pressure washer/power washer;
leaf blower/garden blower; cordless drill/battery drill; table saw/bench saw; welding machine/mig welder;
air compressor/workshop compressor; 3d printer/filament printer; laser engraver/laser cutter;
sewing machine/quilting machine; embroidery machine/monogram machine; electric guitar/guitar;
digital piano/keyboard piano; drum kit/electronic drums; violin/fiddle; ukulele/uke; audio interface/usb sound card;
studio headphones/monitor headphones; noise cancelling headphones/anc headphones; bluetooth speaker/wireless speaker;
soundbar/tv sound bar; home cinema projector/4k projector; oled tv/oled television; gaming laptop/laptop for games;
mechanical keyboard/clicky keyboard; ultrawide monitor/curved monitor; office chair/desk chair;
standing desk/sit stand desk; webcam/streaming camera; wifi router/mesh wifi; external ssd/portable ssd;
graphics tablet/drawing tablet; e reader/ebook reader; smartwatch/fitness watch; heart rate monitor/chest strap;
treadmill/running machine; rowing machine/indoor rower; exercise bike/spin bike; electric bike/e bike;
road bike/racing bicycle; mountain bike/mtb; kids bike/childrens bicycle; electric scooter/e scooter;
kayak/inflatable kayak; paddle board/sup board; wetsuit/surf suit; ski boots/skiing boots;
snowboard/freestyle snowboard; tent/family tent; sleeping bag/camping sleeping bag; hiking boots/walking boots;
rucksack/backpack; camping stove/gas stove; baby monitor/video baby monitor; pushchair/stroller;
car seat/child car seat; baby cot/crib; high chair/feeding chair; memory foam mattress/foam mattress;
sofa bed/sleeper sofa; weighted blanket/heavy blanket; blackout curtains/thermal curtains; area rug/living room rug;
dog crate/dog cage; cat tree/cat tower; fish tank/aquarium; rabbit hutch/rabbit cage; chicken coop/hen house;
hair dryer/blow dryer; hair straightener/flat iron; electric shaver/foil shaver; electric toothbrush/sonic toothbrush;
hearing aid/digital hearing aids; contact lenses/daily lenses; reading glasses/readers; wheelchair/folding wheelchair;
stair lift/chair lift for stairs; mobility scooter/electric mobility scooter; dental implants/tooth implants;
clear aligners/invisible braces; laser eye surgery/lasik; hair transplant/hair restoration;
tattoo removal/laser tattoo removal
""".replace("\n", " ").split(";")
)
ASPECTS = tuple(
    tuple(phrase.strip() for phrase in line.split("/"))
    for line in """
best {}/top rated {}/which {} to buy/{} buying guide; {} reviews/{} review/is {} worth it/{} test;
{} price/how much does {} cost/{} cost/average price of {}; cheap {}/budget {}/affordable {}/{} under 200;
{} near me/{} shop/where to buy {}/{} store; {} repair/fix {}/{} not working/{} repair service;
how to clean {}/{} cleaning/cleaning {}/{} care; {} installation/install {}/how to fit {}/{} installer;
used {}/second hand {}/refurbished {}/pre owned {}; {} rental/rent {}/hire {}/{} hire cost;
{} vs cheaper alternative/{} comparison/compare {}/difference between {} models;
how does {} work/what is {}/{} explained/{} meaning; {} for beginners/first {}/starter {}/easy {} for beginners;
{} size guide/what size {}/{} dimensions/how big is {}; {} warranty/{} guarantee/{} returns/{} consumer rights;
{} accessories/{} parts/spare parts for {}/{} replacement parts;
{} power consumption/{} energy use/running cost of {}/{} electricity usage; {} safety/is {} safe/{} risks/{} dangers;
{} gift/{} gift ideas/{} as a present/{} for christmas;
how long does {} last/{} lifespan/when to replace {}/{} durability
""".replace("\n", " ").split(";")
)
BRANDS = tuple("bosch philips samsung sony lidl ikea amazon aldi decathlon costco walmart argos".split())  # noqa: SIM905
CITIES = tuple(
    "london leeds bristol cardiff glasgow dublin boston chicago austin denver seattle miami toronto calgary sydney perth "  # noqa: SIM905
    "auckland brisbane oxford york bath derby dallas houston phoenix tampa orlando portland omaha tucson".split()
)
YEARS = ("2025", "2026", "2027")
AUDIENCES = (
    "for home",
    "for small flat",
    "for seniors",
    "for families",
    "for students",
    "for professionals",
    "for kids",
)


def generated_keywords(count: int) -> list[str]:
    """``count`` distinct keywords, the same every time, in an order that says nothing about their topics."""
    chance = random.Random(f"{SEED} {count}")
    topics = list(itertools.product(SUBJECTS, ASPECTS))
    chance.shuffle(topics)
    wanted = min(len(topics), max(1, round(TOPICS_AT_1000 * (count / 1000) ** TOPIC_GROWTH)))
    weights = list(itertools.accumulate(1 / rank**SIZE_EXPONENT for rank in range(1, wanted + 1)))
    keywords: dict[str, None] = {}
    while len(keywords) < count:
        subject, aspect = chance.choices(topics[:wanted], cum_weights=weights)[0]
        keywords.setdefault(_keyword(subject, aspect, chance))
    return list(keywords)


def _keyword(subject: tuple[str, ...], aspect: tuple[str, ...], chance: random.Random) -> str:
    text = chance.choice(aspect).replace("{}", chance.choice(subject))
    # Each of these is sometimes there, seldom all of them.
    if chance.random() < 0.2:
        text = f"{chance.choice(BRANDS)} {text}"
    if chance.random() < 0.25:
        text = f"{text} {chance.choice(AUDIENCES)}"
    if chance.random() < 0.3:
        text = f"{text} {chance.choice(CITIES)}"
    if chance.random() < 0.25:
        text = f"{text} {chance.choice(YEARS)}"
    return _misspelt(text, chance) if chance.random() < MISSPELT_SHARE else text


def _misspelt(text: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(text) - 1)
    return text[:at] + text[at + 1 :]
