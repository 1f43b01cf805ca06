"""A ComfyUI server over HTTP for tests, with its habits.

``ComfyUiStandIn`` takes workflows in API format, checks their nodes, keeps a queue and a history in memory, and answers a
workflow that it ran before from its cache, without a new file. ``polls`` is how often the history is asked before a job is
done; ``restart()`` forgets everything but the cache's files; ``script`` queues faults for ``POST /prompt`` alone.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from tests.stand_ins.pictures import drawn
from tests.stand_ins.scripted_http import Altered, Failure, Json, Recorded, Refusal, Reply, ScriptedServer, json_reply

CHECKPOINT = "sd_xl_base_1.0.safetensors"
CLASSES = {"CheckpointLoaderSimple", "CLIPTextEncode", "EmptyLatentImage", "KSampler", "VAEDecode", "SaveImage"}
_CANONICAL = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def workflow(**changed: Any) -> Json:
    """Text to picture with placeholders, in API format; ``changed`` replaces nodes by their number, ``n4=…``."""
    nodes: Json = {
        "3": {
            "class_type": "KSampler",
            "inputs": {
                "seed": "{{seed}}",
                "steps": 20,
                "cfg": 7,
                "model": ["4", 0],
                "positive": ["6", 0],
                "latent_image": ["5", 0],
            },
        },
        "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": CHECKPOINT}},
        "5": {
            "class_type": "EmptyLatentImage",
            "inputs": {"width": "{{width}}", "height": "{{height}}", "batch_size": 1},
        },
        "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "photo of {{prompt}}, 35 mm", "clip": ["4", 1]}},
        "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
        "9": {"class_type": "SaveImage", "inputs": {"images": ["8", 0], "filename_prefix": "igny8"}},
    }
    return {**nodes, **{name.removeprefix("n"): node for name, node in changed.items()}}


@dataclass(frozen=True)
class RunError(Altered):
    """The workflow is taken and fails at a node."""

    message: str = "mat1 and mat2 shapes cannot be multiplied"
    kind: str = "RuntimeError"
    interrupted: bool = False


@dataclass(frozen=True)
class LostAtOnce(Altered):
    """The workflow is taken; then the server is restarted before it has run."""


class ComfyUiStandIn(ScriptedServer):
    """``with ComfyUiStandIn() as server:`` serves at ``server.base_url``; ``runs`` counts the workflows that were run."""

    def __init__(self, *, polls: int = 1) -> None:
        super().__init__()
        self.base_url = self.address
        self.polls = polls
        self.runs = 0
        self.files: dict[str, bytes] = {}
        self._cache: set[str] = set()
        self._history: Json = {}
        self._queue: dict[str, list[Any]] = {}

    def restart(self) -> None:
        """Forget the queue and the history; files stay, and so does what has run."""
        self._history.clear()
        self._queue.clear()

    def submitted(self) -> list[Json]:
        """The bodies of all workflows that arrived."""
        return [request.body for request in self.requests if request.path == "/prompt"]

    def worded(self, failure: Failure) -> Json:
        return {"error": failure.error, "node_errors": {}}

    def work(self, request: Recorded, altered: Altered) -> Reply:
        if request.path == "/prompt" and request.method == "POST":
            return self._accepted(request.body, altered)
        if request.path == "/queue":
            running = [[number, job_id, {}, {}, []] for number, job_id in enumerate(self._queue)]
            return json_reply({"queue_running": running[:1], "queue_pending": running[1:]})
        if request.path.startswith("/history/"):
            return json_reply(self._asked_after(request.path.removeprefix("/history/")))
        if request.path == "/view":
            file = self.files.get(request.query["filename"])
            if file is None:
                raise Refusal(Failure(404, ""))
            return Reply(file, "image/png")
        raise Refusal(Failure(404, "404: Not Found"))

    def _accepted(self, body: Json, altered: Altered) -> Reply:
        job_id = body["prompt_id"]
        if not _CANONICAL.fullmatch(job_id):
            raise Refusal(Failure(400, _error("invalid_prompt_id", "prompt_id must be a valid UUID")))
        self._check(body["prompt"])
        self._history.pop(job_id, None)
        self._queue[job_id] = [self.polls, body["prompt"], altered]
        if isinstance(altered, LostAtOnce):
            self.restart()
        return json_reply({"prompt_id": job_id, "number": len(self._queue), "node_errors": {}})

    def _check(self, nodes: Json) -> None:
        for number, node in nodes.items():
            if node.get("class_type") not in CLASSES:
                details = f"Node ID '#{number}'"
                raise Refusal(Failure(400, _error("missing_node_type", "Node type not found", details)))
        loaders = {number: node for number, node in nodes.items() if node["class_type"] == "CheckpointLoaderSimple"}
        for number, node in loaders.items():
            name = node["inputs"]["ckpt_name"]
            if name != CHECKPOINT:
                details = f"ckpt_name: '{name}' not in ['{CHECKPOINT}']"
                wrong = {"type": "value_not_in_list", "message": "Value not in list", "details": details}
                answer = {
                    "error": _error("prompt_outputs_failed_validation", "Prompt outputs failed validation"),
                    "node_errors": {number: {"errors": [wrong], "class_type": node["class_type"]}},
                }
                raise Refusal(Failure(400, answer, flat=True))

    def _asked_after(self, job_id: str) -> Json:
        job = self._queue.get(job_id)
        if job is not None:
            job[0] -= 1
            if job[0] <= 0:
                del self._queue[job_id]
                self._history[job_id] = self._run(job[1], job[2])
        return {job_id: self._history[job_id]} if job_id in self._history else {}

    def _run(self, nodes: Json, altered: Altered) -> Json:
        if isinstance(altered, RunError):
            kind = "execution_interrupted" if altered.interrupted else "execution_error"
            detail = {"node_id": "3", "node_type": "KSampler", "exception_type": altered.kind}
            detail["exception_message"] = altered.message
            messages = [["execution_start", {}], [kind, detail]]
            return {"outputs": {}, "status": {"status_str": "error", "completed": False, "messages": messages}}
        done = {"status_str": "success", "completed": True, "messages": []}
        key = json.dumps(nodes, sort_keys=True)
        saves = [number for number, node in nodes.items() if node["class_type"] == "SaveImage"]
        if key in self._cache or not saves:
            return {"outputs": {}, "status": done}
        self._cache.add(key)
        self.runs += 1
        latent = next(node["inputs"] for node in nodes.values() if node["class_type"] == "EmptyLatentImage")
        name = f"igny8_{len(self.files):05}_.png"
        self.files[name] = drawn(latent["width"], latent["height"], key)
        images = [{"filename": name, "subfolder": "", "type": "output"}]
        return {"outputs": {saves[0]: {"images": images}}, "status": done}


def _error(kind: str, message: str, details: str = "") -> Json:
    return {"type": kind, "message": message, "details": details, "extra_info": {}}
