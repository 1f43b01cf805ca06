"""``ETag`` and ``If-Match`` for rows without a version number: no edit overwrites one that its author has not seen.

A tag is the sha256 of what the API shows of the row, so that whoever read it holds the tag of exactly what they saw.
"""

import hashlib
from typing import Annotated

from fastapi import Header, Response
from pydantic import BaseModel

from api.problems import Problem

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=200,
        description="The `ETag` of what was edited; 409 when it has changed since. `*` edits whatever stands there.",
        examples=['"5f1c0a9be2d44c71"'],
    ),
]


def etag_of(shown: BaseModel) -> str:
    """The tag of what is shown, with its quotation marks."""
    return f'"{hashlib.sha256(shown.model_dump_json().encode()).hexdigest()[:16]}"'


def show_tag(response: Response, shown: BaseModel) -> None:
    """Send what is shown with its tag."""
    response.headers["ETag"] = etag_of(shown)


def require_match(sent: str | None, shown: BaseModel) -> None:
    """Refuse an edit of something else than what stands there; call it after the row was locked.

    Raises:
        Problem: 428, the header is missing; 409, the row has changed since.
    """
    if sent is None:
        raise Problem(428, "Say what was edited: send the header If-Match with the ETag that came with it.")
    tags = {tag.strip().removeprefix("W/") for tag in sent.split(",")}
    current = etag_of(shown)
    if "*" not in tags and current not in tags:
        said = "It was changed in the meantime: read it again and make the change to what it says now."
        raise Problem(409, said, headers={"ETag": current})
