"""A site's articles as linking needs them, kept between one article and the next.

Each new article is weighed against all of its site; what did not change since is neither asked for nor read again.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from igny8_assets.linker.candidates import LinkingArticle, SectionText, SitePage, sections_of
from igny8_assets.sites.addresses import article_path
from igny8_resources.contracts.writer import ArticleDraft
from igny8_resources.warehouse.tables.writer import Content

_READ_AT_ONCE = 200
_MOST_KEPT = 4096  # articles, some 30 kB each with their text


class ArticleFacts(NamedTuple):
    """An article without its text."""

    id: int
    slug: str
    title: str
    primary_keyword: str
    secondary_keywords: list[str]
    cluster_id: int
    content_type: str
    status: str
    has_text: bool


class _State(NamedTuple):
    """What tells whether an article is still as it was, and in the same warehouse; moments in UTC."""

    created_at: datetime
    updated_at: datetime
    version: int
    status: str


@dataclass
class _Kept:
    state: _State
    facts: ArticleFacts
    page: SitePage
    text: LinkingArticle | None = None


_kept: dict[int, _Kept] = {}


class SiteArticles:
    """All articles of a site but one, as they are in this transaction."""

    def __init__(self, session: Session, site_id: int, without: int) -> None:
        """Lock the site's articles, ``without`` among them, and read what changed of the others.

        All of them are locked, in one order: two articles linked at the same time must not wait for each other.
        """
        self._session = session
        rows = session.execute(
            select(Content.id, *(getattr(Content, name) for name in _State._fields))
            .where(Content.site_id == site_id)
            .order_by(Content.id)
            .with_for_update(key_share=True)
        )
        states = {row.id: _State(*row[1:]) for row in rows if row.id != without}
        found = {id_: known for id_, state in states.items() if (known := _kept.get(id_)) and known.state == state}
        changed = [id_ for id_ in states if id_ not in found]
        for facts in _facts(session, changed):
            found[facts.id] = _Kept(states[facts.id], facts, page_of(facts))
        self._articles = {id_: found[id_] for id_ in states}
        _keep(self._articles)

    def __iter__(self) -> Iterator[ArticleFacts]:
        return (each.facts for each in self._articles.values())

    @property
    def pages(self) -> dict[int, SitePage]:
        """The articles as pages to link to, by id."""
        return {id_: each.page for id_, each in self._articles.items()}

    def read(self, articles: Sequence[ArticleFacts]) -> list[LinkingArticle]:
        """The texts of articles, in their order."""
        unread = [each.id for each in articles if self._articles[each.id].text is None]
        for ids in _by(_READ_AT_ONCE, unread):
            for id_, draft in self._session.execute(select(Content.id, Content.draft).where(Content.id.in_(ids))):
                known = self._articles[id_]
                known.text = linking_article(known.facts, draft)
        return [text for each in articles if (text := self._articles[each.id].text)]


def _facts(session: Session, ids: Sequence[int]) -> Iterable[ArticleFacts]:
    columns = [getattr(Content, name) for name in ArticleFacts._fields[:-1]]
    for some in _by(_READ_AT_ONCE, ids):
        wanted = select(*columns, (Content.html != "").label("has_text")).where(Content.id.in_(some))
        for row in session.execute(wanted):
            yield ArticleFacts(*row)


def _by(size: int, ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))


def _keep(articles: dict[int, _Kept]) -> None:
    if len(_kept.keys() | articles.keys()) > _MOST_KEPT:
        # Those of other sites go; of a site with more articles than this, the first ones stay known.
        for id_ in list(_kept):
            if id_ not in articles:
                _kept.pop(id_, None)
    for id_, known in articles.items():
        if id_ in _kept or len(_kept) < _MOST_KEPT:
            _kept[id_] = known


def page_of(article: Content | ArticleFacts) -> SitePage:
    """An article as a page to link to."""
    return SitePage(
        path=article_path(article.slug),
        title=article.title,
        primary_keyword=article.primary_keyword,
        secondary_keywords=tuple(article.secondary_keywords),
        cluster_id=article.cluster_id,
        is_hub=article.content_type == "cluster_hub",
        live=article.status == "published",
    )


def linking_article(article: Content | ArticleFacts, draft: dict[str, Any]) -> LinkingArticle:
    """An article with its text, as it links out."""
    return LinkingArticle(
        path=article_path(article.slug),
        title=article.title,
        keywords=(article.primary_keyword, *article.secondary_keywords),
        cluster_id=article.cluster_id,
        is_hub=article.content_type == "cluster_hub",
        sections=_sections(json.dumps(draft, ensure_ascii=False)),
    )


# A link from another article changes that row and not its text.
@lru_cache(maxsize=256)
def _sections(draft: str) -> tuple[SectionText, ...]:
    return sections_of(ArticleDraft.model_validate_json(draft))
