"""One call of a model, a voice or a painter: what makes it itself, what the provider delivered, and what the caller gets.

Belongs here: values. Does not belong here: how calls are claimed, paid for and kept (``journal``).
"""

import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class CallSpec:
    """What makes one call itself, who pays for it and at which price.

    ``operation`` is a row of the price list, ``units`` how many of its units are reserved. ``salt`` asks for a fresh answer
    to an otherwise identical call.
    """

    account_id: int
    site_id: int | None
    kind: str
    function: str
    subject: str
    provider: str
    model: str
    operation: str
    units: Decimal
    inputs: dict[str, Any]
    prompt_version: str = ""
    prompt_digest: str = ""
    schema_digest: str = ""
    salt: str = ""
    user_id: int | None = None

    def request_hash(self) -> str:
        """sha256 over everything that could change the answer."""
        identity = {
            "kind": self.kind,
            "function": self.function,
            "provider": self.provider,
            "model": self.model,
            "prompt_version": f"{self.prompt_version}:{self.prompt_digest[:12]}"
            if self.prompt_digest
            else self.prompt_version,
            "schema": self.schema_digest,
            "inputs": self.inputs,
            "salt": self.salt,
        }
        return hashlib.sha256(json.dumps(identity, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True)
class Performed:
    """What a provider delivered: the response to keep, and how many units of the operation it turned out to be.

    ``cost_usd`` is what the provider takes for it; None where its price is unknown.
    """

    response: dict[str, Any]
    units: Decimal
    media_key: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    tokens_estimated: bool = False
    cost_usd: Decimal | None = None


@dataclass(frozen=True)
class Answered:
    """An answer with its journal row; ``replayed`` says that nothing was called and nothing was paid."""

    call_id: int
    response: dict[str, Any]
    media_key: str
    provider: str
    model: str
    credits: Decimal
    list_credits: Decimal
    replayed: bool
    cost_usd: Decimal | None = None
