"""``igny8 video choose-music``: what plays under a site's videos, or under one of them."""

from typing import Annotated

import typer
from rich.markup import escape

from cli.terminal import SiteKey, console, platform_here, sentences


def choose_music(
    music: Annotated[
        str,
        typer.Argument(
            metavar="MUSIC",
            help="A file name in IGNY8_MUSIC_FOLDER, auto, none, or media: and a media key; '' gives the choice back.",
        ),
    ],
    site: SiteKey,
    video: Annotated[str | None, typer.Option(help="Only for this video; its partition.")] = None,
) -> None:
    """Decide what plays under a site's videos, or one of them; prints what the track's licence says."""
    from igny8_assets.video.music import chosen_track
    from igny8_resources.warehouse.store.sites import automation_of, site_by_key, tenant_of
    from igny8_resources.warehouse.store.video import UnknownVideo, project_of

    with sentences():
        parts = platform_here()
        with parts.warehouse.read() as session:
            prefix = tenant_of(site_by_key(session, site)).media_prefix
        folder, subject = parts.settings.music_folder, video or site
        with chosen_track(music, folder=folder, media=parts.media, media_prefix=prefix, subject=subject) as track:
            licence = track.attribution if track else ""
        with parts.warehouse.write() as session:
            row = site_by_key(session, site)
            if video is None:
                automation_of(session, row.id).video_music = music.strip()
            else:
                project, _, of_site = project_of(session, video, lock=True)
                if of_site.id != row.id:
                    raise UnknownVideo(video)
                project.music = music.strip()
        console.print(
            escape(f"{subject}: {music.strip() or 'decided elsewhere again'}"), soft_wrap=True, highlight=False
        )
        if licence:
            console.print(escape(licence), soft_wrap=True, highlight=False)
