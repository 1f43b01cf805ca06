"""Six hand-written articles of the demo site, one of each kind that the writer makes, with their briefs."""

from igny8_resources.contracts.planner import KeywordFacts, SiteVoice
from igny8_resources.contracts.vocabulary import ArticlePart, ContentStructure, ContentType
from igny8_resources.contracts.writer import ArticleBrief, ArticleDraft, ProsCons, QuestionAnswer, Section, Step, Table

VOICE = SiteVoice(
    site_key="crema-lane",
    site_name="Crema Lane",
    niche="home coffee brewing",
    author_name="Maya Lindqvist",
)


def section(
    heading: str,
    *paragraphs: str,
    bullets: tuple[str, ...] = (),
    steps: tuple[Step, ...] = (),
    table: Table | None = None,
    part: ArticlePart | None = None,
) -> Section:
    """One section with everything optional."""
    return Section(heading=heading, paragraphs=paragraphs, bullets=bullets, steps=steps, table=table, part=part)


def brief(
    content_type: ContentType,
    structure: ContentStructure,
    draft: ArticleDraft,
    primary: str,
    *secondary: str,
    questions: tuple[str, ...] = (),
    siblings: tuple[str, ...] = (),
    target_words: int = 300,
) -> ArticleBrief:
    """The brief that a draft answers."""
    return ArticleBrief(
        voice=VOICE,
        content_type=content_type,
        content_structure=structure,
        title=draft.title,
        angle="for people who brew at home",
        primary_keyword=KeywordFacts(text=primary, volume=2400, difficulty=34.0),
        secondary_keywords=tuple(KeywordFacts(text=text) for text in secondary),
        questions=questions,
        outline=tuple(part.heading for part in draft.sections),
        sibling_topics=siblings,
        target_words=target_words,
    )


HOW_TO = ArticleDraft(
    title="How to Descale an Espresso Machine Without Guesswork",
    slug="how-to-descale-an-espresso-machine",
    meta_title="How to Descale an Espresso Machine | Crema Lane",
    meta_description=(
        "A calm, complete routine to descale an espresso machine at home: what you need, the order of the "
        "steps, and how to tell that it worked."
    ),
    introduction=(
        (
            "Scale builds up wherever hard water is heated. When you descale an espresso machine in time, the "
            "pump works less, the water runs hotter, and the coffee tastes of coffee again."
        ),
        (
            "The routine below suits most home machines with a removable tank. Read your manual first if the "
            "maker names a different order."
        ),
    ),
    key_takeaways=(
        "Empty the tank and take out the water filter before anything else.",
        "Let the descaling solution rest inside the machine; time does the work.",
        "Rinse until the water smells and tastes of nothing.",
    ),
    sections=(
        section(
            "What you need before you descale",
            "Gather everything first, because a solution that sits half used keeps eating at the seals.",
            bullets=(
                "A descaling powder or citric acid made for coffee machines",
                "Fresh soft water for mixing and for rinsing",
                "A jug that holds more than the tank",
            ),
        ),
        section(
            "Descale the machine step by step",
            "Work through the list in one go. The machine stays on from the second step to the last.",
            steps=(
                Step(name="Empty the tank.", text="Pour out old water and lift out the filter cartridge."),
                Step(name="Mix the solution.", text="Dissolve the powder fully, then fill the tank to its mark."),
                Step(name="Run half of it.", text="Send the solution through the group head into the jug."),
                Step(name="Wait.", text="Switch the machine off and give the acid time to loosen the scale."),
                Step(name="Rinse twice.", text="Run two tanks of clean water through the group and the steam wand."),
            ),
        ),
        section(
            "How to tell that descaling worked",
            (
                "Pull a blank shot and watch the stream. It should fall straight and steady, without "
                "sputtering, and the pump should hum at one pitch."
            ),
            (
                "If white flakes still appear in the jug, repeat the cycle once with a fresh solution. Flakes "
                "that keep coming after that point to a boiler that needs a technician."
            ),
        ),
        section(
            "Keep limescale away for longer",
            (
                "Softer water is the only lasting cure. A filter cartridge in the tank, changed on schedule, "
                "slows limescale more than any cleaner can."
            ),
            (
                "Note the date on a strip of tape under the drip tray. A descaling schedule that you can see "
                "is one that you will keep."
            ),
        ),
    ),
    pros_cons=(),
    faq=(
        QuestionAnswer(
            question="How often should I descale my espresso machine?",
            answer=(
                "Descale whenever the machine asks for it, or every couple of months where the water is hard. "
                "Soft water stretches the interval considerably."
            ),
        ),
        QuestionAnswer(
            question="Can I use vinegar to descale an espresso machine?",
            answer=(
                "Vinegar dissolves scale, but its smell clings to rubber seals and it is weaker than citric "
                "acid. A descaler made for coffee machines rinses out cleanly."
            ),
        ),
    ),
    conclusion=(
        (
            "Descaling is dull, short and worth it. Mix, wait, rinse, and write down the date so that the "
            "next round never comes as a surprise."
        ),
    ),
    call_to_action="Pin this routine beside your machine and brew your next shot with clean water.",
)
HOW_TO_BRIEF = brief(
    "post",
    "how_to",
    HOW_TO,
    "descale espresso machine",
    "espresso machine descaling solution",
    "limescale filter cartridge",
    "descaling schedule",
    questions=("how often should I descale my espresso machine", "can I use vinegar to descale espresso machine"),
)

COMPARISON = ArticleDraft(
    title="Burr vs Blade Coffee Grinder: Which One Belongs on Your Counter?",
    slug="burr-vs-blade-coffee-grinder",
    meta_title="Burr vs Blade Coffee Grinder Compared | Crema Lane",
    meta_description=(
        "Burr vs blade coffee grinder, side by side: evenness, noise, price and upkeep, with a clear winner "
        "for every way of brewing at home."
    ),
    introduction=(
        (
            "A burr vs blade coffee grinder debate sounds like gear talk, yet it decides how your cup tastes. "
            "One crushes beans to a chosen size; the other chops them until you let go of the button."
        ),
    ),
    key_takeaways=("Burrs give even grounds.", "Blades cost little and fit in a drawer."),
    sections=(
        section(
            "Burr and blade coffee grinders head to head",
            "The table sums up what you notice in daily use.",
            table=Table(
                caption="Burr and blade grinders compared",
                columns=("Trait", "Burr grinder", "Blade grinder"),
                rows=(
                    ("Evenness", "Even, set by a dial", "Mixed dust and chunks"),
                    ("Upkeep", "Brush the burrs now and then", "Wipe the cup"),
                    ("Noise", "A low growl", "A short scream"),
                ),
            ),
        ),
        section(
            "Grind size and taste",
            (
                "Water draws flavour out of small particles first. When dust and boulders share a filter, the "
                "dust turns bitter while the boulders stay sour, and you taste both at once."
            ),
            (
                "Even grounds brew evenly. That is the whole argument for burrs, and it grows stronger the "
                "finer you grind, which is why espresso is out of reach for blades."
            ),
        ),
        section(
            "Price and lifespan",
            (
                "Blade grinders are cheap to buy and cheap to lose. A manual burr grinder costs somewhat "
                "more, needs no socket, and outlives most kitchen gadgets."
            ),
            (
                "Electric burr grinders ask for a real budget. Their burrs can be replaced, so the machine "
                "stays while the worn part goes."
            ),
        ),
        section(
            "The verdict: which grinder should you choose?",
            (
                "Choose burrs if you brew espresso, pour-over or anything you care to repeat. Choose blades "
                "if you brew a large forgiving pot once in a while and want to spend little."
            ),
            (
                "Between an old blade grinder and pre-ground coffee, the blade grinder still wins: freshness "
                "forgives a lot."
            ),
        ),
    ),
    pros_cons=(
        ProsCons(
            subject="Burr grinder",
            pros=("Even grounds at every setting", "Suits espresso and filter"),
            cons=("Costs more", "Takes up space"),
        ),
        ProsCons(
            subject="Blade grinder",
            pros=("Cheap and small", "Also chops spices"),
            cons=("Uneven grounds", "Hard to repeat a result"),
        ),
    ),
    faq=(
        QuestionAnswer(
            question="Is a burr grinder really better than a blade grinder?",
            answer="For brewing, yes: a burr grinder cuts to one size, so the cup is balanced and repeatable.",
        ),
        QuestionAnswer(
            question="Can a blade grinder make espresso?",
            answer="Not reliably. Espresso needs fine and even grounds, and blades give a mix that channels.",
        ),
    ),
    conclusion=(
        "If coffee is a habit, buy burrs once. If it is an exception, a blade will do until it becomes a habit.",
    ),
    call_to_action="Compare our favourite hand grinders next.",
)
COMPARISON_BRIEF = brief(
    "comparison",
    "comparison",
    COMPARISON,
    "burr vs blade coffee grinder",
    "manual burr grinder",
    "electric burr grinder",
    "blade grinder espresso",
)

POST = ArticleDraft(
    title="Light Roast vs Your Habits: What Light Roast Coffee Asks of You",
    slug="light-roast-coffee-at-home",
    meta_title="Light Roast Coffee at Home, Explained | Crema Lane",
    meta_description=(
        "Light roast coffee is dense, bright and easy to under-extract. Here is what it asks of your water, "
        "your grinder and your patience."
    ),
    introduction=(
        (
            "Light roast coffee keeps more of the bean and less of the roaster. That is why it smells of "
            "fruit and flowers, and why it punishes a hurried brew."
        ),
    ),
    key_takeaways=("Grind finer than you are used to.", "Use hotter water, then give it time."),
    sections=(
        section(
            "Why light roast coffee is harder to extract",
            (
                "A light roast spends less time in the drum, so the bean stays dense and its cells stay "
                "tight. Water needs longer to carry the sugars out."
            ),
            "Under-extracted cups taste thin and sharp. The cure is more contact, not more coffee.",
        ),
        section(
            "Water, grind and time",
            "Start from your usual recipe and change one thing at a time, so that you know which change helped.",
            bullets=(
                "Grind a notch finer until the sharpness softens.",
                "Heat the water right up to the boil for filter brewing.",
                "Stretch the brew by pouring in more, smaller pulses.",
            ),
        ),
        section(
            "Which brewer suits light roasts",
            (
                "Paper filters flatter clear, tea-like cups, so a cone dripper is the natural home of a light "
                "roast. An immersion brewer is kinder when your grinder is uneven."
            ),
            (
                "Espresso is possible, yet it takes a capable grinder and a longer ratio. Treat it as the "
                "last thing to learn rather than the first."
            ),
        ),
        section(
            "Buying and resting the beans",
            (
                "Light roasts need rest. Freshly roasted bags still breathe out gas, and that gas pushes "
                "water away from the grounds while you pour."
            ),
            (
                "Leave the bag closed in a cupboard for a week or two after the roast date, then taste it "
                "every few days and note when it opens up."
            ),
        ),
    ),
    pros_cons=(),
    faq=(
        QuestionAnswer(
            question="Does light roast coffee have more caffeine?",
            answer=(
                "By weight the difference is small. Measured by the scoop, light roasts hold slightly more "
                "because the beans are denser."
            ),
        ),
    ),
    conclusion=("Give light roasts heat, fineness and rest, and they give back everything the roaster left in.",),
    call_to_action="Try the same bean two ways this week and write down which cup you finished first.",
)
POST_BRIEF = brief(
    "post",
    "guide_tutorial",
    POST,
    "light roast coffee",
    "light roast espresso",
    "light roast brewing recipe",
    questions=("does light roast coffee have more caffeine",),
)

HUB = ArticleDraft(
    title="Espresso at Home: The Complete Guide",
    slug="espresso-at-home",
    meta_title="Espresso at Home: The Complete Guide | Crema Lane",
    meta_description=(
        "Everything about espresso at home in one place: machines, grinders, dialling in, milk and the "
        "cleaning that keeps it all tasting good."
    ),
    introduction=(
        (
            "Espresso at home is a small craft with a handful of moving parts. Learn what each part does and "
            "the rest is practice."
        ),
        "This guide walks through them in the order in which they matter, and points to a deeper article for each.",
    ),
    key_takeaways=(
        "The grinder matters more than the machine.",
        "Change one variable at a time when you dial in.",
        "Clean water and a clean group are half of the taste.",
    ),
    sections=(
        section(
            "Choosing an espresso machine",
            (
                "A home machine has to do two things: heat water steadily and push it evenly. Everything else "
                "is comfort. Single boilers ask you to wait between brewing and steaming; heat exchangers and "
                "dual boilers do not."
            ),
            (
                "Look for a standard basket size, a tank that you can reach, and spare parts that are sold to "
                "the public. Those three decide how long the machine will serve you."
            ),
        ),
        section(
            "Choosing an espresso grinder",
            (
                "Espresso is fussy about particle size, so the grinder sets the ceiling of what your machine "
                "can do. A stepless adjustment lets you move in tiny amounts."
            ),
            (
                "Burrs wear slowly and can be replaced. A good hand grinder beats a cheap electric one at the "
                "same price, if you do not mind turning a crank."
            ),
        ),
        section(
            "Dialling in espresso",
            (
                "Dialling in means finding the grind at which a fixed dose yields a fixed amount of coffee in "
                "a sensible time. Weigh what goes in, weigh what comes out, and let taste decide the rest."
            ),
            (
                "Sour and thin means that the water left too early: grind finer. Bitter and dry means it "
                "lingered: grind coarser. Move in small steps and keep notes."
            ),
        ),
        section(
            "Steaming milk",
            (
                "Milk wants air first and heat second. Keep the tip of the wand just under the surface until "
                "the jug feels lukewarm, then sink it and let the milk spin."
            ),
            (
                "Stop when the jug is almost too warm to hold. Tap out large bubbles, swirl until the surface "
                "shines, and pour straight away."
            ),
        ),
        section(
            "Cleaning and descaling",
            (
                "Coffee oils turn rancid and scale chokes the pipes. Wipe the shower screen daily, backflush "
                "with detergent if your machine allows it, and descale on a schedule that fits your water."
            ),
            (
                "A clean machine is also a quiet one. When the pump begins to strain, look at the water "
                "before you look for a repair shop."
            ),
        ),
        section(
            "The parts of the craft at a glance",
            "Each line leads to an article of its own.",
            table=Table(
                caption="What to learn, and what it changes",
                columns=("Part", "What it changes"),
                rows=(
                    ("Grinder", "Whether a good shot can be repeated"),
                    ("Machine", "How steady heat and pressure are"),
                    ("Milk", "How sweet and smooth a flat white becomes"),
                ),
            ),
        ),
        section(
            "What to read next",
            (
                "Start with the grinder if your shots run wildly from day to day. Start with dialling in if "
                "they are steady but unpleasant. Start with cleaning if everything tasted better last year."
            ),
            (
                "Each of those articles stands on its own, so you can read them in any order and return here "
                "whenever you want to see how the pieces fit together."
            ),
        ),
    ),
    pros_cons=(),
    faq=(
        QuestionAnswer(
            question="Is making espresso at home worth it?",
            answer=(
                "It is if you drink it most days and enjoy the making. The equipment pays for itself slowly, "
                "and the learning is part of the pleasure."
            ),
        ),
        QuestionAnswer(
            question="What do I need for espresso at home?",
            answer=(
                "A machine that holds its temperature, a grinder that can go fine in small steps, a scale, "
                "fresh beans and soft water."
            ),
        ),
    ),
    conclusion=("Take one part at a time, taste as you go, and espresso at home stops being a puzzle.",),
    call_to_action="Pick the section that matches your last bad shot and read on from there.",
)
HUB_BRIEF = brief(
    "cluster_hub",
    "cluster_hub",
    HUB,
    "espresso at home",
    "espresso machine",
    "espresso grinder",
    "steaming milk",
    siblings=("espresso machine", "espresso grinder", "dialling in espresso", "descaling"),
    target_words=450,
)

PRODUCT = ArticleDraft(
    title="Lane One Hand Grinder: Steel Burrs for Filter and Espresso",
    slug="lane-one-hand-grinder",
    meta_title="Lane One Hand Grinder | Crema Lane",
    meta_description=(
        "The Lane One hand grinder pairs steel burrs with a stepless dial, so one tool covers filter mornings "
        "and espresso evenings."
    ),
    introduction=(
        (
            "The Lane One is a hand grinder for people who brew in more than one way. Its steel burrs are "
            "held by two bearings, so the grounds stay even from coarse to fine."
        ),
    ),
    key_takeaways=("Stepless from French press to espresso", "Opens without tools for cleaning"),
    sections=(
        section(
            "Features and benefits",
            "Every part was chosen for the daily routine rather than for the shelf.",
            bullets=(
                "A stepless dial under the burrs keeps your setting while you clean.",
                "The crank folds flat, so the grinder fits in a drawer.",
                "A rubber band around the body gives wet hands a hold.",
            ),
        ),
        section(
            "Specifications",
            "These are the facts that owners ask for most.",
            table=Table(
                caption="Lane One specifications",
                columns=("Part", "Detail"),
                rows=(("Burrs", "Conical, hardened steel"), ("Body", "Aluminium"), ("Adjustment", "Stepless")),
            ),
        ),
        section(
            "How it compares with an electric grinder",
            (
                "An electric grinder is faster and fills a large basket without effort. The hand grinder is "
                "quieter, smaller and easier to keep clean, and at the same price its burrs are usually "
                "better."
            ),
            (
                "If you make several drinks in a row each morning, motor power is worth the noise. If you "
                "make one or two, the crank is no burden."
            ),
        ),
        section(
            "Care",
            (
                "Brush the burrs after every bag and wipe the body with a dry cloth. Water is not needed and "
                "invites rust, so keep it away from the steel."
            ),
        ),
    ),
    pros_cons=(),
    faq=(
        QuestionAnswer(
            question="Can a hand grinder make espresso?",
            answer="Yes, as long as its burrs are aligned and the dial moves in tiny steps. The Lane One is stepless.",
        ),
    ),
    conclusion=("One grinder, every brew, and nothing to plug in.",),
    call_to_action="Order the Lane One and grind your next bag by hand.",
)
PRODUCT_BRIEF = brief(
    "product", "product_single", PRODUCT, "hand grinder", "espresso hand grinder", "manual burrs", target_words=220
)

SERVICE = ArticleDraft(
    title="Espresso Machine Repair in Gothenburg",
    slug="espresso-machine-repair",
    meta_title="Espresso Machine Repair in Gothenburg | Crema Lane",
    meta_description=(
        "Espresso machine repair for home machines in Gothenburg: diagnosis, written quote, original parts "
        "and a test pull before you collect it."
    ),
    introduction=(
        (
            "Our workshop takes in home machines of every common make. Espresso machine repair is what we do "
            "all week, so most faults are known to us before the lid is off."
        ),
        (
            "You get a written quote first and decide in your own time. Nothing is ordered or opened further "
            "until you say yes."
        ),
    ),
    key_takeaways=("A quote before any work starts", "Original seals, valves and pumps"),
    sections=(
        section(
            "What the repair covers",
            "We mend leaks, weak pumps, cold boilers, blocked valves and tired grinders that are built into a machine.",
            bullets=(
                "Diagnosis of the whole water path",
                "Replacement of worn seals",
                "Descaling where scale is the cause",
            ),
        ),
        section(
            "How the repair works",
            "Three visits to the counter are all it takes, and often two.",
            steps=(
                Step(name="Bring it in.", text="Empty the tank and bring the portafilter along."),
                Step(name="Read the quote.", text="We write down the fault, the parts and the price."),
                Step(name="Collect it.", text="We pull a test shot with you before you leave."),
            ),
        ),
        section(
            "The results you can expect",
            (
                "A repaired machine heats evenly, holds its pressure and stops dripping. We tell you honestly "
                "when a repair would cost more than the machine is worth, and then we charge for the "
                "diagnosis alone."
            ),
        ),
        section(
            "Repair in and around Gothenburg",
            (
                "The workshop is a short walk from the tram. Customers from Mölndal and Partille are served "
                "at the same counter, and heavy machines can be fetched by arrangement."
            ),
        ),
    ),
    pros_cons=(),
    faq=(
        QuestionAnswer(
            question="How long does an espresso machine repair take?",
            answer=(
                "Most repairs are finished within a working week. Rare parts can take longer, and we say so "
                "in the quote."
            ),
        ),
    ),
    conclusion=("Bring the machine, read the quote, and drink your own espresso again.",),
    call_to_action="Book a drop-off time at the workshop.",
)
SERVICE_BRIEF = brief(
    "service",
    "service_single",
    SERVICE,
    "espresso machine repair",
    "espresso machine leaks",
    target_words=250,
)

SAMPLES: dict[str, tuple[ArticleDraft, ArticleBrief]] = {
    "how_to": (HOW_TO, HOW_TO_BRIEF),
    "comparison": (COMPARISON, COMPARISON_BRIEF),
    "post": (POST, POST_BRIEF),
    "hub": (HUB, HUB_BRIEF),
    "product": (PRODUCT, PRODUCT_BRIEF),
    "service": (SERVICE, SERVICE_BRIEF),
}
