"""``igny8 ai voices`` and ``igny8 ai choose-voice``: which voices there are, how they sound, and who speaks for a site."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cli.terminal import SiteKey, console, errors, platform_here, sentences

if TYPE_CHECKING:
    from igny8_resources.platform import Platform


def voices(
    voice: Annotated[
        str | None, typer.Argument(metavar="VOICE", help="With --sample: PROVIDER/VOICE, such as espeak-ng/en-gb+f3.")
    ] = None,
    sample: Annotated[Path | None, typer.Option(metavar="OUT.wav", help="Write how VOICE sounds.")] = None,
    provider: Annotated[str, typer.Option(help="Only this provider's voices.")] = "",
    language: Annotated[str, typer.Option(help="Only voices that speak it, such as de or pt-BR.")] = "",
    site: Annotated[
        str | None, typer.Option(help="Who pays for a sample that a provider charges for; a site's key.")
    ] = None,
) -> None:
    """The voices that could speak here: the built-in ones and those of every connection that is configured."""
    from igny8_resources.ai.voice_samples import available_voices

    with sentences():
        if (voice is None) != (sample is None):
            raise typer.BadParameter("a VOICE and --sample OUT.wav belong together")
        parts = platform_here()
        if voice is not None and sample is not None:
            sample.write_bytes(_sample(parts, voice, site))
            console.print(f"{escape(voice)}: {escape(str(sample))}", soft_wrap=True, highlight=False)
            return
        listing = available_voices(parts.ai.routing, provider=provider, language=language)
        table = Table("voice", "name", "languages", "gender", "its own sample")
        for each in listing.voices:
            languages = ", ".join(each.languages[:4]) + (" …" if len(each.languages) > 4 else "")
            cells = (f"{each.provider}/{each.id}", each.name, languages or "any", each.gender, each.sample_url)
            table.add_row(*map(escape, cells))
        console.print(table)
        for missing in listing.unlisted:
            errors.print(f"[yellow]{escape(missing.provider)}: {escape(missing.reason)}[/]", soft_wrap=True)


def _sample(parts: "Platform", voice: str, site: str | None) -> bytes:
    from igny8_resources.ai.speech_connections import ESPEAK
    from igny8_resources.ai.voice_choice import choices_in
    from igny8_resources.ai.voice_samples import built_in_sample, voice_sample
    from igny8_resources.warehouse.store.sites import site_by_key, tenant_of

    if site is None:
        if {each.provider for each in choices_in(voice)} != {ESPEAK}:
            raise typer.BadParameter("a sample of this voice costs credits: say who pays, with --site KEY")
        return built_in_sample(parts.ai.routing, voice)
    with parts.warehouse.read() as session:
        tenant = tenant_of(site_by_key(session, site))
    return voice_sample(parts.ai, tenant, voice)


def choose_voice(
    voice: Annotated[
        str,
        typer.Argument(
            metavar="VOICE", help="PROVIDER/VOICE, several by commas, the first choice first; '' gives the choice back."
        ),
    ],
    site: SiteKey,
    video: Annotated[str | None, typer.Option(help="Only for this video; its partition.")] = None,
) -> None:
    """Decide who speaks a site's videos, or one of them; the voice must speak the site's language."""
    from igny8_resources.ai.voice_samples import checked_choice
    from igny8_resources.warehouse.store.sites import automation_of, site_by_key
    from igny8_resources.warehouse.store.video import UnknownVideo, project_of

    with sentences():
        parts = platform_here()
        with parts.warehouse.read() as session:
            language = site_by_key(session, site).language
        checked_choice(parts.ai.routing, voice, language)
        with parts.warehouse.write() as session:
            row = site_by_key(session, site)
            if video is None:
                automation_of(session, row.id).video_voice = voice.strip()
            else:
                project, _, of_site = project_of(session, video, lock=True)
                if of_site.id != row.id:
                    raise UnknownVideo(video)
                project.voice = voice.strip()
        whom = video or site
        said = f"{whom}: {voice.strip()}" if voice.strip() else f"{whom}: decided elsewhere again"
        console.print(escape(said), soft_wrap=True, highlight=False)
