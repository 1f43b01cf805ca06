"""What `make dev` promises: the session that docs/api.md shows works with curl as it stands there, answers included."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from cli import demo
from igny8_assets.planner.keywords.importing import stage_file
from igny8_resources.platform import Platform
from igny8_resources.settings import load_settings
from igny8_resources.warehouse.store.people import NewUser, add_user
from igny8_resources.warehouse.store.sites import create_account, create_site
from tests.e2e.homes import ROOT, Home
from tests.stand_ins.webhook_receiver import WebhookReceiver

PATIENCE_SECONDS = 240
SHOWN_ADDRESS, SHOWN_HOOK = "http://127.0.0.1:8000", "https://example.com/hooks/igny8"
END_OF_STEP = "\x1e"

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Step:
    """Commands of the document and the answer that it shows below them; empty where it shows none."""

    commands: str
    answer: str

    @property
    def pattern(self) -> re.Pattern[str]:
        """What the answer looks like: any number for a number, anything for `…`, and all else to the letter."""
        wildcards = {"…": ".*?"}
        parts = re.split(r"(…|\d+(?:\.\d+)?)", " ".join(self.answer.split()))
        return re.compile(
            "".join(
                wildcards.get(part, r"\d+(?:\.\d+)?") if number % 2 else re.escape(part)
                for number, part in enumerate(parts)
            ),
            re.DOTALL,
        )


def session_of(document: str) -> list[Step]:
    """The steps of the document's session, in order."""
    [session] = re.findall(r"^## A session.*?(?=^## )", (ROOT / document).read_text("utf-8"), re.DOTALL | re.MULTILINE)
    steps: list[Step] = []
    for block in re.findall(r"```sh\n(.*?)```", session, re.DOTALL):
        for commands, answer in re.findall(r"((?:^[^#\n].*\n|^\n)+)((?:^#.*\n)*)", block, re.MULTILINE):
            steps.append(Step(commands, re.sub(r"^# ?", "", answer, flags=re.MULTILINE)))
    return steps


def as_shown(printed: str) -> str:
    """What a step printed, with the white space that the document gives to JSON."""
    try:
        return json.dumps(json.loads(printed), ensure_ascii=False)
    except ValueError:
        return " ".join(printed.split())


@dataclass(frozen=True)
class Service:
    """The API of a deployment whose daemon runs, and somebody who hears its webhooks."""

    address: str
    receiver: WebhookReceiver
    client: httpx.Client
    asked: str


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """What `igny8 dev` starts, on embedded defaults, with the demonstration's account. An article is asked for at once."""
    folder = tmp_path_factory.mktemp("dev")
    home = Home(folder / "home")
    ready = home.run("init")
    assert ready.returncode == 0, ready.stdout + ready.stderr
    add_demonstration(home)
    port, dagster_port = free_port(), free_port()
    address = f"http://127.0.0.1:{port}"
    home.settings |= {"IGNY8_WEBHOOKS_ALLOW_PRIVATE": "true", "IGNY8_WEBHOOKS_ALLOW_HTTP": "true"}
    with WebhookReceiver() as receiver, (folder / "dev.log").open("wb") as log:
        process = subprocess.Popen(
            home.command("dev", "--api-port", str(port), "--dagster-port", str(dagster_port)),
            cwd=ROOT,
            env=home.environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            with httpx.Client(base_url=f"{address}/api/v1", timeout=30) as client:
                until(lambda: is_up(client), "the API did not start", folder / "dev.log")
                sign_in(client)
                asked = client.post("/writer/content/generate/", json={"site": demo.SITE_KEY, "articles": 1})
                assert asked.status_code == 202, asked.text
                yield Service(address, receiver, client, asked.json()["data"]["task_id"])
        finally:
            os.kill(process.pid, signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def add_demonstration(home: Home) -> None:
    """The demonstration's account, person and site with its keyword file, of which nothing is worked on yet."""
    parts = Platform(load_settings(home=home.folder))
    with parts.warehouse.write() as session:
        account = create_account(session, demo.ACCOUNT_SLUG, "Crema Lane Media", credits=demo.FIRST_CREDITS)
        create_site(session, account, replace(demo.SITE, enabled_stages=("publishing", "site")))
        add_user(session, NewUser(demo.EMAIL, demo.PASSWORD, demo.ACCOUNT_SLUG, name="Maya Lindqvist"))
    stage_file(parts, demo.SITE_KEY, demo.KEYWORD_FILE.read_bytes(), demo.KEYWORD_FILE.name)
    parts.warehouse.dispose()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_up(client: httpx.Client) -> bool:
    """Whether the API answers."""
    try:
        return client.get("/system/health/").status_code == 200
    except httpx.TransportError:
        return False


def sign_in(client: httpx.Client) -> None:
    """Let the client act as the demonstration's person."""
    signed_in = client.post("/auth/login/", json={"email": demo.EMAIL, "password": demo.PASSWORD}).json()["data"]
    client.headers["Authorization"] = f"Bearer {signed_in['access_token']}"


def until(condition: Callable[[], bool], complaint: str, log: Path | None = None) -> None:
    """Wait for something to be so."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        said = log.read_text(errors="replace")[-3000:] if log else ""
        assert time.monotonic() < deadline, f"{complaint}\n{said}"
        time.sleep(1)


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("bash")), reason="the session is for bash and curl")
def test_the_session_in_the_document_gives_the_answers_that_it_shows(service: Service, tmp_path: Path) -> None:
    steps = session_of("docs/api.md")
    assert [step.answer for step in steps].count("") < len(steps) / 3, "most steps show what comes of them"
    said = "".join(f"{step.commands}\nprintf '{END_OF_STEP}'\n" for step in steps)
    script = tmp_path / "session.sh"
    script.write_text(
        said.replace(SHOWN_ADDRESS, service.address).replace(SHOWN_HOOK, f"{service.receiver.address}/hook"), "utf-8"
    )
    # The python3 of the session is the one that runs the tests.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-u", str(script)],
        env={"PATH": path, "TMPDIR": str(tmp_path), "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE_SECONDS,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout[-3000:]
    *printed, _ = done.stdout.split(END_OF_STEP)
    wrong = [
        f"$ {step.commands}shown:  {step.answer}answers: {as_shown(output)[:3000]}"
        for step, output in zip(steps, printed, strict=True)
        if not step.pattern.fullmatch(as_shown(output))
    ]
    assert not wrong, "\n\n".join(wrong)

    # What the document says of the webhook holds for who receives it.
    [folder] = [made.parent for made in tmp_path.rglob("hook.json")]
    secret = json.loads((folder / "hook.json").read_text())["data"]["secret"]
    kinds = [message.verified(secret)["kind"] for message in service.receiver.arrived]
    assert sorted(kinds) == ["article.published", "article.ready", "webhook.ping"]


def test_an_article_asked_for_through_the_api_is_written_and_published(service: Service) -> None:
    sign_in(service.client)

    def finished() -> bool:
        progress = service.client.get(f"/system/settings/task_progress/{service.asked}/").json()["data"]
        assert progress["status"] != "failed", progress
        return bool(progress["status"] == "done")

    until(finished, "the article was not written")

    def published() -> bool:
        articles = service.client.get("/writer/content/", params={"status": "published", "site": demo.SITE_KEY}).json()
        return bool(articles["count"] == 1)

    until(published, "the article was not published")
