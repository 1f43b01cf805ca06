"""``igny8 prompts`` and ``igny8 ai`` at a terminal: a prompt changed, shown for a real article, and found again by its use."""

from pathlib import Path

import pytest

from igny8_resources.ai import short_memory
from igny8_resources.contracts.writer import ImagePlan, ImagePlanBrief
from igny8_resources.warehouse.store.sites import site_by_key, tenant_of, voice_of
from igny8_resources.warehouse.tables.ledgers import AiCall
from igny8_resources.warehouse.tables.models import PromptText
from tests.integration.cli_terminal import Terminal
from tests.warehouse_samples import Place, add_article

SITE = "crema-lane"
IMAGES = "generate_image_prompts"


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """A site with one article to write."""
    ready = Terminal(tmp_path / "home").ready()
    with ready.parts.warehouse.write() as session:
        site = site_by_key(session, SITE)
        add_article(session, Place(site.account_id, site.id, site.key), "queued")
    return ready


def plan_images(terminal: Terminal, title: str = "Espresso ratio") -> str:
    """A call for the article's pictures; gives the article's partition."""
    partition = f"{SITE}-1"
    with terminal.parts.warehouse.read() as session:
        site = site_by_key(session, SITE)
        voice = voice_of(session, site)
    brief = ImagePlanBrief(
        voice=voice, title=title, summary="Dose to yield.", headings=("Dose",), key_takeaways=(), in_article_images=1
    )
    terminal.parts.ai.text(
        tenant_of(site), IMAGES, subject=partition, inputs=brief, schema=ImagePlan, operation="image_prompts"
    )
    return partition


def written(terminal: Terminal, text: str, name: str = "prompt.txt") -> str:
    path = terminal.home.parent / name
    path.write_text(text)
    return str(path)


def test_a_prompt_is_changed_compared_used_again_and_put_back(terminal: Terminal) -> None:
    assert "generate_content/product" in terminal.done("prompts", "list")
    assert "primary_keyword.volume" in terminal.done("prompts", "show", "generate_content", "--variables")
    first = written(terminal, "About {{ title }}.")
    assert "account-1, used from now on" in terminal.done("prompts", "set", "generate_content/post", first)
    second = written(terminal, "All about {{ title }}.", "second.txt")
    assert "account-2, not in use" in terminal.done(
        "prompts", "set", "generate_content/post", second, "--aside", "--note", "longer"
    )
    shown = terminal.done("prompts", "show", "generate_content/post")
    assert "account-2" in shown
    assert "About {{ title }}." in shown
    diff = terminal.done("prompts", "diff", "generate_content/post", "1", "2")
    assert "-About {{ title }}." in diff
    assert "+All about {{ title }}." in diff
    terminal.done("prompts", "activate", "generate_content", "2")
    assert "All about" in terminal.done("prompts", "show", "generate_content/post")
    assert "the platform's own is used" in terminal.done("prompts", "reset", "generate_content/post")
    assert "are the same" in terminal.done("prompts", "diff", "generate_content/post")


def test_a_prompt_is_shown_for_a_real_article(terminal: Terminal) -> None:
    said = terminal.done("prompts", "preview", "generate_content", "--site", SITE)
    assert said.startswith("generate_content/post, 1\nYou write for Crema Lane")
    draft = written(terminal, "On {{ primary_keyword.text }}")
    said = terminal.done("prompts", "preview", "generate_content", "--site", SITE, "--file", draft)
    assert said.splitlines() == ["generate_content/post, unsaved", "On espresso ratio"]


def test_what_cannot_be_used_is_said_in_a_sentence(terminal: Terminal) -> None:
    bad = written(terminal, "Line one.\n{{ primary_keyword.txt }}")
    said = terminal.refused("prompts", "set", "generate_content", bad)
    assert "line 2: there is no variable `primary_keyword.txt`; did you mean `primary_keyword.text`?" in said
    assert "did you mean `generate_content`" in terminal.refused("prompts", "show", "generate_contnt")
    assert "has no version '9'" in terminal.refused("prompts", "diff", "generate_content", "9")
    assert "no account 'nobody'" in terminal.refused("prompts", "list", "--account", "nobody")
    assert "has no task 99" in terminal.refused(
        "prompts", "preview", "generate_content", "--site", SITE, "--task", "99"
    )
    assert "the journal has no call '4711'" in terminal.refused("ai", "explain", "4711")


def test_a_call_is_explained_with_the_prompt_as_the_model_saw_it(terminal: Terminal) -> None:
    terminal.done("prompts", "set", IMAGES, written(terminal, "Pictures for {{ title }} of {{ voice.site_name }}."))
    partition = plan_images(terminal)
    plan_images(terminal)
    call = terminal.rows(AiCall)[0]
    for name in (str(call.id), partition):
        said = terminal.done("ai", "explain", name)
        for expected in (
            "Pictures for Espresso ratio of Crema Lane.",
            f"account-1 {call.prompt_digest[:12]}",
            "offline/",
            "1 attempts, 1 replays",
            '"title": "Espresso ratio"',
            '"images"',
        ):
            assert expected in said
    assert terminal.count(PromptText) == 1


def test_articles_are_found_by_the_prompt_they_were_written_with(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One process does what else several do: it must not remember the prompt of a moment ago.
    monkeypatch.setattr(short_memory, "SECONDS", 0.0)
    partition = plan_images(terminal)
    terminal.done("prompts", "set", IMAGES, written(terminal, "Pictures for {{ title }}."))
    assert "No article was written with" in terminal.done("ai", "articles", "--prompt", f"{IMAGES}:account-1")
    plan_images(terminal)
    digest = terminal.rows(AiCall)[-1].prompt_digest
    for version in ("1", "account-1", digest[:10]):
        assert partition in terminal.done("ai", "articles", "--prompt", f"{IMAGES}:{version}")
    nobody = terminal.done("ai", "articles", "--prompt", f"{IMAGES}:account-1", "--account", "main")
    assert partition in nobody


def test_a_picture_to_try_a_model_with(terminal: Terminal) -> None:
    said = terminal.done("ai", "image-test", "A portafilter on a scale", "--site", SITE, "--provider", "offline")
    assert "offline/" in said
    assert "1024×1024, 0 credits" in said
    call = terminal.rows(AiCall)[0]
    assert (call.operation, call.subject) == ("image_test", f"{SITE}:image-test")
    assert terminal.parts.media.exists(call.media_key)
    missing = terminal.refused("ai", "image-test", "A cup", "--site", SITE, "--provider", "runware")
    assert "runware is not configured for images" in missing
