"""The desk in a browser: headless Chromium, the real service, the offline provider.

``apt-get install chromium`` brings the browser on Debian; ``IGNY8_TEST_CHROMIUM`` names another Chromium or Chrome.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest

from cli.demo import KEYWORD_FILE
from tests.e2e.homes import ROOT, Home

playwright_api = pytest.importorskip(
    "playwright.sync_api", reason="the development tools are not installed: make install-dev"
)
axe_api = pytest.importorskip("axe_playwright_python.sync_playwright", reason="make install-dev installs it")

EMAIL, VIEWER, PASSWORD = "maya@acme.example", "vera@acme.example", "a password to review with"
SITE = "acme-blog"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PAGES = (
    "/desk/sign-in",
    "/desk/",
    f"/desk/sites/{SITE}/",
    f"/desk/sites/{SITE}/stages/review",
    f"/desk/sites/{SITE}/automation",
    "/desk/articles/1/",
    "/desk/articles/1/versions/1/",
    "/desk/requests/",
    "/desk/credits/",
    "/desk/help",
    "/desk/nowhere",
)
LOOKS = {
    "desktop": {"viewport": {"width": 1280, "height": 860}},
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
}
COLOURS_ALONE = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}


@pytest.fixture(scope="module")
def chromium() -> str:
    """The browser's program."""
    wanted = os.environ.get("IGNY8_TEST_CHROMIUM", "")
    found = wanted or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not found:
        pytest.skip("no Chromium here: apt-get install chromium, or name one with IGNY8_TEST_CHROMIUM")
    return found


@contextmanager
def _serving(home: Home, port: int) -> Iterator[str]:
    address = f"http://127.0.0.1:{port}"
    log = (home.folder / "serve.log").open("wb")
    process = subprocess.Popen(
        home.command("serve", "--port", str(port)),
        cwd=ROOT,
        env=home.environment,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + 120
        while True:
            try:
                httpx.get(f"{address}/api/v1/system/health/", timeout=5).raise_for_status()
                break
            except httpx.HTTPError:
                assert process.poll() is None, (home.folder / "serve.log").read_text()
                assert time.monotonic() < deadline, "the service did not start"
                time.sleep(0.2)
        yield address
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)
        log.close()


@pytest.fixture(scope="module")
def home(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, str]]:
    """A site with one article in review, served."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = Home(tmp_path_factory.mktemp("desk") / "home", {"IGNY8_PUBLIC_URL": f"http://127.0.0.1:{port}"})
    site = ("--name", "Acme Blog", "--url", "https://acme.example", "--niche", "home coffee brewing")
    _run(home, ("init",), ("site", "add", SITE, *site))
    # The article is written while people are added and the service starts: each is mostly a program that loads.
    with ThreadPoolExecutor(1) as beside:
        written = beside.submit(
            _run, home, ("import", str(KEYWORD_FILE), "--site", SITE), ("run", "--site", SITE, "--articles", "1")
        )
        _run(
            home,
            ("user", "add", EMAIL, "--password", PASSWORD),
            ("user", "add", VIEWER, "--password", PASSWORD, "--role", "viewer", "--site", SITE),
        )
        with _serving(home, port) as address:
            written.result()
            yield home, address


def _run(home: Home, *commands: tuple[str, ...]) -> None:
    for command in commands:
        done = home.run(*command)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def browser(chromium: str):
    """One Chromium; every sign-in has a profile of its own in it."""
    with playwright_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_desk(home: tuple[Home, str], browser):
    """Signs somebody in and gives the page."""
    contexts = []

    def opened(email: str = EMAIL, **look):
        context = browser.new_context(base_url=home[1], **look)
        contexts.append(context)
        context.set_default_timeout(60_000)
        page = context.new_page()
        page.goto("/desk/")
        page.get_by_label("Email address").fill(email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/desk/")
        return page

    yield opened
    for context in contexts:
        context.close()


def _serious_findings(page) -> list[tuple[str, list[str]]]:
    """What axe finds serious or critical: every rule in light, those about colours in dark."""
    found = axe_api.Axe().run(page).response["violations"]
    page.emulate_media(color_scheme="dark")
    found += axe_api.Axe().run(page, options=COLOURS_ALONE).response["violations"]
    page.emulate_media(color_scheme="light")
    return [
        (finding["id"], [node["html"][:200] for node in finding["nodes"]])
        for finding in found
        if finding["impact"] in {"serious", "critical"}
    ]


@pytest.mark.slow
@pytest.mark.parametrize("look", LOOKS)
def test_no_page_has_a_serious_finding(open_desk, look: str) -> None:
    """On a desktop and a phone, in light and dark; and nothing sticks out sideways."""
    page = open_desk(**LOOKS[look])
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None)

    def hold(what: str) -> None:
        page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true })")
        assert _serious_findings(page) == [], (look, what)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= LOOKS[look]["viewport"]["width"], (look, what, width)

    for path in PAGES:
        page.goto(path)
        hold(path)
    page.goto("/desk/requests/")
    page.get_by_role("link", name="Planning and articles").first.click()
    page.wait_for_url("**/desk/requests/*/")
    hold("a request")
    page.goto(f"/desk/sites/{SITE}/automation")
    page.get_by_label("Video on").click()
    page.get_by_role("button", name="See what would change").click()
    page.get_by_role("button", name="Change it").wait_for()
    hold("the question before a change")
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()
    hold("the keys")
    assert refused == []


@pytest.mark.slow
def test_a_wrong_password_and_a_lost_session_are_said(open_desk) -> None:
    page = open_desk()
    page.goto("/desk/articles/1/")
    page.context.clear_cookies()
    page.get_by_role("button", name="Approve").click()
    assert page.get_by_role("alert").inner_text().startswith("You were not signed in any more, so nothing was changed.")
    page.get_by_label("Email address").fill(EMAIL)
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("The email address or the password is wrong.").wait_for()
    assert _serious_findings(page) == []
    assert page.get_by_label("Password").evaluate("field => field === document.activeElement"), "type on at once"
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/articles/1/")
    page.locator(".badge.stage-review").wait_for()


@pytest.mark.slow
def test_a_viewer_has_no_button_to_decide_with(open_desk) -> None:
    page = open_desk(VIEWER)
    for path in (f"/desk/sites/{SITE}/", "/desk/articles/1/", f"/desk/sites/{SITE}/automation", "/desk/requests/"):
        page.goto(path)
        names = [button.inner_text() for button in page.locator("main button").all()]
        assert names in ([], ["Search"]), (path, names)


@pytest.mark.slow
def test_the_pages_work_without_scripts(open_desk) -> None:
    """Sign in, search, compare, automation: forms and links alone."""
    page = open_desk(java_script_enabled=False)
    page.goto(f"/desk/sites/{SITE}/")
    page.get_by_label("Search articles").fill("no such words anywhere")
    page.get_by_role("button", name="Search").click()
    page.get_by_text("Nothing here matches.").nth(4).wait_for()
    page.get_by_role("link", name="Keys and help").click()
    page.get_by_role("heading", name="Stages").wait_for()
    page.goto(f"/desk/sites/{SITE}/automation")
    page.get_by_label("Video on").click()
    page.get_by_role("button", name="See what would change").click()
    page.get_by_text("Video: switch").wait_for()
    page.get_by_role("link", name="Leave it").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_text("You are signed out.").wait_for()


@pytest.mark.slow
def test_from_signing_in_to_a_published_article_and_progress_seen(home: tuple[Home, str], open_desk) -> None:
    """Sign in, review, approve with a key, see it published; then ask for another article and watch it being made."""
    made, _ = home
    page = open_desk()
    page.get_by_text("1 waits for review").wait_for()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk/sites/{SITE}/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/articles/*/")
    article = page.url
    page.get_by_text("all passed").wait_for()
    title = page.get_by_role("heading", level=1).inner_text()
    preview = page.frame_locator("iframe").get_by_role("heading", level=1)
    assert preview.inner_text().replace("\n", " ") == title.replace("\n", " ")
    page.keyboard.press("a")
    page.get_by_text("Approved. Publication starts by itself.").wait_for()
    _run(made, ("run", "--site", SITE))
    page.goto(article)
    page.locator(".badge.stage-published").wait_for()
    page.get_by_text("Approved by maya@acme.example").wait_for()
    page.keyboard.press("u")
    page.wait_for_url(f"**/desk/sites/{SITE}/?stage=published")
    page.locator(".column.stage-published").get_by_text(title).wait_for()

    page.get_by_role("button", name="Ask for articles").click()
    page.wait_for_url("**/desk/requests/*/?said=asked")
    page.get_by_role("heading", name="0 of 1 done").wait_for()
    # The page looks again by itself: what it said meanwhile is kept where a reload would lose it.
    page.evaluate(
        """window.said = new Set();
        new MutationObserver(() => window.said.add(document.querySelector('#state').textContent))
            .observe(document.querySelector('main'), {childList: true, subtree: true})"""
    )
    with ThreadPoolExecutor(1) as beside:
        worked = beside.submit(_run, made, ("run", "--site", SITE))
        page.get_by_text("Everything is done.").wait_for(timeout=180_000)
        worked.result()
    assert page.evaluate("[...window.said]")[-2:] == ["1 of 2 done", "2 of 2 done"]
    page.get_by_role("heading", name="2 of 2 done").wait_for()
    page.locator(".pieces").get_by_role("link").first.click()
    page.wait_for_url("**/desk/articles/*/")
    page.locator(".badge.stage-review").wait_for()
    page.keyboard.press("r")
    page.keyboard.type("Say more about water.")
    page.get_by_role("button", name="Send back to draft").click()
    page.get_by_text("Sent back by maya@acme.example: Say more about water.").wait_for()
