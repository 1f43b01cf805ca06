"""Pictures from a ComfyUI server, by a workflow that its owner wrote.

Belongs here: one picture, its job on the server, waiting by polling. Does not belong here: the workflow's file
(``comfyui_workflow.py``), the prompt's words, cropping.
"""

import hashlib
import json
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from igny8_resources.ai.comfyui_workflow import Nodes, read_workflow
from igny8_resources.ai.connection_names import names_of
from igny8_resources.ai.errors import AnswerEmpty, ProviderError, ProviderRejected, ProviderUnavailable
from igny8_resources.ai.http_connection import HttpConnection, Reply
from igny8_resources.ai.picture_answers import fitted, picture_in
from igny8_resources.ai.provider_failures import broken_off, quoted
from igny8_resources.ai.providers import ImageAnswer, ImageCall
from igny8_resources.ai.rate_limits import Gate, requested_wait
from igny8_resources.ai.retries import USUAL, Retrying

FIRST_POLL_SECONDS = 0.25
LONGEST_POLL_SECONDS = 2.0
MOST_SEEDS = 3  # seeds tried when the server answers from its cache, without a file
MOST_SEED = 2**32  # every sampler takes seeds below it


class ComfyUiImageProvider:
    """An ``ImageProvider`` over one ComfyUI server and one workflow; safe to share between threads.

    A picture's job has an id that follows from its workflow and values, and is looked up before it is sent: a job that was
    sent by a process that died, or whose answer was lost, is waited for and not made again. A job that has vanished (the
    server was restarted, its history is in memory) is sent again. A server that answers from its cache makes no file; then
    the next seed is taken. Sizes are multiples of 16 that cover what was asked for: the caller crops. Failures are treated
    as by ``OpenAITextProvider``.

    Args:
        base_url: the server's address, such as ``http://127.0.0.1:8188``.
        workflow: the workflow file in API format, see ``comfyui_workflow``; read for every picture.
        model: what the journal calls the model; by default the workflow file's name without its ending.
        timeout: seconds to wait for a picture, its time in the server's queue included.
        name: the connection; messages name its settings.
        gate: what every picture passes through; without one, a gate of this object's own.
        retrying: how often, how long apart and on which clock it is asked again.
    """

    def __init__(
        self,
        base_url: str,
        workflow: Path,
        model: str = "",
        timeout: float = 120.0,
        *,
        name: str = "comfyui",
        gate: Gate | None = None,
        retrying: Retrying = USUAL,
    ) -> None:
        self.name = name
        self.model = model or workflow.stem
        self._workflow = workflow
        self._timeout = timeout
        self._retrying = retrying
        self._connection = HttpConnection(base_url, {}, timeout, names_of(name), gate or retrying.gate(2))

    def __repr__(self) -> str:
        return f"ComfyUiImageProvider({self._connection.server}, {self.model})"

    def paint(self, call: ImageCall) -> ImageAnswer:
        """Make one picture.

        Raises:
            ProviderUnavailable: no picture after all attempts, or not within ``timeout``; the job stays in the server's
                queue and is found there by the next call for the same picture.
            ProviderRejected: the workflow or the address is wrong; the message names the node or the setting.
            AnswerEmpty: the workflow ends without a picture.
            AnswerInvalid: what the workflow made is no picture.
        """
        workflow = read_workflow(self._workflow, self._connection.names.model)
        width, height = fitted(call.width, call.height, step=16, least=64, most=4096, ratio=8)
        for shift in range(MOST_SEEDS):
            nodes = workflow.filled(
                prompt=call.prompt, seed=(call.seed + shift) % MOST_SEED, width=width, height=height
            )
            data = self._retrying(self._made, _Job(nodes))
            if data is not None:
                return picture_in(data, self._connection.server)
        raise AnswerEmpty(
            f"{self._connection.server} finished the workflow {self._workflow.name} without a picture, with "
            f"{MOST_SEEDS} seeds. Does it end in a SaveImage node, and does {{{{seed}}}} stand in its sampler?"
        )

    def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        self._connection.close()

    def _made(self, job: "_Job") -> bytes | None:
        """The picture of a job, None when the server had nothing new to make."""
        with self._connection.gate.slot():
            run = 0
            entry = self._finished(job.id(run))
            while entry is not None and _failed(entry):
                run += 1
                entry = self._finished(job.id(run))
            if entry is None:
                if not self._queued(job.id(run)):
                    self._submit(job.nodes, job.id(run))
                entry = self._awaited(job.id(run))
            return self._picture(entry)

    def _submit(self, nodes: Nodes, job_id: str) -> None:
        reply = self._connection.send("POST", "/prompt", body={"prompt": nodes, "prompt_id": job_id})
        if reply.status >= 400:
            raise self._failure(reply)
        accepted = self._object(reply)
        if "prompt_id" not in accepted:
            raise self._not_comfyui(reply)

    def _awaited(self, job_id: str) -> dict[str, Any]:
        until, pause = self._retrying.clock() + self._timeout, FIRST_POLL_SECONDS
        while self._retrying.clock() < until:
            self._retrying.sleep(pause)
            pause = min(2 * pause, LONGEST_POLL_SECONDS)
            entry = self._finished(job_id)
            if entry is None and not self._queued(job_id):
                entry = self._finished(job_id)  # it may have left the queue in between
                if entry is None:
                    raise ProviderUnavailable(
                        f"{self._connection.server} has lost the picture's job: it was restarted, or its queue emptied."
                    )
            if entry is not None:
                return entry
        raise ProviderUnavailable(
            f"{self._connection.server} has not finished the picture within {self._timeout:g} s; it stays in its queue. "
            f"Run this again later, or raise {self._connection.names.timeout}.",
            # Longer than is slept through here: the caller decides when.
            retry_after=2 * self._retrying.longest_wait,
        )

    def _finished(self, job_id: str) -> dict[str, Any] | None:
        entry = self._got(f"/history/{job_id}").get(job_id)
        return entry if isinstance(entry, dict) else None

    def _queued(self, job_id: str) -> bool:
        queue = self._got("/queue")
        waiting = [*(queue.get("queue_running") or []), *(queue.get("queue_pending") or [])]
        return any(isinstance(job, list) and len(job) > 1 and job[1] == job_id for job in waiting)

    def _picture(self, entry: dict[str, Any]) -> bytes | None:
        if _failed(entry):
            raise _failed_run(entry["status"], self._connection.server)
        outputs = entry.get("outputs") if isinstance(entry.get("outputs"), dict) else {}
        images = [image for node in (outputs or {}).values() for image in node.get("images") or []]
        saved = [image for image in images if image.get("type") == "output"] or images  # previews only where no file is
        if not saved:
            return None
        place = {name: str(saved[0].get(name) or "") for name in ("filename", "subfolder", "type")}
        reply = self._connection.send("GET", "/view", query=place)
        if reply.status == 404:
            return None  # the file of an earlier run was deleted: make another
        if reply.status >= 400:
            raise self._failure(reply)
        return reply.content

    def _got(self, path: str) -> dict[str, Any]:
        reply = self._connection.send("GET", path)
        if reply.status >= 400:
            raise self._failure(reply)
        return self._object(reply)

    def _object(self, reply: Reply) -> dict[str, Any]:
        data = reply.data
        if isinstance(data, dict):
            return data
        raise broken_off(self._connection.server) if reply.content[:1] == b"{" else self._not_comfyui(reply)

    def _not_comfyui(self, reply: Reply) -> ProviderRejected:
        names = self._connection.names
        return ProviderRejected(
            f"{self._connection.server} answered with something other than ComfyUI would ({reply.start!r}). Check that "
            f"{names.base_url} is {names.root}."
        )

    def _failure(self, reply: Reply) -> ProviderError:
        server, names = self._connection.server, self._connection.names
        data = reply.data if isinstance(reply.data, dict) else {}
        error = data.get("error")
        message = error.get("message") if isinstance(error, dict) else error
        said = f"{server} answered {reply.status}: {quoted(message or reply.start, '')}"
        if reply.status in {408, 429} or reply.status >= 500:
            return ProviderUnavailable(said, retry_after=requested_wait(reply.headers))
        if reply.status in {401, 403, 404, 405}:
            return ProviderRejected(f"{said} Check that {names.base_url} is {names.root} and needs no sign-in.")
        details = error.get("details") if isinstance(error, dict) else ""
        complaints = _node_errors(data.get("node_errors")) or quoted(details or "", "")
        return ProviderRejected(f"{said}. {complaints} Change the workflow {self._workflow.name} of {names.model}.")


@dataclass(frozen=True)
class _Job:
    """A workflow with its values, and the ids that follow from them."""

    nodes: Nodes

    def id(self, run: int) -> str:
        """A canonical lowercase UUID, the only form that the server takes; another for each run after a failed one."""
        digest = hashlib.sha256(json.dumps([run, self.nodes], sort_keys=True).encode()).digest()
        return str(uuid.UUID(bytes=digest[:16], version=4))


def _failed(entry: dict[str, Any]) -> bool:
    status = entry.get("status")
    return isinstance(status, dict) and status.get("status_str") == "error"


def _node_errors(node_errors: object) -> str:
    """What the server has against the nodes, each with its number, class and input."""
    if not isinstance(node_errors, dict):
        return ""
    complaints = [
        f"node {number} ({node.get('class_type', '?')}): {error.get('message', '')}: {error.get('details', '')}."
        for number, node in node_errors.items()
        if isinstance(node, dict)
        for error in node.get("errors") or []
        if isinstance(error, dict)
    ]
    return quoted(" ".join(complaints), "")


def _failed_run(status: dict[str, Any], server: str) -> ProviderError:
    messages = [part for part in status.get("messages") or [] if isinstance(part, list) and len(part) == 2]
    found = {str(kind): detail for kind, detail in messages if isinstance(detail, dict)}
    if "execution_interrupted" in found:
        return ProviderUnavailable(f"{server} interrupted the workflow: somebody stopped it.")
    error = found.get("execution_error", {})
    said = (
        f"{server} failed at node {error.get('node_id', '?')} ({error.get('node_type', '?')}): "
        f"{quoted(error.get('exception_message') or 'no reason given', '')}"
    )
    if "OutOfMemory" in str(error.get("exception_type")):
        return ProviderUnavailable(f"{said} Its graphics card has no memory left at the moment.")
    return ProviderRejected(f"{said} Change the workflow, or what is installed there.")
