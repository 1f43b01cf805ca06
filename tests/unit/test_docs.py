"""The documents tell the truth: settings, commands, links, pictures and examples are those of the product."""

import json
import re
import shlex
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import unquote

import pytest
import typer.main
from pydantic import SecretStr
from typer.core import TyperCommand, TyperGroup

from api.routes.automation import NewRule
from cli.main import app
from igny8_assets.video.presets import PRESETS
from igny8_assets.video.render_script import RenderPalette, RenderScript, RenderSection, load_script, render
from igny8_resources.ai.providers import SpeechAnswer, SpeechCall
from igny8_resources.automation.contracts import ACTIONS
from igny8_resources.automation.vocabulary import TRIGGERS
from igny8_resources.contracts.video import WordTiming
from igny8_resources.settings import Settings
from igny8_resources.warehouse.tables.columns import utc_now
from igny8_resources.webhooks.catalogue import KINDS, Message
from igny8_resources.webhooks.sending import BACK_OFF
from igny8_resources.webhooks.signing import SigningSecrets, new_secret

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
PICTURES = sorted((ROOT / "docs" / "images").iterdir())
ROW = re.compile(r"^\| `(?P<name>[a-zA-Z0-9_]+)` \| (?P<cells>.*) \|$", re.MULTILINE)


def text_of(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def code_blocks(document: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text_of(document), re.DOTALL)


def rows_of(document: str) -> dict[str, list[str]]:
    """The rows of a document's tables whose first cell is one name in code: the name, then the other cells."""
    return {found["name"]: found["cells"].split(" | ") for found in ROW.finditer(text_of(document))}


class TestConfiguration:
    rows: ClassVar = rows_of("docs/configuration.md")

    def test_every_setting_is_described_and_no_other(self) -> None:
        assert set(self.rows) == {f"IGNY8_{name.upper()}" for name in Settings.model_fields}

    @pytest.mark.parametrize("name", sorted(Settings.model_fields))
    def test_its_default_is_the_real_one(self, name: str) -> None:
        default = Settings.model_fields[name].default
        shown, meaning, example = self.rows[f"IGNY8_{name.upper()}"]
        assert not isinstance(default, SecretStr)
        expected = "unset" if default is None else f"`{default}`" if str(default) else "empty"
        assert shown == expected
        assert len(meaning) > 20
        assert example


def lines_of_commands(document: str) -> list[str]:
    """The lines of a document's shell examples that call ``igny8``, continuation lines joined, comments cut."""
    lines: list[str] = []
    for block in [*code_blocks(document, "sh"), *code_blocks(document, "console")]:
        for line in block.replace("\\\n", " ").splitlines():
            bare = line.removeprefix("$ ").split(" # ")[0].strip()
            bare = re.sub(r"^(IGNY8_\w+=\S+ )+", "", bare)
            if bare.startswith("igny8 "):
                lines.append(bare)
    return lines


def resolve(words: list[str]) -> tuple[TyperCommand, list[str]]:
    """The command that words name, and what is left for it."""
    command = typer.main.get_command(app)
    while isinstance(command, TyperGroup):
        assert words, f"{command.name} needs a subcommand"
        assert words[0] in command.commands, f"igny8 has no command {words[0]!r}"
        command, words = command.commands[words[0]], words[1:]
    assert isinstance(command, TyperCommand)
    return command, words


def leaves_of(group: TyperGroup) -> Iterator[str]:
    """The names of all commands below a group, at whatever depth."""
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from leaves_of(command)
        else:
            yield name


EXAMPLES = sorted({line for document in DOCUMENTS for line in lines_of_commands(str(document.relative_to(ROOT)))})


class TestCommands:
    @pytest.mark.parametrize("line", EXAMPLES)
    def test_an_example_is_one_that_the_command_line_takes(self, line: str) -> None:
        command, words = resolve(shlex.split(line)[1:])
        assert command.make_context(command.name, words).args == [], "words that mean nothing"

    def test_every_command_is_shown_somewhere(self) -> None:
        shown = {resolve(shlex.split(line)[1:])[0].name for line in EXAMPLES}
        program = typer.main.get_command(app)
        assert isinstance(program, TyperGroup)
        assert shown | {"demo"} == set(leaves_of(program))

    def test_the_readme_begins_with_the_two_commands(self) -> None:
        first = code_blocks("README.md", "sh")[0].splitlines()
        assert [line.split(" #")[0].strip() for line in first] == ["make demo", "make test"]
        assert text_of("README.md").index("make test") < 500

    def test_every_make_target_exists(self) -> None:
        targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))
        named = {target for document in DOCUMENTS for target in re.findall(r"`make ([a-z-]+)`", document.read_text())}
        assert named <= targets


class TestLinksAndPictures:
    @pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
    def test_every_relative_link_leads_to_a_file(self, document: Path) -> None:
        prose = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
        links = re.findall(r"\]\(([^)\s]+)\)", prose)
        missing = [
            link
            for link in links
            if not re.match(r"[a-z]+:|#", link) and not (document.parent / unquote(link.split("#")[0])).exists()
        ]
        assert missing == []

    def test_every_picture_is_shown_somewhere_and_says_what_it_shows(self) -> None:
        shown = {
            Path(link).name: alt
            for document in DOCUMENTS
            for alt, link in re.findall(r"!\[([^]]*)\]\(([^)]+)\)", document.read_text(encoding="utf-8"))
        }
        assert set(shown) == {picture.name for picture in PICTURES}
        assert all(len(alt) > 15 for alt in shown.values())

    def test_pictures_are_small(self) -> None:
        sizes = {picture.name: picture.stat().st_size for picture in PICTURES}
        assert {name: size for name, size in sizes.items() if size > 200_000} == {}
        assert sum(sizes.values()) <= 2_000_000

    @pytest.mark.parametrize("document", [*DOCUMENTS, ROOT / "NOTICE"], ids=lambda path: path.name)
    def test_nothing_names_a_machine_or_a_registry(self, document: Path) -> None:
        found = re.findall(
            r"(?<![\w.:/])/(?:home|root|work|tmp|Users|opt|mnt)/\S*|\bpypi\.\S+|\S*artifactory\S*|--index-url",
            document.read_text(encoding="utf-8"),
        )
        assert found == []


class TestAutomation:
    @pytest.mark.parametrize("example", code_blocks("docs/automation.md", "json"))
    def test_a_rule_that_is_shown_is_one_that_can_be_saved(self, example: str) -> None:
        assert NewRule.model_validate_json(example).actions

    def test_every_trigger_and_every_action_is_described(self) -> None:
        rows = rows_of("docs/automation.md")
        actions = {action.model_json_schema()["properties"]["action"]["const"] for action in ACTIONS}
        assert set(rows) == {*TRIGGERS, *actions}
        for trigger, about in TRIGGERS.items():
            assert all(f"`{kind}`" in rows[trigger][0] for kind in about.kinds)


class TestWebhooks:
    def test_the_receivers_code_takes_what_was_signed_and_nothing_else(self) -> None:
        (code,) = code_blocks("docs/webhooks.md", "python")
        (example,) = code_blocks("docs/webhooks.md", "json")
        receiver: dict[str, Any] = {}
        exec(code, receiver)  # noqa: S102 - the document's own example
        secret, message = new_secret(), Message("evt_1042", json.loads(example))
        headers = SigningSecrets(secret).headers(message, utc_now())
        assert receiver["receive"](message.body, headers, secret) == json.loads(example)
        assert receiver["receive"](message.body.replace(b"42", b"43"), headers, secret) is None
        assert receiver["receive"](message.body, headers, new_secret()) is None
        old = SigningSecrets(secret).headers(message, utc_now() - timedelta(minutes=6))
        assert receiver["receive"](message.body, old, secret) is None

    def test_the_message_that_is_shown_tells_what_its_kind_tells(self) -> None:
        (example,) = code_blocks("docs/webhooks.md", "json")
        shown = json.loads(example)
        assert set(shown["data"]) == set(KINDS[shown["kind"]].data)

    def test_the_waits_are_those_of_the_sender(self) -> None:
        units = {"s": 1, "min": 60, "h": 3600}
        (sentence,) = re.findall(r"sent again after (.*?), each up to a fifth", text_of("docs/webhooks.md"), re.DOTALL)
        assert (
            tuple(int(number) * units[unit] for number, unit in re.findall(r"(\d+) (s|min|h)\b", sentence)) == BACK_OFF
        )


class _Metronome:
    """Speaks a tone, one word after the other: as long as a person would need."""

    name = "metronome"
    model = "tone"

    def speak(self, call: SpeechCall) -> SpeechAnswer:
        import numpy as np

        rate, seconds = 8_000, 60 / call.words_per_minute
        words = call.text.split()
        moments = np.arange(int(rate * seconds * len(words))) / rate
        samples = (8_000 * np.sin(2 * np.pi * 220 * moments)).astype(np.int16)
        timed = tuple(
            WordTiming(text=word, start=number * seconds, end=(number + 1) * seconds)
            for number, word in enumerate(words)
        )
        return SpeechAnswer(samples, rate, timed)


class TestRenderScripts:
    rows: ClassVar = rows_of("docs/render-script.md")

    def test_the_example_is_read_and_rendered(self, tmp_path: Path) -> None:
        (example,) = code_blocks("docs/render-script.md", "json")
        path = tmp_path / "script.json"
        path.write_text(example, encoding="utf-8")
        script = load_script(path)
        assert set(json.loads(example)) <= set(RenderScript.model_fields)

        small = PRESETS[script.preset].resized(108, 192)
        made = render(script, tmp_path / "video.mp4", speech=_Metronome(), preset=small)
        assert small.min_seconds <= made.duration <= small.max_seconds
        assert made.srt.read_text().startswith("1\n")

    def test_every_field_is_described(self) -> None:
        fields = set(RenderScript.model_fields) | set(RenderSection.model_fields)
        assert fields | set(PRESETS) == set(self.rows)
        assert all(f"`{colour}`" in self.rows["palette"][1] for colour in RenderPalette.model_fields)

    @pytest.mark.parametrize("key", sorted(PRESETS))
    def test_every_preset_is_described(self, key: str) -> None:
        preset = next(each for name, each in PRESETS.items() if name == key)
        pixels, seconds = self.rows[key]
        assert pixels == f"{preset.width} × {preset.height}"
        assert seconds == f"{preset.min_seconds:g} to {preset.max_seconds:g}"
