"""``igny8 models``: the catalogue, who uses what, and what a person is told when it cannot be."""

from pathlib import Path

import pytest
from cli_terminal import Terminal

ADD = ("site", "add", "crema-lane", "--name", "Crema Lane", "--url", "https://cremalane.example", "--account", "media")


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    made = Terminal(tmp_path / "home")
    made.done("init")
    made.done(*ADD)
    return made


def test_the_list_shows_what_ends_and_what_the_settings_make(terminal: Terminal) -> None:
    said = terminal.done("models", "list")
    assert "openai/gpt-4o-mini" in said
    assert "2027-01-14" in said
    assert "text: offline (built in)" in said
    terminal.settings = {
        "IGNY8_SELF_HOSTED_URL": "http://127.0.0.1:8080/v1",
        "IGNY8_SELF_HOSTED_MODEL": "llama",
        "IGNY8_ANTHROPIC_API_KEY": "secret",
        "IGNY8_ANTHROPIC_MODEL": "claude",
        "IGNY8_TEXT_CHAIN": "anthropic, self_hosted",
    }
    assert "text: anthropic/claude → self_hosted/llama" in terminal.done("models", "list")


def test_a_price_is_set_and_the_rest_of_the_row_stays(terminal: Terminal) -> None:
    terminal.done("models", "set", "openai/gpt-6-luna", "--input", "0.4", "--output", "1.6", "--ends", "2027-06-30")
    terminal.done("models", "set", "openai/gpt-6-luna", "--input", "0.35")
    row = next(line for line in terminal.done("models", "list").splitlines() if "openai/gpt-6-luna" in line)
    assert "0.35 / 1.6" in row
    assert "2027-06-30" in row


def test_a_model_is_chosen_for_a_site_and_given_back(terminal: Terminal) -> None:
    said = terminal.done(
        "models", "choose", "generate_content", "openai/gpt-6-sol", "openai/gpt-6-luna", "--site", "crema-lane"
    )
    assert said == "generate_content of crema-lane: openai/gpt-6-sol → openai/gpt-6-luna\n"
    assert "is decided elsewhere again" in terminal.done("models", "choose", "generate_content", "--site", "crema-lane")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("set", "gpt-6-luna"), "expected PROVIDER/MODEL, such as openai/gpt-6-luna"),
        (
            ("set", "acme/a"),
            "provider 'acme' has no text models; expected one of self_hosted, openai, anthropic, offline",
        ),
        (
            ("set", "openai/a", "--kind", "smell"),
            "kind 'smell': expected one of text, image, speech, transcription, embedding",
        ),
        (("set", "openai/a", "--input", "-1"), "the input price -1 cannot be right"),
        (("choose", "write_poems", "openai/a", "--account", "media"), "there is no function 'write_poems'"),
        (("choose", "text", "openai/a", "--site", "nowhere"), "there is no site 'nowhere'"),
        (("choose", "text", "openai/a", "--account", "nobody"), "there is no account 'nobody'"),
    ],
)
def test_what_cannot_be_is_told_in_one_sentence(terminal: Terminal, arguments: tuple[str, ...], said: str) -> None:
    done = terminal.run("models", *arguments)
    assert done.exit_code == 1
    assert said in done.output
