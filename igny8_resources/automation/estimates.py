"""What an action will cost, before it is asked for: the price list times what is known of the work.

An estimate, not a promise: how long an article gets and how many pictures it takes is known when it is written. Each
operation is priced at the provider that last did it for the site, and at the list price before there was one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from igny8_resources.credits import exact, price_of
from igny8_resources.warehouse.store.sites import automation_of, module_enabled
from igny8_resources.warehouse.tables.ledgers import CreditUsage
from igny8_resources.warehouse.tables.tenancy import Site

USUAL_WORDS = 1200
# Spoken minutes and pictures of a video, by its type.
MINUTES = {"short": Decimal(1), "medium": Decimal(2), "long": Decimal(7)}
SCENES = {"short": 5, "medium": 10, "long": 20}


@dataclass
class Estimator:
    """Prices of one site, each looked up once."""

    session: Session
    site: Site
    _prices: dict[str, Decimal] = field(default_factory=dict)

    def planned_articles(self, number: int) -> Decimal:
        """Articles that are planned and written."""
        return exact(number * self._price("ideas") + self.articles([USUAL_WORDS] * number))

    def articles(self, words: Iterable[int]) -> Decimal:
        """Articles of these lengths, with pictures, links and structured data."""
        images = 1 + automation_of(self.session, self.site.id).in_article_images
        each = self._price("image_prompts") + images * self._price("image")
        for module, operation in (("linker", "linking"), ("schema", "schema")):
            if module_enabled(self.session, self.site.id, module):
                each += self._price(operation)
        return exact(sum((Decimal(count) / 100 * self._price("content") + each for count in words), Decimal(0)))

    def social_posts(self, articles: int, platforms: int) -> Decimal:
        """Posts for so many platforms from each article, with a picture each."""
        return exact(articles * platforms * (self._price("social_post") + self._price("social_image")))

    def videos(self, number: int, video_type: str) -> Decimal:
        """Videos from script to file."""
        spoken = MINUTES[video_type] * self._price("voiceover")
        shown = SCENES[video_type] * self._price("scene_image") + self._price("video_composition")
        written = self._price("video_script") + self._price("video_seo")
        return exact(number * (written + spoken + shown))

    def _price(self, operation: str) -> Decimal:
        if operation not in self._prices:
            last = (
                select(CreditUsage.provider)
                .where(
                    CreditUsage.account_id == self.site.account_id,
                    CreditUsage.site_id == self.site.id,
                    CreditUsage.operation == operation,
                )
                .order_by(CreditUsage.id.desc())
            )
            provider = self.session.scalar(last.limit(1)) or "*"
            self._prices[operation] = price_of(self.session, operation, provider)[0]
        return self._prices[operation]
