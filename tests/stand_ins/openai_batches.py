"""OpenAI's files and batches over HTTP for tests: what was handed in waits until the test lets it end, and how.

Answers come back in the opposite order; lines can be lost, be there twice, or fail. Faults that are queued with ``script``
meet the handing in of a batch.
"""

import json
import time
from collections.abc import Mapping
from email.parser import BytesParser
from email.policy import HTTP

from tests.stand_ins.openai_server import StandIn
from tests.stand_ins.scripted_http import (
    Altered,
    Failure,
    Json,
    Recorded,
    Refusal,
    Reply,
    json_reply,
)


class BatchStandIn(StandIn):
    """``batches`` are all that were handed in, the oldest first; ``hidden`` keeps them out of the list for a while."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[Json] = []
        self.files: dict[str, bytes] = {}
        self.hidden = False

    def meets_faults(self, request: Recorded) -> bool:
        return request.method == "POST" and request.path == "/v1/batches"

    def work(self, request: Recorded, altered: Altered) -> Reply:
        place = request.path.removeprefix("/v1/").split("/")
        if place[0] not in {"files", "batches"}:
            return super().work(request, altered)
        self._check_key(request)
        match (request.method, *place):
            case ("POST", "files"):
                reply = self._uploaded(request)
            case ("GET", "files", name, "content"):
                reply = Reply(self.files[name], "application/octet-stream")
            case ("POST", "batches"):
                reply = json_reply(self._handed_in(request.body))
            case ("GET", "batches"):
                listed = [] if self.hidden else self.batches[::-1]
                reply = json_reply({"object": "list", "data": listed, "has_more": False})
            case ("GET", "batches", name):
                reply = json_reply(self._batch(name))
            case ("POST", "batches", name, "cancel"):
                self._batch(name)["status"] = "cancelling"
                reply = json_reply(self._batch(name))
            case _:
                raise Refusal(Failure(404, "<h1>Not found</h1>"))
        return reply

    def lines(self, batch: Json) -> list[Json]:
        """The requests of a batch as they were handed in."""
        return [json.loads(line) for line in self.files[batch["input_file_id"]].split(b"\n") if line]

    def end(
        self,
        status: str = "completed",
        *,
        lost: int = 0,
        twice: bool = False,
        failing: Mapping[int, tuple[int, str]] | None = None,
        contents: Mapping[int, str] | None = None,
        errors: list[Json] | None = None,
    ) -> None:
        """Let the newest batch end.

        ``lost`` lines have no answer, by their place ``failing`` have a status and a code instead, ``contents`` replace an
        answer's text; with ``twice`` every answer is there two times. ``errors`` are why it was refused as a whole.
        """
        batch, good, bad = self.batches[-1], list[Json](), list[Json]()
        for number, line in enumerate(self.lines(batch)[lost:] if not errors else []):
            told = (failing or {}).get(number)
            if told:
                error = {"error": {"code": told[1], "message": f"told to fail with {told[1]}"}}
                response = {"status_code": told[0], "request_id": "r", "body": error}
                bad.append(
                    {"id": f"line-{number}", "custom_id": line["custom_id"], "response": response, "error": None}
                )
                continue
            body = self._chat(line["body"], Altered(content=(contents or {}).get(number)))
            response = {"status_code": 200, "request_id": "r", "body": body}
            good.append({"id": f"line-{number}", "custom_id": line["custom_id"], "response": response, "error": None})
        batch["status"] = status
        batch["errors"] = {"object": "list", "data": errors} if errors else None
        batch["request_counts"] = {"total": len(good) + len(bad) + lost, "completed": len(good), "failed": len(bad)}
        for field, answers in (("output_file_id", good[::-1] * (1 + twice)), ("error_file_id", bad)):
            if answers:
                name = f"file-{field}-{batch['id']}"
                self.files[name] = b"\n".join(json.dumps(answer, ensure_ascii=False).encode() for answer in answers)
                batch[field] = name

    def _uploaded(self, request: Recorded) -> Reply:
        head = f"content-type: {request.headers['content-type']}\r\n\r\n".encode()
        form = BytesParser(policy=HTTP).parsebytes(head + request.body)
        parts = {str(part.get_param("name", header="content-disposition")): part for part in form.iter_parts()}
        if parts["purpose"].get_payload(decode=True) != b"batch":
            raise Refusal(Failure(400, {"message": "purpose must be batch", "type": "invalid_request_error"}))
        name = f"file-{len(self.files) + 1}"
        self.files[name] = bytes(parts["file"].get_payload(decode=True))
        file = {"id": name, "object": "file", "bytes": len(self.files[name]), "created_at": 1_780_000_000}
        return json_reply({**file, "filename": "batch.jsonl", "purpose": "batch", "status": "processed"})

    def _handed_in(self, body: Json) -> Json:
        if body["endpoint"] != "/v1/chat/completions" or body["completion_window"] != "24h":
            raise Refusal(Failure(400, {"message": "endpoint or window", "type": "invalid_request_error"}))
        batch = {
            "id": f"batch_{len(self.batches) + 1}",
            "object": "batch",
            "endpoint": body["endpoint"],
            "completion_window": body["completion_window"],
            "input_file_id": body["input_file_id"],
            "metadata": body.get("metadata"),
            "status": "in_progress",
            "created_at": int(time.time()),
            "output_file_id": None,
            "error_file_id": None,
            "errors": None,
            "request_counts": {"total": 0, "completed": 0, "failed": 0},
        }
        self.batches.append(batch)
        return batch

    def _batch(self, name: str) -> Json:
        found = next((batch for batch in self.batches if batch["id"] == name), None)
        if found is None:
            raise Refusal(
                Failure(404, {"message": f"No batch found with id '{name}'.", "type": "invalid_request_error"})
            )
        return found
