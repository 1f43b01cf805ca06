"""A platform account connected with the code that a person came back with; the same for the API and the desk."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.access import Access
from api.listing import columns_of
from api.problems import Problem, not_found
from api.shapes.video_publishing import ConnectionItem
from igny8_resources.vault import open_vault
from igny8_resources.video_platforms import connecting
from igny8_resources.video_platforms.connections import save_connection
from igny8_resources.video_platforms.failures import PlatformError, Unavailable
from igny8_resources.warehouse.tables.connections import PlatformConnection
from igny8_resources.warehouse.tables.tenancy import Site


def finished_connection(access: Access, code: str, state: str) -> ConnectionItem:
    """Turn a code into a connection, for the person who began to connect and no other.

    Raises:
        Problem: 400, the state is not theirs or too old; 502, the platform refuses; 503, it does not answer.
    """
    settings, who = access.service.settings, access.principal
    vault = open_vault(settings)
    try:
        begun = connecting.read_state(vault, state, user_id=who.user_id, account_id=who.account_id)
        agreed = connecting.finish(settings, begun, code)
    except connecting.StateRefused as refused:
        raise Problem(400, sentence(refused), {"state": [str(refused)]}) from refused
    except Unavailable as trouble:
        raise Problem(503, sentence(f"{trouble}; try again")) from trouble
    except PlatformError as refused:
        raise Problem(502, sentence(refused)) from refused
    with access.write() as session:
        site = session.scalar(select(Site).where(Site.id == begun.site_id))
        if site is None:
            raise not_found("site")
        row = save_connection(
            session,
            vault,
            site,
            begun.platform,
            agreed.tokens,
            external_id=agreed.external_id,
            name=agreed.name,
            by=who.user_id,
        )
        return shown_connection(session, row.id)


def shown_connection(session: Session, connection_id: int) -> ConnectionItem:
    """A connection as the API shows it.

    Raises:
        Problem: 404, there is none.
    """
    row = session.execute(
        select(*columns_of(PlatformConnection, ConnectionItem)).where(PlatformConnection.id == connection_id)
    ).one_or_none()
    if row is None:
        raise not_found("connection")
    return ConnectionItem.model_validate(row)


def sentence(said: object) -> str:
    """A message as a sentence of its own."""
    text = str(said).rstrip(".")
    return f"{text[:1].upper()}{text[1:]}."
