"""Everything that an endpoint can name, in one account: what ``make_tenant`` has, and a row of all the rest."""

from datetime import timedelta

from api_drafts import add_drafts
from api_tenants import PASSWORD, PASSWORD_HASH, Tenant
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from igny8_resources import api_keys, invitations, password_resets, sign_ins
from igny8_resources.events import append_event
from igny8_resources.settings import Settings
from igny8_resources.vault import open_vault
from igny8_resources.warehouse.engine import Warehouse
from igny8_resources.warehouse.store.sites import site_by_key
from igny8_resources.warehouse.tables.access import SignIn
from igny8_resources.warehouse.tables.automation import AutomationExecution, AutomationRule
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.warehouse.tables.ledgers import CreditTransaction, Request, RequestItem
from igny8_resources.warehouse.tables.models import PromptVersion, Strategy
from igny8_resources.warehouse.tables.opportunities import Opportunity
from igny8_resources.warehouse.tables.planner import Cluster, ClusterKeyword, ContentIdea, Keyword, KeywordImport
from igny8_resources.warehouse.tables.taxonomies import TaxonomyTerm
from igny8_resources.warehouse.tables.tenancy import AuthorProfile, Sector, Site, SiteModule, User
from igny8_resources.warehouse.tables.webhooks import WebhookDelivery, WebhookSubscription
from igny8_resources.warehouse.tables.writer import Task
from igny8_resources.webhooks.signing import SigningSecrets, new_secret, sealed

# What an address or a body names of an account: ids, keys of sites and files, secrets that were handed out.
Rows = dict[str, int | str]
RULE = {"trigger": "schedule", "schedule": "0 9 * * 1", "actions": [{"action": "plan_articles", "articles": 1}]}
# People beside those of ``make_tenant``; nobody granted the ungranted ones a site.
MORE_PEOPLE = {
    "admin": "admin",
    "system_bot": "system_bot",
    "ungranted viewer": "viewer",
    "ungranted editor": "editor",
}
# API keys by what they are called: whose they are, and their scopes.
KEYS: dict[str, tuple[str, tuple[api_keys.Scope, ...]]] = {
    "read key": ("owner", ("read",)),
    "write key": ("owner", ("write",)),
    "billing key": ("owner", ("billing",)),
    "admin key": ("owner", ("admin",)),
    "viewer's key of all scopes": ("viewer", api_keys.SCOPES),
    "developer's billing key": ("developer", ("billing",)),
}


def add_everything(warehouse: Warehouse, settings: Settings, tenant: Tenant) -> Rows:
    """Fill an account and say by which ids and names its rows are called."""
    add_drafts(warehouse, tenant)
    with warehouse.write() as session:
        site = site_by_key(session, tenant.site_key)
        session.add(SiteModule(account_id=site.account_id, site_id=site.id, module="linker", enabled=True))
        made = _people_and_ways_in(session, tenant, site)
        made |= _planner_rows(session, site) | _thinker_rows(session, site) | _work(session, site)
        made |= _rule(session, site) | _webhook(session, settings, site, tenant)
    for name, content in (("sites", tenant.site_key), ("drafts", f"draft-{tenant.slug}")):
        page = settings.home_path / name / content / "index.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text("<p>a page</p>", encoding="utf-8")
    return {**tenant.ids, **made, "site": tenant.site_key, "media": tenant.media_key, "draft": f"draft-{tenant.slug}"}


def _add(session: Session, row: object) -> int:
    session.add(row)
    session.flush()
    return row.id  # type: ignore[attr-defined]


def _people_and_ways_in(session: Session, tenant: Tenant, site: Site) -> Rows:
    """People of all roles, a second device of the owner, keys, and what letters carry."""
    owned = {"account_id": tenant.account_id}
    for name, role in MORE_PEOPLE.items():
        email = f"{name.replace(' ', '-')}@{tenant.slug}.example"
        user_id = _add(session, User(**owned, email=email, role=role, password_hash=PASSWORD_HASH))
        tenant.users[name], tenant.sign_ins[name] = user_id, _add(session, SignIn(**owned, user_id=user_id))
    owner = session.get_one(User, tenant.users["owner"])
    lifetime = timedelta(days=1)
    opened = sign_ins.start(session, owner.id, lifetime=lifetime)
    assert opened is not None
    invited = invitations.invite(
        session,
        tenant.account_id,
        f"noor@{tenant.slug}.example",
        role="viewer",
        sites=[site],
        own_id=owner.id,
        own_role="owner",
        by="tests",
    )
    for name, (maker, scopes) in KEYS.items():
        made = api_keys.create_key(
            session, **owned, user_id=tenant.users[maker], name=name, scopes=scopes, expires_at=None, by="tests"
        )
        # Its use is noted once a minute: not during a test, so that a refused call writes nothing at all.
        made.row.last_used_at = utc_now() + timedelta(hours=1)
        tenant.keys[name], tenant.ids["api_key"] = made.key, made.row.id
    moved = select(func.min(CreditTransaction.id)).where(CreditTransaction.account_id == tenant.account_id)
    sectors = session.scalars(select(Sector.id).where(Sector.site_id == site.id).order_by(Sector.id)).all()
    return {
        "api_key": tenant.ids["api_key"],
        "device": opened.sign_in_id,
        "email": owner.email,
        "password": PASSWORD,
        "refresh token": opened.refresh_token,
        "reset token": password_resets.new_token(session, owner, by="tests"),
        "invitation token": invited.token,
        "invitation": invited.row.id,
        "sector": sectors[0],
        "transaction": session.scalars(moved).one(),
        **tenant.users,
    }


def _planner_rows(session: Session, site: Site) -> Rows:
    """A second cluster with an idea that has no task, a queued task without a text, a term, an opportunity, a file."""
    owned = {"account_id": site.account_id, "site_id": site.id}
    kinds = {"content_type": "post", "content_structure": "how_to"}
    cluster = _add(session, Cluster(**owned, stable_id="c2", name="Grind size", head_keyword="grind size", volume=300))
    grind = Keyword(**owned, text="grind size", normalized_text="grind size", volume=300)
    member = _add(session, grind)
    _add(session, ClusterKeyword(**owned, cluster_id=cluster, keyword_id=member))
    of_cluster = {**owned, **kinds, "cluster_id": cluster}
    idea = _add(session, ContentIdea(**of_cluster, title="Grind finer", target_keyword="grind size for espresso"))
    had = _add(session, ContentIdea(**of_cluster, title="Clean it", target_keyword="clean a grinder", status="queued"))
    task = Task(**of_cluster, idea_id=had, title="Clean it", primary_keyword="clean a grinder")
    task_id = _add(session, task)
    task.partition_key = f"{site.key}-{task_id}"
    term = TaxonomyTerm(**owned, external_taxonomy="category", external_term_id="7", name="Grinders", slug="grinders")
    term.mapped_cluster_id, term.mapping_status, term.mapping_method = cluster, "mapped", "person"
    advice = {"reason": "It ranks 11th.", "advice": "Link to it.", "score": 40.0}
    quick_win = Opportunity(**owned, kind="quick_win", subject="espresso ratio", title="Espresso ratio", **advice)
    file = KeywordImport(**owned, file_name="keywords.csv", sha256="0" * 64, media_key="imports/keywords.csv")
    first = (
        select(ClusterKeyword.keyword_id).where(ClusterKeyword.site_id == site.id).order_by(ClusterKeyword.id).limit(1)
    )
    return {
        "clustered keyword": session.scalars(first).one(),
        "other cluster": cluster,
        "keyword of the other cluster": member,
        "idea without a task": idea,
        "task without a text": task_id,
        "term": _add(session, term),
        "taxonomy": f"{site.key}:category",
        "opportunity": _add(session, quick_win),
        "import": _add(session, file),
    }


def _thinker_rows(session: Session, site: Site) -> Rows:
    """A voice, a strategy and a version of a prompt whose number no other account has."""
    owned = {"account_id": site.account_id, "site_id": site.id}
    version = 1000 * site.account_id
    prompt = {"function": "generate_content", "version": version, "text": "{{ title }}", "is_active": False}
    _add(session, PromptVersion(account_id=site.account_id, **prompt))
    return {
        "profile": _add(session, AuthorProfile(**owned, name="Ines Okafor", is_default=False)),
        "strategy": _add(session, Strategy(**owned, name="Espresso first", is_active=False)),
        "prompt version": version,
    }


def _work(session: Session, site: Site) -> Rows:
    """A request that can be stopped, and one that has ended, whose stream of events ends too."""
    owned = {"account_id": site.account_id}
    names: Rows = {}
    for name, status in (("open request", "queued"), ("ended request", "done")):
        number = f"{site.key}-{status}"
        request = Request(**owned, id=number, site_id=site.id, kind="plan", idempotency_key=number, status=status)
        request.finished_at = None if status == "queued" else utc_now()
        session.add(request)
        session.flush()
        _add(session, RequestItem(**owned, request_id=number, subject=site.key, job="plan_site", status=status))
        names[name] = number
    return names


def _rule(session: Session, site: Site) -> Rows:
    owned = {"account_id": site.account_id, "site_id": site.id}
    rule = _add(session, AutomationRule(**owned, name=f"{site.name} on Mondays", **RULE))
    execution = AutomationExecution(**owned, rule_id=rule, occasion="at:monday", status="done")
    return {"rule": rule, "execution": _add(session, execution)}


def _webhook(session: Session, settings: Settings, site: Site, tenant: Tenant) -> Rows:
    """A webhook to an address that nothing is sent to, and a delivery that is dead."""
    owned = {"account_id": site.account_id, "site_id": site.id}
    event = append_event(session, "article.ready", f"{tenant.slug}-1", **owned)
    secret = sealed(open_vault(settings), SigningSecrets(new_secret()))
    hook = WebhookSubscription(**owned, url="https://127.0.0.1/", description=f"of {tenant.slug}", secret=secret)
    hook_id = _add(session, hook)
    delivery = WebhookDelivery(**owned, subscription_id=hook_id, event_id=event.id, status="dead")
    return {"webhook": hook_id, "delivery": _add(session, delivery)}
