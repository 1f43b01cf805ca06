"""One name for one market, however a tool spells it."""

from functools import lru_cache

# ISO 3166-1: the two letters, and the English name under which tools write the country.
_COUNTRIES = """
    af Afghanistan; ax Åland Islands; al Albania; dz Algeria; as American Samoa; ad Andorra; ao Angola; ai Anguilla;
    aq Antarctica; ag Antigua and Barbuda; ar Argentina; am Armenia; aw Aruba; au Australia; at Austria; az
    Azerbaijan; bs Bahamas; bh Bahrain; bd Bangladesh; bb Barbados; by Belarus; be Belgium; bz Belize; bj Benin; bm
    Bermuda; bt Bhutan; bo Bolivia; ba Bosnia and Herzegovina; bw Botswana; br Brazil; vg British Virgin Islands; bn
    Brunei; bg Bulgaria; bf Burkina Faso; bi Burundi; kh Cambodia; cm Cameroon; ca Canada; cv Cape Verde; ky Cayman
    Islands; cf Central African Republic; td Chad; cl Chile; cn China; co Colombia; km Comoros; cg Congo; cd DR
    Congo; ck Cook Islands; cr Costa Rica; ci Côte d'Ivoire; hr Croatia; cu Cuba; cy Cyprus; cz Czechia; dk Denmark;
    dj Djibouti; dm Dominica; do Dominican Republic; ec Ecuador; eg Egypt; sv El Salvador; gq Equatorial Guinea; er
    Eritrea; ee Estonia; sz Eswatini; et Ethiopia; fo Faroe Islands; fj Fiji; fi Finland; fr France; gf French
    Guiana; pf French Polynesia; ga Gabon; gm Gambia; ge Georgia; de Germany; gh Ghana; gi Gibraltar; gr Greece; gl
    Greenland; gd Grenada; gp Guadeloupe; gu Guam; gt Guatemala; gg Guernsey; gn Guinea; gw Guinea-Bissau; gy
    Guyana; ht Haiti; hn Honduras; hk Hong Kong; hu Hungary; is Iceland; in India; id Indonesia; ir Iran; iq Iraq;
    ie Ireland; im Isle of Man; il Israel; it Italy; jm Jamaica; jp Japan; je Jersey; jo Jordan; kz Kazakhstan; ke
    Kenya; ki Kiribati; kw Kuwait; kg Kyrgyzstan; la Laos; lv Latvia; lb Lebanon; ls Lesotho; lr Liberia; ly Libya;
    li Liechtenstein; lt Lithuania; lu Luxembourg; mo Macao; mg Madagascar; mw Malawi; my Malaysia; mv Maldives; ml
    Mali; mt Malta; mq Martinique; mr Mauritania; mu Mauritius; yt Mayotte; mx Mexico; fm Micronesia; md Moldova; mc
    Monaco; mn Mongolia; me Montenegro; ms Montserrat; ma Morocco; mz Mozambique; mm Myanmar; na Namibia; nr Nauru;
    np Nepal; nl Netherlands; nc New Caledonia; nz New Zealand; ni Nicaragua; ne Niger; ng Nigeria; kp North Korea;
    mk North Macedonia; no Norway; om Oman; pk Pakistan; pw Palau; ps Palestine; pa Panama; pg Papua New Guinea; py
    Paraguay; pe Peru; ph Philippines; pl Poland; pt Portugal; pr Puerto Rico; qa Qatar; re Réunion; ro Romania; ru
    Russia; rw Rwanda; kn Saint Kitts and Nevis; lc Saint Lucia; vc Saint Vincent and the Grenadines; ws Samoa; sm
    San Marino; st São Tomé and Príncipe; sa Saudi Arabia; sn Senegal; rs Serbia; sc Seychelles; sl Sierra Leone; sg
    Singapore; sk Slovakia; si Slovenia; sb Solomon Islands; so Somalia; za South Africa; kr South Korea; ss South
    Sudan; es Spain; lk Sri Lanka; sd Sudan; sr Suriname; se Sweden; ch Switzerland; sy Syria; tw Taiwan; tj
    Tajikistan; tz Tanzania; th Thailand; tl Timor-Leste; tg Togo; to Tonga; tt Trinidad and Tobago; tn Tunisia; tr
    Turkey; tm Turkmenistan; tc Turks and Caicos Islands; vi U.S. Virgin Islands; ug Uganda; ua Ukraine; ae United
    Arab Emirates; gb United Kingdom; us United States; uy Uruguay; uz Uzbekistan; vu Vanuatu; va Vatican City; ve
    Venezuela; vn Vietnam; ye Yemen; zm Zambia; zw Zimbabwe
"""
_BY_NAME = {
    name.casefold(): code
    for code, _, name in (entry.partition(" ") for entry in " ".join(_COUNTRIES.split()).split("; "))
}
# Other spellings that exports use.
_ALSO = {
    "uk": "gb",
    "great britain": "gb",
    "united states of america": "us",
    "usa": "us",
    "czech republic": "cz",
    "türkiye": "tr",
    "turkiye": "tr",
    "korea": "kr",
    "republic of korea": "kr",
    "russian federation": "ru",
    "the netherlands": "nl",
    "viet nam": "vn",
    "ivory coast": "ci",
    "macau": "mo",
    "uae": "ae",
}


@lru_cache(maxsize=4096)
def market_code(text: str) -> str:
    """A market as two letters in lower case where it is a country, else the text as it stands; empty for none.

    *US*, *us* and *United States* are one market, and so are Semrush's *uk* and the *gb* of everyone else.
    """
    plain = " ".join(text.split())
    folded = plain.casefold()
    known = _ALSO.get(folded) or _BY_NAME.get(folded)
    return known or (folded if len(folded) <= 3 else plain)
