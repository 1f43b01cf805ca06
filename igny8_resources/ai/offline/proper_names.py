"""Words that English writes with capitals although people search for them in lower case.

A closed list of names, nationalities and acronyms that are common in keyword files. A name that is missing here is
simply written as it was searched.
"""

from igny8_resources.ai.offline.word_lists import words_of

SPELLED_ACRONYMS = words_of(
    "llc vat irs hmrc usb pid gps seo crm hr uk us usa eu diy faq cpa ceo cfo led lcd pc tv ac dc rpm bpa api "
    "sql pdf  html css saas roi kpi sme smb lpg iot ssd hdd cpu gpu hdmi nfc rfid atm pos erp php ui ux b2b "
    "b2c gdpr tds ph  mtd paye cis abn gst ein ira bmi hiit suv ev rv bbq"
)
_PLAIN_NAMES = words_of(
    # Coffee and kitchen
    "Chemex Hario Kalita Bialetti Breville Nespresso Keurig Baratza Gaggia Jura Lavazza Illy Starbucks Bodum "
    "Fellow  Timemore Comandante Rancilio Philips Krups Melitta Moccamaster Technivorm Bosch Siemens Smeg Sage "
    "Ninja KitchenAid  Cuisinart Vitamix Tefal Arabica Robusta Ethiopia Kenya Colombia Brazil Sumatra "
    "Yirgacheffe Nescafe Flair Rok "
    # Sport and outdoors
    "Nike Adidas Hoka Brooks Asics Saucony Mizuno Altra Salomon Garmin Fitbit Strava Polar Suunto Patagonia "
    "Puma Reebok  Pegasus Gore-Tex Vibram Merrell Topo Clifton Endorphin "
    # Business software and services
    "Xero Sage Wave Stripe Paypal Shopify Amazon Etsy Ebay Google Microsoft Excel Gusto Square Zoho Bench "
    "Adobe Apple  Android Windows Linux Canva Slack Notion Trello Asana Wordpress Mailchimp Hubspot Salesforce "
    "Facebook Instagram "
    # Places, peoples, languages
    "French Italian Turkish Vietnamese Japanese Spanish German British American Australian Canadian Swedish "
    "Danish  Chinese Indian Mexican Greek Cuban Irish Swiss Dutch Korean Thai English Scottish Belgian "
    "European Italy France  Germany Spain Japan China India Mexico Canada Australia England Scotland Ireland "
    "Wales London Paris Berlin Texas  California Florida Chicago Boston Seattle Portland Austin Denver Toronto "
    "Sydney Melbourne Dublin Manchester "
    # Calendar
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February April June July August "
    "September October  November December Christmas Easter"
)
_SHAPED_NAMES = {
    "aeropress": "AeroPress",
    "delonghi": "DeLonghi",
    "quickbooks": "QuickBooks",
    "freshbooks": "FreshBooks",
    "freeagent": "FreeAgent",
    "paypal": "PayPal",
    "ebay": "eBay",
    "iphone": "iPhone",
    "ipad": "iPad",
    "macbook": "MacBook",
    "wordpress": "WordPress",
    "hubspot": "HubSpot",
    "youtube": "YouTube",
    "tiktok": "TikTok",
    "linkedin": "LinkedIn",
    "php": "PHP",
    "ph": "pH",
    "saas": "SaaS",
    "iot": "IoT",
    "b2b": "B2B",
    "b2c": "B2C",
}
_ORDINARY_TOO = words_of("us ac dc ev square wave bench fellow flair sage slack apple polar may march topo")

NAMES: dict[str, str] = (
    {name.lower(): name for name in sorted(_PLAIN_NAMES) if name.lower() not in _ORDINARY_TOO}
    | {word: word.upper() for word in SPELLED_ACRONYMS if word not in _ORDINARY_TOO}
    | _SHAPED_NAMES
)
"""How each known word is written, by its lower-case form. Names that are also ordinary words are left out."""

COUNTABLE_NAMES = words_of("llc cpa ira suv pc tv pdf chemex aeropress v60 moccamaster iphone ipad macbook")
"""Names that take an article like common nouns do: a Chemex."""
