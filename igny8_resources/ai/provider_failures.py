"""What failures of every provider have in common: how a message quotes a server, and what no answer means.

A call that got no answer may still have been worked on, and charged for: the server may have written its answer just
before the connection broke. Such a failure is transient (``ProviderUnavailable``); where a provider lets an earlier
request be looked up (Runware, ComfyUI), that is done before anything is sent again.
"""

from decimal import Decimal

from igny8_resources.ai.connection_names import ConnectionNames
from igny8_resources.ai.errors import ProviderError, ProviderRejected, ProviderUnavailable

LONGEST_QUOTE = 300  # characters of the server's own message that are passed on


def quoted(message: object, secret: str) -> str:
    """The server's message on one line, shortened, with ``secret`` taken out of it: some servers echo the key."""
    text = " ".join(str(message).split())
    if secret:
        text = text.replace(secret, "[key]")
    return text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1] + "…"


def too_slow(server: str, timeout: float, names: ConnectionNames) -> ProviderUnavailable:
    """No answer came in time."""
    return ProviderUnavailable(
        f"{server} did not answer within {timeout:g} s. Raise {names.timeout} if the model is slow, or use a faster one."
    )


def unreachable(server: str, cause: BaseException | None, names: ConnectionNames) -> ProviderUnavailable:
    """Nothing listens there, or the connection broke."""
    kind = type(cause).__name__ if cause else "connection error"
    return ProviderUnavailable(
        f"{server} could not be reached or dropped the connection ({kind}). Check that it is running and that "
        f"{names.base_url} is right."
    )


def broken_off(server: str) -> ProviderUnavailable:
    """The body of an answer is not whole."""
    return ProviderUnavailable(f"{server} sent an answer that breaks off in the middle.")


def out_of_money(said: str, names: ConnectionNames) -> str:
    """What a person must do when the account behind a key has nothing left."""
    return (
        f"{said} The account behind {names.api_key} has no money or quota left: add credit or raise its limit, then run "
        "this again."
    )


def unusable_key(names: ConnectionNames) -> ProviderRejected:
    """The key holds a character that cannot be sent, such as the dots of a shortened one."""
    return ProviderRejected(f"{names.api_key} holds a character that no key has. Copy the key again, whole.")


def charged(
    failure: ProviderError, input_tokens: int = 0, output_tokens: int = 0, cost_usd: Decimal | None = None
) -> ProviderError:
    """The failure of an answer that came and cannot be used, with what it used."""
    failure.input_tokens = input_tokens
    failure.output_tokens = output_tokens
    failure.cost_usd = cost_usd
    return failure
