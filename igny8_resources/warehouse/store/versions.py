"""Versions of articles: looked up, and proposals turned down."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from igny8_resources.warehouse.tables.writer import Content, ContentVersion


class UnknownVersion(LookupError):
    """The article has no version with this number."""

    def __init__(self, content: Content, number: int) -> None:
        super().__init__(f"“{content.title}” has no version {number}")


class NotAProposal(ValueError):
    """The version is not a proposal, so that there is nothing to accept or to reject."""

    def __init__(self, content: Content, version: ContentVersion) -> None:
        super().__init__(f"version {version.version} of “{content.title}” is no proposal: it is {version.status}")


class VersionConflict(Exception):
    """Somebody else changed the article since it was read; nothing was saved."""

    def __init__(self, content: Content, expected: int) -> None:
        super().__init__(
            f"“{content.title}” is at version {content.version} by now, and this change was made to version {expected}; "
            "read it again and put your change into the newer text"
        )
        self.current = content.version


def versions_of(session: Session, content_id: int) -> Sequence[ContentVersion]:
    """An article's versions, the newest first."""
    return session.scalars(
        select(ContentVersion).where(ContentVersion.content_id == content_id).order_by(ContentVersion.version.desc())
    ).all()


def version_of(session: Session, content: Content, number: int) -> ContentVersion:
    """One version of an article.

    Raises:
        UnknownVersion: there is none with this number.
    """
    version = session.scalar(
        select(ContentVersion).where(ContentVersion.content_id == content.id, ContentVersion.version == number)
    )
    if version is None:
        raise UnknownVersion(content, number)
    return version


def proposal_of(session: Session, content: Content, number: int) -> ContentVersion:
    """One version of an article that waits for a person's decision.

    Raises:
        UnknownVersion: there is none with this number.
        NotAProposal: it is not a proposal.
    """
    version = version_of(session, content, number)
    if version.status != "proposal":
        raise NotAProposal(content, version)
    return version
