"""The shape that every contract shares."""

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """An immutable value that crosses between assets, providers and the journal.

    Unknown fields are refused, so that a model's answer with an invented field is an error and not a silent loss, and so
    that the JSON schema sent to a provider carries ``additionalProperties: false`` as strict mode demands.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
