"""Voices, as the API shows them."""

from pydantic import Field

from api.envelope import Shape


class VoiceItem(Shape):
    """One voice."""

    voice: str = Field(description="What a site or a video chooses it by: `PROVIDER/VOICE`.")
    name: str
    provider: str
    languages: list[str] = Field(description="BCP 47, its own first; empty: it speaks what it is given.")
    gender: str = Field(description="female, male, or empty where nobody says.")
    sample_url: str | None = Field(description="How it sounds; null where its provider has no sample.")


class UnlistedProvider(Shape):
    """A provider whose voices could not be listed."""

    provider: str
    reason: str


class VoiceList(Shape):
    """The voices that could speak."""

    voices: list[VoiceItem]
    unlisted: list[UnlistedProvider] = Field(description="Providers that could not be asked, and why.")
