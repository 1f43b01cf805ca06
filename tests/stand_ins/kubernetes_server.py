"""A Kubernetes API with as much as dagster-k8s asks for: jobs that are made, looked at and deleted, over real HTTP.

A job's container is a process on this machine: its command runs with its environment, as a node would run it.
"""

import json
import os
import subprocess
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.stand_ins.local_http import LocalServer

Json = dict[str, Any]


class KubernetesServer(LocalServer):
    """``with`` it: ``jobs`` are the manifests as they arrived, by name; ``kubeconfig(folder)`` writes the way in."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self.jobs: dict[str, Json] = {}
        self.namespaces: set[str] = set()
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._environment, self._folder = environment, folder
        self._lock = threading.Lock()
        cluster = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self._answer(201, cluster.create(urlsplit(self.path).path.split("/")[5], body))

            def do_GET(self) -> None:
                parts = urlsplit(self.path).path.split("/")
                found = cluster.read(parts[7]) if len(parts) > 7 else None
                self._answer(200 if found else 404, found or {"kind": "Status", "code": 404, "reason": "NotFound"})

            def _answer(self, code: int, body: Json) -> None:
                data = json.dumps(body).encode()
                self.send_response(code)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                """Requests are looked at by the tests, not printed."""

        super().__init__(Handler)

    def create(self, namespace: str, manifest: Json) -> Json:
        """Take a job and begin its container."""
        [container] = manifest["spec"]["template"]["spec"]["containers"]
        given = {entry["name"]: entry["value"] for entry in container.get("env", []) if "value" in entry}
        # What points into the container's own file system means nothing here.
        given.pop("DAGSTER_HOME", None)
        name = manifest["metadata"]["name"]
        with self._lock:
            self.namespaces.add(namespace)
            self.jobs[name] = manifest
            with (self._folder / f"{name}.log").open("wb") as log:
                self._processes[name] = subprocess.Popen(
                    [*container.get("command", []), *container["args"]],
                    env={**self._environment, **given},
                    stdout=log,
                    stderr=subprocess.STDOUT,
                )
        return manifest

    def read(self, name: str) -> Json | None:
        """A job with its status."""
        with self._lock:
            if name not in self.jobs:
                return None
            code = self._processes[name].poll()
        status = {"active": 1} if code is None else {"failed": 1} if code else {"succeeded": 1}
        return {**self.jobs[name], "status": status}

    def end(self) -> None:
        """End what still runs."""
        for process in self._processes.values():
            if process.poll() is None:
                process.terminate()
                process.wait()

    def kubeconfig(self, folder: Path) -> Path:
        """A kubeconfig file that leads here."""
        path = folder / "kubeconfig.json"
        path.write_text(
            json.dumps(
                {
                    "apiVersion": "v1",
                    "kind": "Config",
                    "clusters": [{"name": "here", "cluster": {"server": self.address}}],
                    "users": [{"name": "me", "user": {"token": "not-checked"}}],
                    "contexts": [{"name": "here", "context": {"cluster": "here", "user": "me"}}],
                    "current-context": "here",
                }
            )
        )
        return path


def own_environment(extra: dict[str, str]) -> dict[str, str]:
    """The environment of a node's processes."""
    return {**os.environ, **extra}
