"""``igny8 ai voices`` and ``choose-voice``: what there is, how it sounds, and what a person is told."""

import io
from pathlib import Path

import pytest
import soundfile
from cli_terminal import Terminal

pytest.importorskip("espeakng_loader")

from tests.integration.test_cli_models import ADD
from tests.stand_ins.scripted_http import Recorded, Reply, ScriptedServer
from tests.stand_ins.speech_servers import ELEVEN_KEY, Altered, ElevenLabsStandIn, PiperStandIn, spoken, wav_file


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    made = Terminal(tmp_path / "home")
    made.done("init")
    made.done(*ADD)
    return made


def seconds_of(path: Path) -> float:
    samples, rate = soundfile.read(path)
    assert abs(samples).max() > 0.1
    return len(samples) / rate


def test_every_voice_is_listed_with_its_language(terminal: Terminal) -> None:
    with PiperStandIn() as piper:
        terminal.settings = {"IGNY8_PIPER_URL": piper.base_url, "COLUMNS": "160"}
        said = terminal.done("ai", "voices", "--language", "de-AT")
    assert "piper/de_DE-thorsten-high" in said
    assert "espeak-ng/de " in said
    assert "lessac" not in said
    assert "espeak-ng/fr" not in said


def test_a_provider_that_is_down_does_not_hide_the_others(terminal: Terminal) -> None:
    with ElevenLabsStandIn() as server:
        terminal.settings = {"IGNY8_ELEVENLABS_URL": server.base_url, "IGNY8_ELEVENLABS_API_KEY": "wrong"}
        said = terminal.run("ai", "voices", "--language", "fi")
    assert "espeak-ng/fi" in said.stdout
    assert "Check IGNY8_ELEVENLABS_API_KEY" in said.stderr


def test_a_built_in_voice_is_heard_without_a_site(terminal: Terminal, tmp_path: Path) -> None:
    out = tmp_path / "f3.wav"
    assert str(out) in terminal.done("ai", "voices", "--sample", str(out), "espeak-ng/en-gb+f3")
    assert 2 < seconds_of(out) < 6


def test_a_paid_voice_is_heard_once_and_then_kept(terminal: Terminal, tmp_path: Path) -> None:
    with PiperStandIn() as piper:
        terminal.settings = {"IGNY8_PIPER_URL": piper.base_url}
        asked = terminal.run("ai", "voices", "--sample", str(tmp_path / "p.wav"), "piper/de_DE-thorsten-high")
        assert "say who pays, with --site KEY" in asked.stderr
        for name in ("a.wav", "b.wav"):
            sample = ("--sample", str(tmp_path / name), "piper/de_DE-thorsten-high", "--site", "crema-lane")
            terminal.done("ai", "voices", *sample)
        posts = [request.body for request in piper.requests if request.method == "POST"]
    assert [body["text"] for body in posts] == ["So klinge ich, wenn ich Ihre Artikel vorlese."]
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()


def test_the_providers_own_sample_is_taken_where_there_is_one(terminal: Terminal, tmp_path: Path) -> None:
    class Samples(ScriptedServer):
        def work(self, request: Recorded, altered: Altered) -> Reply:  # noqa: ARG002
            said, buffer = spoken("Hello, I am Rachel."), io.BytesIO()
            soundfile.write(buffer, said.samples, said.sample_rate, format="FLAC")
            return Reply(buffer.getvalue(), "audio/mpeg")

    with Samples() as samples, ElevenLabsStandIn() as server:
        server.VOICES = ({**server.VOICES[0], "preview_url": f"{samples.address}/r.mp3"},)
        terminal.settings = {"IGNY8_ELEVENLABS_URL": server.base_url, "IGNY8_ELEVENLABS_API_KEY": ELEVEN_KEY}
        for _ in range(2):
            sample = ("--sample", str(tmp_path / "r.wav"), "elevenlabs/rachel", "--site", "crema-lane")
            terminal.done("ai", "voices", *sample)
        assert len(samples.requests) == 1
        assert server.characters == 0, "nothing was spoken and nothing was paid"
    said = spoken("Hello, I am Rachel.")
    assert (tmp_path / "r.wav").read_bytes() == wav_file(said.samples, said.sample_rate)


def test_a_voice_is_chosen_for_a_site_and_given_back(terminal: Terminal) -> None:
    choose = ("ai", "choose-voice")
    assert terminal.done(*choose, "espeak-ng/en-gb+f3", "--site", "crema-lane") == "crema-lane: espeak-ng/en-gb+f3\n"
    assert "decided elsewhere again" in terminal.done(*choose, "", "--site", "crema-lane")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("choose-voice", "espeak-ng/de", "--site", "crema-lane"), "'de' of espeak-ng speaks de and the text is in en"),
        (("choose-voice", "espeak-ng/xx", "--site", "crema-lane"), "espeak-ng has no voice 'xx'. Choose one of"),
        (("choose-voice", "openai/nova", "--site", "crema-lane"), "set IGNY8_OPENAI_SPEECH_MODEL and"),
        (("choose-voice", "en-gb", "--site", "crema-lane", "--video", "crema-lane-v9"), "no video 'crema-lane-v9'"),
        (("voices", "--sample", "x.wav", "nobody/x"), "'nobody/x' names no speech provider"),
        (("voices", "--sample", "x.wav", "espeak-ng/nobody"), "espeak-ng has no voice 'nobody'"),
        (("voices", "espeak-ng/en"), "a VOICE and --sample OUT.wav belong together"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(terminal: Terminal, arguments: tuple[str, ...], said: str) -> None:
    done = terminal.run("ai", *arguments)
    assert done.exit_code != 0
    assert said in " ".join(done.stderr.replace("│", " ").split())
    assert "Traceback" not in done.stderr
