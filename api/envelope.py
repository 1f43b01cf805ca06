"""The shapes around every answer: one object, one page of a list, one refusal."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
)

T = TypeVar("T")


class Shape(BaseModel):
    """What an answer contains, read from a row of the warehouse."""

    model_config = ConfigDict(from_attributes=True)


class Asked(BaseModel):
    """What a body may contain.

    A field that is not known is refused, so that a typing error is not a silent loss; so is a value of another type, such as
    `true` for an id. Amounts and times, which JSON has no types for, are fields of the types below.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, strict=True)


class AskedAsText(Asked):
    """What query parameters or the fields of a form may contain: numbers and all else come as text."""

    model_config = ConfigDict(strict=False)


class Envelope(BaseModel, Generic[T]):
    """A successful answer."""

    success: Literal[True] = True
    data: T = Field(description="What was asked for.")
    message: str = Field(default="", description="A sentence for a person; may be empty.")


class Page(BaseModel, Generic[T]):
    """One page of a list."""

    count: int = Field(description="How many rows there are on all pages; 10,000 where there are that many or more.")
    next: str | None = Field(description="Absolute URL of the next page; null on the last one.")
    previous: str | None = Field(description="Absolute URL of the page before; null on the first one.")
    results: list[T] = Field(description="The rows of this page.")


class Refusal(BaseModel):
    """A refused request."""

    success: Literal[False] = False
    error: str = Field(description="What is wrong, in a sentence for a person.")
    errors: dict[str, list[str]] = Field(description="Messages by field, or by check; empty when no field is at fault.")


_MEANINGS = {
    400: "The request cannot be read, or a value in it cannot be used; `errors` names the fields.",
    401: "Nobody is signed in: the access token is missing, expired or not valid.",
    402: "The account has not enough credits; `error` says how many are needed.",
    403: "The role may not do this, or the module is switched off for the site.",
    404: "There is no such thing, or it belongs to another account: the two look the same.",
    409: "It cannot be done in the present state; `error` says why.",
    413: "The body is larger than the service takes.",
    416: "The byte range lies outside the file.",
    428: "The change must say which version it was made to: the `If-Match` header is missing.",
    429: "Too many attempts; the `Retry-After` header says in how many seconds the next one may come.",
    500: "Something went wrong on the service's side; quote the `X-Request-ID` header.",
    502: "A model or another service outside did not answer usably; `error` says what it said.",
    503: "The warehouse does not answer or has no schema.",
}


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """How a route may refuse, for its documentation; 500 and 503 belong to every route."""
    return {status: {"model": Refusal, "description": _MEANINGS[status]} for status in (*statuses, 500, 503)}


def _without_nul(text: str) -> str:
    # PostgreSQL cannot store it, and no honest text has it.
    if "\0" in text:
        raise ValueError("a NUL character cannot be used here")
    return text


def _plain_decimal(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def _written_day(given: Any) -> Any:
    # Numbers would be taken for seconds since 1970.
    if not isinstance(given, date) and not (isinstance(given, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", given)):
        raise ValueError("expected a day such as 2026-03-31")
    return given


def _written_moment(given: Any) -> Any:
    if not isinstance(given, datetime) and not (isinstance(given, str) and re.match(r"\d{4}-\d\d-\d\dT\d\d:", given)):
        raise ValueError("expected a time such as 2026-03-31T12:00:00Z")
    return given


PlainText = Annotated[str, AfterValidator(_without_nul)]
CreditAmount = Annotated[
    Decimal,
    PlainSerializer(_plain_decimal, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["12.5"]}, mode="serialization"),
]
# An amount as a JSON number or, exact to the last place, as text.
GivenAmount = Annotated[Decimal, Field(strict=False, allow_inf_nan=False)]
GivenDay = Annotated[date, Field(strict=False), BeforeValidator(_written_day)]
GivenMoment = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_written_moment)]
# The warehouse's ids are 64-bit; a larger number would be an error of the database instead of a plain "not found".
RowId = Annotated[int, Field(ge=1, le=2**63 - 1, description="The row's id.")]
