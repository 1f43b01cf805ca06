"""Voices: which one fits a language, and the one that was chosen, checked against what its provider has."""

from collections.abc import Iterable, Sequence

from igny8_resources.ai.errors import ProviderRejected
from igny8_resources.ai.providers import Voice

# How long a provider's list of voices is remembered.
VOICES_SECONDS = 300.0
_MOST_NAMED = 8
# One language under two codes.
_SAME = {"cmn": "zh", "nb": "no", "nn": "no", "iw": "he", "in": "id", "ji": "yi", "tl": "fil"}


class VoiceUnknown(ProviderRejected):
    """The provider has no voice of this name."""


class VoiceSpeaksOtherLanguage(ProviderRejected):
    """The voice does not speak the language of the text."""


def main_language(tag: str) -> str:
    """The language of a BCP 47 tag without region and script, one code for each: ``zh`` for ``cmn-Hans-CN``."""
    first = tag.lower().replace("_", "-").partition("-")[0]
    return _SAME.get(first, first)


def speaks(voice: Voice, language: str) -> bool:
    """Whether a voice speaks a language, whatever the region; one that names no languages speaks all of them."""
    wanted = main_language(language)
    return not voice.languages or any(main_language(known) == wanted for known in voice.languages)


def fitting(voices: Iterable[Voice], language: str) -> list[Voice]:
    """The voices that speak a language: those of its region first, those that name no language last."""
    exact = language.lower().replace("_", "-")

    def rank(voice: Voice) -> int:
        named = [known.lower().replace("_", "-") for known in voice.languages]
        if exact in named:
            return 0
        if not named:
            return 3
        return 1 if main_language(named[0]) == main_language(language) else 2

    return sorted((voice for voice in voices if speaks(voice, language)), key=rank)


def chosen_voice(voices: Sequence[Voice], wanted: str, language: str, provider: str) -> str:
    """The id of the wanted voice, or of the first one that fits where none is wanted.

    Args:
        voices: What the provider lists.
        wanted: An id or a name; empty for any.
        language: Of the text, BCP 47.
        provider: For messages.

    Raises:
        VoiceUnknown: the provider lists no such voice.
        VoiceSpeaksOtherLanguage: the wanted voice, or every one, speaks other languages.
    """
    fits = fitting(voices, language)
    if not wanted:
        if not fits:
            raise VoiceSpeaksOtherLanguage(f"{provider} has no voice that speaks {language}. {_instead(voices)}")
        return fits[0].id
    named = [voice for voice in voices if voice.id == wanted] or [
        voice for voice in voices if wanted.lower() in {voice.id.lower(), voice.name.lower()}
    ]
    if not named:
        raise VoiceUnknown(f"{provider} has no voice {wanted!r}. {_instead(fits or voices)}")
    if not any(speaks(voice, language) for voice in named):
        raise VoiceSpeaksOtherLanguage(
            f"the voice {wanted!r} of {provider} speaks {', '.join(named[0].languages)} and the text is in {language}. "
            f"{_instead(fits)}"
        )
    return next(voice.id for voice in named if speaks(voice, language))


def _instead(voices: Sequence[Voice]) -> str:
    if not voices:
        return "`igny8 ai voices` lists what there is."
    more = ", …" if len(voices) > _MOST_NAMED else ""
    return (
        f"Choose one of {', '.join(voice.id for voice in voices[:_MOST_NAMED])}{more} (`igny8 ai voices` lists them)."
    )
