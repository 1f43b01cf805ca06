"""What a video sounds like: its loudness, its music, and what cannot be used. Measured on the files."""

import subprocess

import numpy as np
import pytest
import soundfile
from video_stand_ins import RATE, ToneVoice

from igny8_assets.video.encoder import ffmpeg_path
from igny8_assets.video.failures import EncodingFailed, MusicUnusable, ScriptInvalid
from igny8_assets.video.joining import encode_sound
from igny8_assets.video.loudness import measure_loudness
from igny8_assets.video.music import MusicTrack, chosen_track, track_at, track_in
from igny8_assets.video.music_bed import ducking, looped
from igny8_assets.video.soundtrack import make_soundtrack
from igny8_assets.video.voiceover import SectionVoice, recorded_voice, speak_section
from igny8_resources.media import FolderStore

LICENCE = "Calm by Ada Example\nhttps://music.example/calm, CC BY 4.0\n"
STARTS, DURATION = (1.5, 5.0), 11.0


def voices(gain: float = 1.0) -> list[SectionVoice]:
    """Two sections of eight words; from 1.5 s and from 5 s on."""
    spoken = [speak_section("One two three four five six seven eight.", speech=ToneVoice(), section=1)] * 2
    return [
        SectionVoice(np.clip(each.samples * gain, -32768, 32767).astype(np.int16), each.sample_rate, each.words, False)
        for each in spoken
    ]


def chord(seconds: float, rate: int = 44_100) -> np.ndarray:
    moments = np.arange(round(seconds * rate)) / rate
    return sum(np.sin(2 * np.pi * hertz * moments) for hertz in (523, 659, 784)) / 4


def track(folder, samples: np.ndarray, rate: int = 44_100, name: str = "calm.flac") -> MusicTrack:
    soundfile.write(folder / name, samples, rate)
    (folder / name).with_suffix(".txt").write_text(LICENCE)
    return track_at(folder / name)


def heard(path, folder) -> tuple[float, float]:
    """Loudness and true peak of what a viewer gets: AAC."""
    loudness = measure_loudness(encode_sound(path, folder / "heard.m4a"))
    return loudness.integrated, loudness.true_peak


def level_of(samples: np.ndarray, begin: float, end: float) -> float:
    return float(10 * np.log10(np.mean(samples[round(begin * 48_000) : round(end * 48_000)] ** 2) + 1e-12))


class TestLoudness:
    @pytest.mark.parametrize("gain", [1.0, 0.003, 3.5], ids=["as spoken", "50 dB too quiet", "clipped"])
    @pytest.mark.parametrize("with_music", [False, True], ids=["voice alone", "with music"])
    def test_a_track_is_at_14_lufs_whatever_goes_in(self, tmp_path, gain, with_music):
        music = track(tmp_path, chord(4.0)) if with_music else None
        made = make_soundtrack(voices(gain), STARTS, DURATION, tmp_path / "out.wav", music=music)
        integrated, true_peak = heard(made.path, tmp_path)
        assert integrated == pytest.approx(-14, abs=0.3)
        assert true_peak <= -1.5
        facts = soundfile.info(made.path)
        assert (facts.samplerate, facts.channels, facts.frames) == (48_000, 2, round(DURATION * 48_000))
        assert sorted(path.suffix for path in tmp_path.glob("out*")) == [".wav"], "nothing of the work stays behind"

    def test_sections_of_different_levels_sound_alike(self, tmp_path):
        loud, quiet = voices(1.0)[0], voices(0.05)[0]
        samples, _ = soundfile.read(make_soundtrack([loud, quiet], STARTS, DURATION, tmp_path / "o.wav").path)
        assert level_of(samples, 1.7, 3.0) == pytest.approx(level_of(samples, 5.2, 6.5), abs=0.5)

    def test_the_same_sound_twice_is_the_same_file(self, tmp_path):
        music = track(tmp_path, chord(4.0))
        first, second = (
            make_soundtrack(voices(), STARTS, DURATION, tmp_path / name, music=music).path.read_bytes()
            for name in ("a.wav", "b.wav")
        )
        assert first == second

    def test_silence_has_nothing_to_level(self, tmp_path):
        silent = SectionVoice(np.zeros(RATE, np.int16), RATE, (), False)
        with pytest.raises(EncodingFailed, match="narration is silent"):
            make_soundtrack([silent], [0.1], 2.0, tmp_path / "o.wav")


class TestRecordings:
    def test_a_quiet_recording_is_trimmed_like_a_loud_one(self):
        tone = voices()[0].samples
        padded = np.concatenate([np.zeros(RATE, np.int16), tone, np.zeros(RATE, np.int16)])
        loud = recorded_voice("One.", padded, RATE, (), section=1)
        quiet = recorded_voice("One.", (padded / 200).astype(np.int16), RATE, (), section=1)
        assert quiet.seconds == pytest.approx(loud.seconds, abs=0.02)

    @pytest.mark.parametrize(
        ("samples", "said"),
        [
            (np.zeros(RATE, np.int16), "Section 3: the voice returned no sound"),
            (np.full(RATE, 20, np.int16), "Section 3: the voice returned no sound"),
            (np.clip(voices()[0].samples * 400.0, -32768, 32767).astype(np.int16), "Section 3: the voice is distorted"),
        ],
        ids=["silence", "a hum", "distortion"],
    )
    def test_what_is_no_voice_is_refused_with_its_section(self, samples, said):
        with pytest.raises(ScriptInvalid, match=said):
            recorded_voice("One.", samples, RATE, (), section=3)

    def test_a_voice_without_moments_is_timed_and_marked(self):
        class Untimed(ToneVoice):
            def speak(self, call):
                said = super().speak(call)
                return type(said)(said.samples, said.sample_rate, ())

        spoken = speak_section("One two three.", speech=Untimed(), section=1)
        assert [word.text for word in spoken.words] == ["One", "two", "three."]
        assert spoken.estimated


class TestMusic:
    @pytest.fixture
    def mixed(self, tmp_path):
        quiet = tmp_path / "q"
        quiet.mkdir()
        with_music = make_soundtrack(voices(), STARTS, DURATION, tmp_path / "m.wav", music=track(tmp_path, chord(30)))
        samples, _ = soundfile.read(with_music.path)
        return samples

    def test_it_is_down_while_somebody_speaks_and_up_while_nobody_does(self, mixed):
        speech = level_of(mixed, 1.6, 3.4)
        between, after = level_of(mixed, 3.9, 4.3), level_of(mixed, 8.0, 8.8)
        assert speech - 20 < between < speech - 6
        assert after == pytest.approx(between, abs=1.5)

    def test_it_is_down_before_the_first_word(self, tmp_path):
        narration = tmp_path / "n.wav"
        samples = np.zeros((10 * 48_000, 2))
        samples[3 * 48_000 : 5 * 48_000] = 0.3
        samples[round(5.5 * 48_000) : 7 * 48_000] = 0.3
        soundfile.write(narration, samples, 48_000)
        down = ducking(narration, len(samples))
        assert len(down) == 1000
        assert down[:240].max() == 0
        assert down[300] == pytest.approx(1, abs=0.01)
        assert down[500:550].min() == pytest.approx(1), "a breath is no reason to come up"
        assert down[800:].max() == 0
        assert np.abs(np.diff(down)).max() < 0.05, "it glides"

    def test_it_fades_in_and_out(self, mixed):
        assert level_of(mixed, 0.0, 0.1) < level_of(mixed, 0.7, 0.9) - 8
        assert level_of(mixed, 10.9, 11.0) < level_of(mixed, 8.5, 8.7) - 20

    def test_a_short_track_begins_again_without_a_gap(self):
        second = np.clip(chord(4.0, 48_000) * 32767, -32768, 32767).astype(np.int16)
        music = np.stack([second, second], 1)
        sound = looped(music, np.arange(20 * 48_000))
        assert sound.shape == (20 * 48_000, 2)
        loud = [level_of(sound, at, at + 0.25) for at in np.arange(0, 19.5, 0.25)]
        assert max(loud) - min(loud) < 4
        assert np.abs(np.diff(sound[:, 0])).max() <= np.abs(np.diff(chord(4.0, 48_000))).max() * 1.5, "no click"

    @pytest.mark.parametrize("name", ["mono.wav", "hifi.flac", "old.ogg", "phone.mp3"])
    def test_any_format_rate_and_number_of_channels_will_do(self, tmp_path, name):
        rate = {"mono.wav": 11_025, "hifi.flac": 96_000, "old.ogg": 44_100, "phone.mp3": 22_050}[name]
        music = track(tmp_path, chord(5.0, rate), rate, name)
        made = make_soundtrack(voices(), STARTS, DURATION, tmp_path / "o.wav", music=music)
        assert heard(made.path, tmp_path)[0] == pytest.approx(-14, abs=0.3)

    @pytest.mark.parametrize(
        ("samples", "said"),
        [(np.zeros(5 * 44_100), "'calm.flac' is silent"), (chord(1.0), "lasts 1.0 s; it needs 3 s to be looped")],
        ids=["silence", "a jingle"],
    )
    def test_what_is_no_music_has_a_name(self, tmp_path, samples, said):
        with pytest.raises(MusicUnusable, match=said):
            make_soundtrack(voices(), STARTS, DURATION, tmp_path / "o.wav", music=track(tmp_path, samples))

    def test_a_file_without_sound_is_told(self, tmp_path):
        (tmp_path / "calm.mp3").write_bytes(b"no music")
        (tmp_path / "calm.txt").write_text(LICENCE)
        with pytest.raises(MusicUnusable, match="'calm.mp3' holds no sound that can be read"):
            make_soundtrack(voices(), STARTS, DURATION, tmp_path / "o.wav", music=track_at(tmp_path / "calm.mp3"))


class TestChoosing:
    @pytest.fixture
    def folder(self, tmp_path):
        for name in ("calm", "dawn", "moss"):
            (tmp_path / f"{name}.mp3").write_bytes(b"sound")
            (tmp_path / f"{name}.txt").write_text(f"{name} by Ada Example, CC0")
        return tmp_path

    @pytest.fixture
    def media(self, tmp_path):
        store = FolderStore(tmp_path / "media", "http://127.0.0.1/media")
        store.put("accounts/7/music/own.mp3", b"sound", "audio/mpeg")
        store.put("accounts/7/music/own.txt", b"Own, by us", "text/plain")
        store.put("accounts/8/music/theirs.mp3", b"sound", "audio/mpeg")
        store.put("accounts/8/music/theirs.txt", b"Theirs", "text/plain")
        store.put("accounts/7/music/bare.mp3", b"sound", "audio/mpeg")
        return store

    def chosen(self, choice, folder, media):
        with chosen_track(
            choice, folder=folder, media=media, media_prefix="accounts/7/acme", subject="acme-v1"
        ) as found:
            return found and (found.name, found.attribution, found.path.read_bytes())

    def test_no_choice_is_no_music(self, folder, media):
        assert self.chosen("", folder, media) is None
        assert self.chosen("none", folder, media) is None

    def test_a_track_comes_with_its_licence(self, folder, media):
        assert self.chosen("dawn.mp3", folder, media) == ("dawn.mp3", "dawn by Ada Example, CC0", b"sound")
        assert self.chosen("media:accounts/7/music/own.mp3", folder, media) == ("own.mp3", "Own, by us", b"sound")

    def test_auto_stays_the_same_for_a_video_and_differs_between_videos(self, folder):
        found = [track_in(folder, "auto", f"acme-v{number}").name for number in range(20)]
        assert found == [track_in(folder, "auto", f"acme-v{number}").name for number in range(20)]
        assert len(set(found)) == 3

    @pytest.mark.parametrize(
        ("choice", "said"),
        [
            ("dusk.mp3", "there is no music 'dusk.mp3' in .*; there is calm.mp3, dawn.mp3, moss.mp3"),
            ("../calm.mp3", "there is no music"),
            ("media:accounts/8/music/theirs.mp3", r"is not among this account's files \(accounts/7/…\)"),
            ("media:accounts/7/../8/music/theirs.mp3", "nothing says under which licence"),
            ("media:accounts/7/music/bare.mp3", "put a file accounts/7/music/bare.txt beside it"),
            ("media:accounts/7/music/gone.mp3", "nothing says under which licence"),
        ],
    )
    def test_what_is_not_there_or_not_ones_own_is_refused(self, folder, media, choice, said):
        with pytest.raises(MusicUnusable, match=said):
            self.chosen(choice, folder, media)

    def test_a_licence_is_needed_and_says_something(self, folder):
        (folder / "calm.txt").unlink()
        with pytest.raises(MusicUnusable, match="put a file calm.txt beside it with its title, author, licence"):
            track_in(folder, "calm.mp3", "")
        (folder / "calm.mp3.txt").write_text(" \n")
        with pytest.raises(MusicUnusable, match="licence file of the music 'calm.mp3' is empty"):
            track_in(folder, "calm.mp3", "")

    def test_a_folder_is_named_by_its_setting(self, tmp_path):
        with pytest.raises(MusicUnusable, match="set IGNY8_MUSIC_FOLDER"):
            track_in(None, "calm.mp3", "")
        with pytest.raises(MusicUnusable, match="IGNY8_MUSIC_FOLDER: .* is not a folder"):
            track_in(tmp_path / "none", "auto", "")


def test_ffmpeg_hears_what_we_hear(tmp_path):
    """The measure itself against a tone whose loudness is known: 997 Hz at -23 dBFS in both channels is -23 LUFS."""
    moments = np.arange(10 * 48_000) / 48_000
    tone = 10 ** (-23 / 20) * np.sin(2 * np.pi * 997 * moments)
    soundfile.write(tmp_path / "t.wav", np.stack([tone, tone], 1), 48_000)
    assert measure_loudness(tmp_path / "t.wav").integrated == pytest.approx(-23, abs=0.1)
    assert subprocess.run([ffmpeg_path(), "-version"], capture_output=True, check=True).stdout.startswith(b"ffmpeg")
