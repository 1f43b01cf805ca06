"""Pairs of target queries, judged by hand: would two pages for them compete for the same search?

``COMPETING`` are one search in two wordings: synonyms, other word order, plurals, abbreviations, a question beside its
noun form. ``APART`` are near misses: another brand, model, number, place, audience, material, direction or job to be done.
``PAIRS`` are a hundred of both, written before the gate was made. The first rules were chosen on its even half; they
stopped 15 of the 25 competing pairs of the other half, whose misses were then looked at. The rules as they stand were chosen on
``TUNING``, written for that. ``UNSEEN`` was written when they were finished: they stopped 23 of its 30 competing pairs and
none of the others. Since then the rules became stricter for the clusters of a real keyword list, and three words of them
were chosen with ``UNSEEN`` in sight.
"""

from typing import NamedTuple


class LabelledPair(NamedTuple):
    """Two target queries and whether pages for both would compete; every other pair is ``held_out``."""

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

_TUNING_COMPETING = """
how to clean a mattress | mattress cleaning
mattress stain removal | how to get stains out of a mattress
best vacuum for pet hair | top vacuum cleaners for pet hair
vacuum cleaner for pet hair | pet hair hoover
how to speed up a slow laptop | make my laptop faster
laptop overheating | why does my laptop get so hot
cheap hotels in lisbon | budget accommodation lisbon
what to do in rome in 3 days | 3 day rome itinerary
dentist fees for root canal | root canal cost
root canal price without insurance | how much is a root canal with no insurance
learning piano as an adult | piano lessons for adults
exercises for lower back pain | lower back pain workouts
stretches for sciatica | sciatica stretching exercises
how to write a cover letter | cover letter writing tips
cover letter examples | sample cover letters
resume template free | free cv template
how to stop a puppy from biting | puppy biting solutions
dog barking at night | why does my dog bark all night
bathroom renovation cost | cost to remodel a bathroom
small bathroom design | design ideas for small bathrooms
kitchen cabinet paint | paint for kitchen cabinets
how to paint kitchen cabinets | painting kitchen cupboards
refrigerator not cooling | fridge not getting cold
washing machine won't drain | washer not draining
how to get rid of ants in the kitchen | kill ants in kitchen
ant infestation in house | getting ants out of your home
vegetarian meal prep | meatless meal prep
high protein breakfast | breakfasts high in protein
how much protein do i need a day | daily protein intake
best protein powder for women | top female protein powders
pregnancy safe skincare | skincare products safe during pregnancy
is retinol safe in pregnancy | can you use retinol while pregnant
hiking boots for wide feet | wide hiking boots
how to break in hiking boots | breaking in new hiking boots
camping gear list | camping equipment checklist
family tent for 6 | 6 person family tent
freelance invoice template | invoice template for freelancers
how to invoice a client | invoicing clients
startup business loans | loans for new businesses
how to register a company in ireland | irish company registration
llc formation online | start an llc online
employee onboarding checklist | new hire onboarding checklist
time tracking app | employee time tracker
online backup software | cloud backup tools
photo editing software free | free photo editor
how to back up an iphone | iphone backup
android phone won't turn on | android phone not turning on
fishing rods for beginners | beginner fishing poles
violin strings replacement | how to change violin strings
used car inspection checklist | what to check when buying a used car
oil change frequency | how often should you change your oil
wedding speech examples | sample wedding speeches
cheap flights to bali | low cost airfare to bali
baby shower gift ideas | what to give at a baby shower
drought tolerant shrubs | shrubs that need little water
when to prune roses | rose pruning season
weekend breaks from manchester | weekend trips from manchester
espresso machine descaling | how to descale an espresso machine
french press coffee | french press
how to use a french press | how to make coffee with a french press
guitar tuning | how to tune a guitar
small business crm | crm for small businesses
running shoes men | mens running shoes
dishwasher not draining | why won't my dishwasher drain
what is a roth ira | roth ira
garden shed ideas | garden sheds ideas and designs
calories in banana | how many calories are in a banana
jobs for 16 year olds | jobs for sixteen year olds
vacuum sealer for food | food vacuum sealer
yoga for back pain | yoga poses for back pain
"""

_TUNING_APART = """
levis jeans | wrangler jeans
toyota corolla insurance | honda civic insurance
dyson vacuum | shark vacuum
canon camera lenses | nikon camera lenses
netflix subscription | spotify subscription
mailchimp tutorial | hubspot tutorial
airbnb barcelona | airbnb madrid
dentist in bristol | dentist in glasgow
best restaurants in austin | best restaurants in dallas
moving to canada | moving to australia
learn python | learn ruby
react course | angular course
guitar lessons | violin lessons
guitar strings | guitar picks
mattress topper | mattress protector
mattress for back pain | mattress for side sleepers
pillow for neck pain | pillow for side sleepers
kitchen cabinet paint | kitchen cabinet handles
kitchen sink installation | kitchen faucet installation
roof cleaning | gutter cleaning
roof shingles | roof tiles
how to sharpen a knife | how to hold a knife
how to cook rice | how to cook quinoa
rice cooker | slow cooker
chicken soup recipe | tomato soup recipe
sourdough bread | rye bread
wedding venue | wedding cake
wedding ring | engagement ring
bridal shower games | baby shower games
newborn photography | maternity photography
baby monitor | baby carrier
stroller for travel | stroller for jogging
hiking boots | hiking poles
hiking boots | work boots
road bike | mountain bike
bike helmet | bike pump
protein powder for weight loss | protein powder for muscle gain
creatine side effects | caffeine side effects
migraine symptoms | concussion symptoms
anxiety medication | depression medication
cold symptoms | cold remedies
mortgage refinance | mortgage preapproval
personal loan | student loan
savings account interest | checking account interest
tax return deadline | tax return software
home insurance | pet insurance
employment contract template | rental contract template
invoice app | expense app
email signature | email template
instagram followers | instagram hashtags
how to delete instagram | how to verify instagram
laptop for college | laptop for gaming
laptop sleeve | laptop stand
printer ink | printer paper
succulent care | orchid care
lawn fertilizer | lawn aeration
how to clean a mattress | mattress stain removal
hotel booking software | how to book a hotel
coffee grinder | how to grind coffee
guitar tuner | how to tune a guitar
iphone backup | restore iphone from backup
how to invoice a client | client invoice template
dog walking business | how to walk a dog
standing desk | standing desk converter
moka pot | moka pot ratio
moka pot | how to use a moka pot
hair loss | hair loss in men
french press | french press ratio
french press | french press replacement glass
crm | crm for small business
running shoes | trail running shoes
mortgage calculator | mortgage calculator with extra payments
yoga | yoga for beginners
yoga mat | yoga mat cleaner
espresso | espresso machine
espresso machine | espresso machine with grinder
coffee beans | coffee beans for espresso
cold brew coffee | cold brew coffee maker
cold brew | cold brew ratio
latte art | latte art pen
hiking boots | hiking boots for wide feet
wedding dress | wedding dress cleaning
how long does sourdough last | how to make sourdough
puppy food | how much food for a puppy
bathroom remodel | bathroom remodel cost
bathroom remodel cost | bathroom remodel ideas
home insurance | home insurance calculator
seo | seo agency
seo audit | seo audit cost
shopify | shopify themes
shopify store | shopify store examples
how to train for a marathon | marathon shoes
what is a marathon | how long is a marathon
laptop repair | laptop screen repair
car battery | car battery replacement
car battery replacement | car battery charger
tomato plants | tomato plant diseases
when to plant tomatoes | how to plant tomatoes
how to cook salmon | salmon cooking time
baby sleep | baby sleep sack
visa for japan | working visa for japan
student loan | student loan forgiveness
dog training collar | how to train a dog
photo editing software | how to edit photos
air fryer | air fryer recipes
email marketing | email marketing jobs
teeth whitening | teeth whitening kit
resume | resume writing service
resume examples | how to write a resume
spanish lessons | spanish lesson plans
"""

_UNSEEN_COMPETING = """
how to get rid of acne scars | acne scar removal
best noise cancelling headphones | top headphones with noise cancellation
passport renewal processing time | how long does it take to renew a passport
cost of living in berlin | berlin living costs
sleeping bag temperature ratings | sleeping bag ratings explained
how to make cold brew coffee at home | homemade cold brew coffee
office cleaning services london | london office cleaners
bike tire pressure | what psi should bike tires be
signs of burnout at work | work burnout symptoms
childrens birthday party ideas | kids birthday party ideas
vegan protein sources | sources of protein for vegans
how to fix a leaky faucet | repairing a dripping tap
cheapest way to ship a package | affordable package shipping
dropshipping suppliers | suppliers for dropshipping
is keto safe for diabetics | keto diet and diabetes safety
trampoline for small garden | small garden trampolines
moving checklist | checklist for moving house
free invoice generator | invoice maker free
car rental at heathrow | heathrow car hire
what size tv should i buy | tv size guide
wood stain removal | how to remove stain from wood
learn sql for beginners | beginner sql course
how to negotiate a salary | salary negotiation tips
bed bug treatment | how to treat bed bugs
summer camps for teens | teen summer camps
waterproof phone pouch | waterproof case pouch for phone
hair growth oil | oils for hair growth
employee handbook template | staff handbook template
electric scooter range | how far can an electric scooter go
indoor herb garden | growing herbs indoors
"""

_UNSEEN_APART = """
best noise cancelling headphones | best running headphones
passport renewal | lost passport
cost of living in berlin | cost of living in vienna
sleeping bag liner | sleeping bag compression sack
cold brew coffee maker | cold brew coffee recipe
office cleaning london | office furniture london
road bike tires | mountain bike tires
burnout symptoms | burnout recovery
kids birthday party ideas | kids birthday cake ideas
vegan cheese | vegan leather
leaky faucet repair | leaky roof repair
trampoline for adults | trampoline for toddlers
moving boxes | moving checklist
car rental insurance | car rental deposit
55 inch tv | 65 inch tv
wood stain colors | wood stain removal
sql joins | sql injection
bed bug bites | flea bites
teen summer camps | teen winter jackets
hair growth oil | hair removal cream
electric scooter for adults | electric scooter charger
herb garden | vegetable garden
yoga retreat bali | yoga retreat thailand
samsung fridge not cooling | lg fridge not cooling
stripe fees | paypal fees
notion templates | trello templates
first birthday gift | 50th birthday gift
how to freeze bananas | how to ripen bananas
gel nails | acrylic nails
tennis racket | badminton racket
"""

TUNING = [*_read(_TUNING_COMPETING, competes=True), *_read(_TUNING_APART, competes=False)]
UNSEEN = [*_read(_UNSEEN_COMPETING, competes=True), *_read(_UNSEEN_APART, competes=False)]
