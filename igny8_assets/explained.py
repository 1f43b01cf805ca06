"""How an asset fails: with a sentence that says what happened and what to do, and without useless repeats."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg


class NotReady(Exception):
    """The work cannot be done as things stand; the message says what is missing and what to do."""


# A provider that answers 429 or 5xx, a media store or a database that cannot be reached: worth asking again. The policy
# repeats whatever is raised, so `explained` lets nothing else through to it.
TRANSIENT_RETRIES = dg.RetryPolicy(max_retries=2, delay=10, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)


@contextmanager
def explained() -> Iterator[None]:
    """Turn what repeating cannot mend into a failure that is final; what a person can act on reads as its sentence."""
    try:
        yield
    except dg.Failure:
        raise
    except Exception as failure:
        from igny8_assets.known_failures import is_transient, sentence

        if is_transient(failure):
            raise
        raise dg.Failure(description=sentence(failure), allow_retries=False) from failure
