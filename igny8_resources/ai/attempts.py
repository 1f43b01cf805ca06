"""What an attempt at one model tells others: its circuit breaker, and the people who must mend something."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from igny8_resources.ai.catalogue import ModelFacts
from igny8_resources.ai.errors import ProviderError, ProviderUnavailable, QuotaExhausted
from igny8_resources.ai.shared_gate import SharedGate
from igny8_resources.events import append_alert
from igny8_resources.tenant import Tenant
from igny8_resources.warehouse.engine import Warehouse

T = TypeVar("T")

ALERT_AGAIN_AFTER = timedelta(hours=1)


def observed(gate: SharedGate | None, perform: Callable[[], T], *, is_work: bool = True) -> T:
    """Perform a call and let the circuit breaker know how it went.

    A call that ``is_work`` not, as reading a list, says when a provider is broken, and not that it is well.
    """
    try:
        performed = perform()
    except ProviderUnavailable as failure:
        # A provider that says when to come back is busy, not broken.
        if gate is not None and failure.retry_after is None:
            gate.failed(str(failure))
        raise
    if gate is not None and is_work:
        gate.succeeded()
    return performed


def alert_people(warehouse: Warehouse, tenant: Tenant, model: ModelFacts, failure: ProviderError) -> None:
    """Tell people what only they can mend: no money, a wrong key, an unknown model."""
    kind = "ai.quota_exhausted" if isinstance(failure, QuotaExhausted) else "ai.provider_rejected"
    with warehouse.write() as session:
        append_alert(
            session,
            kind,
            model.called,
            account_id=tenant.account_id,
            payload={"message": str(failure)},
            quiet=ALERT_AGAIN_AFTER,
        )
