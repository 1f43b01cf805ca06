"""A hundred pairs of target queries, judged by hand: would two pages for them compete for the same search?

Written before the gate was tuned. ``COMPETING`` are one search in two wordings: synonyms, other word order, plurals,
abbreviations, a question beside its noun form. ``APART`` are near misses: another brand, model, number, place, audience,
material, direction or job to be done. Thresholds are chosen on the even pairs alone; the odd ones are held out.
"""

from typing import NamedTuple


class LabelledPair(NamedTuple):
    """Two target queries and whether pages for both would compete; ``held_out`` pairs are never tuned on."""

    one: str
    other: str
    competes: bool
    held_out: bool


COMPETING = """
how to remove coffee stains from carpet | getting coffee stains out of carpet
best running shoes for flat feet | top running shoes flat feet
sofa cleaning tips | couch cleaning tips
cheap car insurance for students | affordable student car insurance
what is compound interest | compound interest meaning
how long does it take to learn guitar | time needed to learn guitar
nyc apartment rent prices | new york city apartment rental prices
why is my dog not eating | dog won't eat
lawn mower repair near me | local lawnmower repair
iphone battery draining fast | why is my iphone battery dying so quickly
symptoms of vitamin d deficiency | vitamin d deficiency symptoms
signs of b12 deficiency | low b12 symptoms
coffee grinder for espresso | espresso grinder
wordpress vs squarespace | squarespace versus wordpress
how to tie a tie | tying a necktie
best laptop for video editing | good laptops for editing videos
seo audit checklist | search engine optimization audit checklist
how to lose belly fat | get rid of belly fat
weekend getaways from london | weekend breaks from london
sourdough starter recipe | how to make sourdough starter
mortgage calculator uk | uk home loan calculator
email marketing software | email marketing tools
wedding photographer prices | how much does a wedding photographer cost
standing desk height | how high should a standing desk be
indoor plants safe for cats | cat friendly houseplants
remote jobs for beginners | entry level remote jobs
how to unclog a drain | clearing a blocked drain
car accident lawyer | attorney for car accident
project management certification | project management certificates
kids bike size chart | children's bicycle sizes
air fryer chicken wings | chicken wings in air fryer
difference between llc and s corp | llc vs s corp
home gym equipment | gym equipment for home
how many calories in an avocado | avocado calories
hotel booking software | hotel reservation system
wireless earbuds under 50 | earbuds wireless under $50
movers in chicago | chicago moving companies
tattoo aftercare | how to care for a new tattoo
newborn sleep schedule | sleep routine for newborn baby
tv wall mounting | how to mount a television on the wall
teeth whitening at home | how to whiten teeth at home
electric car charging cost | how much does it cost to charge an ev
best time to visit japan | when to go to japan
crm for small business | small business customer relationship management software
puppy potty training | how to house train a puppy
roof leak repair cost | price to fix a leaking roof
gluten free pancakes | pancakes without gluten
what to wear to a job interview | job interview outfit
tomato plant spacing | how far apart to plant tomatoes
solar panel installers near me | solar installation companies near me
"""

APART = """
best moka pot | how to use a moka pot
v60 brewing guide | chemex brewing guide
iphone 15 case | iphone 14 case
best dry food for cats | best dry food for dogs
plumber in leeds | plumber in york
banana bread without oven | banana bread with oven
how to open a bank account | how to close a bank account
how to clean suede shoes | how to clean leather shoes
java tutorial for beginners | javascript tutorial for beginners
nike running shoes | adidas running shoes
weight loss diet plan | weight gain diet plan
2 bedroom house plans | 3 bedroom house plans
quickbooks review | xero review
winter tyres | summer tyres
how to grow tomatoes | how to grow cucumbers
hair loss in men | hair loss in women
petite wedding dresses | plus size wedding dresses
thailand visa requirements | vietnam visa requirements
how to start a podcast | how to edit a podcast
podcast hosting | podcast editing software
term life insurance | whole life insurance
dog training | dog grooming
macbook air review | macbook pro review
mirrorless camera for travel | dslr camera for travel
how to hang wallpaper | how to remove wallpaper
espresso machine cleaning | espresso machine repair
gas grill | charcoal grill
vegan lasagna recipe | vegetarian lasagna recipe
knee pain when running | knee pain when sitting
iphone screen repair cost | iphone battery replacement cost
learn spanish online | learn french online
hotels in paris | things to do in paris
cheap flights to rome | cheap flights from rome
excel to pdf | pdf to excel
bitcoin price prediction | ethereum price prediction
front squat form | back squat form
hardwood floor installation | hardwood floor refinishing
infant car seat | toddler car seat
divorce lawyer | immigration lawyer
google ads cost | facebook ads cost
red wine with steak | white wine with steak
standing desk | standing desk mat
windows 11 system requirements | windows 10 system requirements
low carb breakfast | low carb dinner
ps5 controller | xbox controller
credit card with no annual fee | credit card with no foreign transaction fee
how to lower blood pressure | how to raise blood pressure
12 week marathon training plan | 20 week marathon training plan
full time nanny | part time nanny
wood fence cost | vinyl fence cost
"""


def _read(table: str, *, competes: bool) -> list[LabelledPair]:
    lines = [line.partition(" | ") for line in table.strip().splitlines()]
    return [LabelledPair(one, other, competes, place % 2 == 1) for place, (one, _, other) in enumerate(lines)]


PAIRS = [*_read(COMPETING, competes=True), *_read(APART, competes=False)]
