"""The ``@id`` of every node that a page's graph may hold, so that nodes refer to each other before they exist."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from igny8_assets.schema.page_facts import PageFacts


@dataclass(frozen=True)
class PageIds:
    """Ids by role; the tuples run parallel to the page's own, ``judged`` maps a pros-and-cons subject to its node."""

    page: str
    website: str
    organization: str
    logo: str
    author: str
    article: str
    breadcrumb: str
    item_list: str
    product: str
    service: str
    images: tuple[str, ...]
    questions: tuple[str, ...]
    procedures: tuple[str, ...]
    videos: tuple[str, ...]
    judged: dict[str, str]

    @classmethod
    def of(cls, page: PageFacts) -> Self:
        """The ids of one page. An author's id depends on the name alone: it is the same on all pages of the site."""
        site = page.site.url.rstrip("/")
        name = page.author.name.strip() if page.author else ""
        subjects = dict.fromkeys(entry.subject for entry in page.pros_cons)
        return cls(
            page=page.url,
            website=f"{site}/#website",
            organization=f"{site}/#organization",
            logo=f"{site}/#logo",
            author=f"{site}/#/schema/person/{sha256(name.encode()).hexdigest()[:16]}",
            article=f"{page.url}#article",
            breadcrumb=f"{page.url}#breadcrumb",
            item_list=f"{page.url}#itemlist",
            product=f"{page.url}#product",
            service=f"{page.url}#service",
            images=tuple(
                f"{page.url}#primaryimage" if number == 1 else f"{page.url}#image-{number}"
                for number in range(1, len(page.images) + 1)
            ),
            questions=tuple(f"{page.url}#question-{number}" for number in range(1, len(page.faq) + 1)),
            procedures=tuple(f"{page.url}#howto-{number}" for number in range(1, len(page.procedures) + 1)),
            videos=tuple(f"{page.url}#video-{number}" for number in range(1, len(page.videos) + 1)),
            judged={subject: f"{page.url}#option-{number}" for number, subject in enumerate(subjects, start=1)},
        )
