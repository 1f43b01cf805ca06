"""What can go wrong with a provider, by what a person or the router should do about it."""

from collections.abc import Sequence
from decimal import Decimal


class ProviderError(Exception):
    """A call that did not give a usable answer. ``transient`` says whether the same call may succeed later.

    An answer that cannot be used may have to be paid for all the same: ``input_tokens``, ``output_tokens`` and ``cost_usd``
    say what it used, where that is known.
    """

    transient = False
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: Decimal | None = None


class ProviderUnavailable(ProviderError):
    """The provider could not be reached, answered 5xx, or asked us to slow down."""

    transient = True

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class QuotaExhausted(ProviderError):
    """The provider's account has no money or quota left: retrying cannot help, a person must act."""


class ProviderRejected(ProviderError):
    """The provider refused the request itself: bad key, unknown model, malformed request."""


class Refused(ProviderError):
    """The model declined to answer."""


class AnswerCut(ProviderError):
    """The answer ended at the length limit before it was complete."""


class AnswerEmpty(ProviderError):
    """The model answered with nothing."""


class AnswerInvalid(ProviderError):
    """The answer does not fit the schema; the message names the fields. ``answer`` is what came, where it was text."""

    def __init__(self, message: str, answer: str = "") -> None:
        super().__init__(message)
        self.answer = answer


class CircuitOpen(ProviderUnavailable):
    """The provider failed several times in a row and is left alone for a while; ``retry_after`` says how long."""


class NoProviderLeft(ProviderError):
    """Every model of the chain failed or may not be used; the message says why for each."""

    def __init__(self, function: str, failures: Sequence[tuple[str, Exception]]) -> None:
        each = "; ".join(f"{name}: {failure}" for name, failure in failures)
        super().__init__(f"no model could answer {function}. {each}")
        self.failures = tuple(failures)
        self.transient = any(isinstance(failure, ProviderError) and failure.transient for _, failure in failures)


class ProviderMissing(ProviderError):
    """No provider is configured or installed for what was asked; the message says how to get one."""
