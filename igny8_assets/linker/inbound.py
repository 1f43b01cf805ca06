"""Links to a new page from pages that already exist, so that nothing goes live as an orphan."""

from igny8_assets.linker.anchors import Names, anchor_key, anchor_phrases
from igny8_assets.linker.candidates import LinkCandidate, LinkRules, SitePage
from igny8_assets.linker.html_blocks import read_page
from igny8_assets.linker.injection import INBOUND, InternalLinkFact, add_links, own_list
from igny8_resources.contracts.values import Value

_FURTHER = 3  # links beyond the article's own that the list at the end takes on behalf of new pages


class InboundPatch(Value):
    """One link to add to an existing page: the page, its HTML with the link, and the link.

    ``remove_links(html, [link])`` gives back the HTML from before, byte for byte.
    """

    path: str
    html: str
    link: InternalLinkFact


def inbound_patch(
    html: str,
    page: SitePage,
    new_page: SitePage,
    rules: LinkRules | None = None,
    *,
    heading: str = "Related reading",
    site_url: str = "",
) -> InboundPatch | None:
    """Propose one link from an existing page to a new one: in the text if its words are there, else in the end list.

    None when the page links there already, is the new page itself, or its list at the end is full.
    """
    limits = rules or LinkRules()
    if page.path == new_page.path or _listed(html) >= most_listed(limits):
        return None
    own = anchor_key(page.primary_keyword)
    phrases = anchor_phrases(new_page.primary_keyword, new_page.title, new_page.secondary_keywords)
    anchors = tuple(phrase for phrase in phrases if anchor_key(phrase) != own)
    names = (page.primary_keyword, *page.secondary_keywords, new_page.primary_keyword, *new_page.secondary_keywords)
    candidate = LinkCandidate(
        target=new_page.path,
        title=new_page.title,
        anchors=anchors,
        not_within=Names(names).longer(anchors),
        score=1.0,
        similarity=1.0,
        relation="other",
        live=new_page.live,
    )
    result = add_links(html, [candidate], limits, site_url=site_url, heading=heading, prefix=INBOUND)
    return InboundPatch(path=page.path, html=result.html, link=result.links[0]) if result.links else None


def most_listed(rules: LinkRules) -> int:
    """How many links the list at the end of a page may hold, its own and those for newer pages."""
    return rules.most_related + _FURTHER


def _listed(html: str) -> int:
    """How many links the list at the end holds."""
    page = read_page(html)
    nav = own_list(page)
    return sum(nav.holds(link) for link in page.links) if nav else 0
