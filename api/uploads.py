"""Files that people send: read from a multipart form after the sender is known, kept on disk and not in memory.

Belongs here: the form. Does not belong here: what is in a file. How large a request may be stands in ``middleware``.
"""

import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from api.problems import Problem, field_messages

A = TypeVar("A", bound=BaseModel)
MOST_FIELDS = 20
LONGEST_FIELD = 64 * 1024
# What a form says besides its file.
FORM_BYTES = 256 * 1024


@dataclass(frozen=True)
class Upload:
    """A file that lies on disk while the request is answered, and the other fields of its form."""

    path: Path
    name: str
    fields: Mapping[str, str]


def form_description(asked: type[BaseModel]) -> dict[str, Any]:
    """The request body of a route that takes a file with these fields, for its documentation."""
    schema = asked.model_json_schema()
    properties = {name: {**described, "default": None} for name, described in schema["properties"].items()}
    for name in schema.get("required", ()):
        properties[name] = schema["properties"][name]
    properties["file"] = {"type": "string", "contentMediaType": "application/octet-stream", "description": "The file."}
    body = {"type": "object", "properties": properties, "required": [*schema.get("required", ()), "file"]}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": body}}}}


@asynccontextmanager
async def uploaded(request: Request) -> AsyncIterator[Upload]:
    """The file of a form, for as long as the block lasts.

    Raises:
        Problem: 400, the body is no form with one file.
    """
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise Problem(400, "Send the file as multipart/form-data.", {"file": ["Field required"]})
    async with request.form(max_files=1, max_fields=MOST_FIELDS, max_part_size=LONGEST_FIELD) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise Problem(400, "The form has no file.", {"file": ["Field required"]})
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        name = Path((file.filename or "").replace("\\", "/")).name.replace("\0", "")[-300:] or "upload"
        with tempfile.TemporaryDirectory(prefix="igny8-upload-") as folder:
            path = Path(folder) / "upload"
            await run_in_threadpool(_keep, file, path)
            yield Upload(path, name, fields)


def _keep(file: UploadFile, path: Path) -> None:
    with path.open("wb") as kept:
        shutil.copyfileobj(file.file, kept, 1 << 20)


def read_fields(upload: Upload, asked: type[A]) -> A:
    """The form's fields as a model; a field that a model takes as an object is JSON.

    Raises:
        Problem: 400, naming the fields that cannot be used.
    """
    values: dict[str, Any] = {}
    for name, text in upload.fields.items():
        values[name] = text
        if name == "columns":
            try:
                values[name] = json.loads(text)
            except ValueError as wrong:
                expected = 'expected a JSON object such as {"keyword": "Suchbegriff"}'
                raise Problem(400, "Some values cannot be used; errors names them.", {name: [expected]}) from wrong
    try:
        return asked.model_validate(values)
    except ValidationError as invalid:
        failures = [{**failure, "loc": ("body", *failure["loc"])} for failure in invalid.errors()]
        raise Problem(400, "Some values cannot be used; errors names them.", field_messages(failures)) from invalid
