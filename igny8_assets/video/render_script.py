"""The script file of ``igny8 render SCRIPT.json OUT.mp4``, and the whole way from it to a video.

The steps (``speak_section``, ``card_for_section``, ``build_timeline``, ``render_timeline``) are functions of their own:
the Dagster assets run them one by one and keep what each of them made; ``render`` runs them in a row.
"""

import json
import re
import tempfile
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, StringConstraints, ValidationError, model_validator

from igny8_assets.video.clips import check_clip, is_clip
from igny8_assets.video.failures import PictureUnusable, RenderCancelled, ScriptInvalid
from igny8_assets.video.music import track_at
from igny8_assets.video.presets import Preset, preset_named
from igny8_assets.video.rendering import RenderOptions, RenderResult, never_stop, no_progress, render_timeline
from igny8_assets.video.segment_rendering import Progress, ShouldStop
from igny8_assets.video.stills import check_picture
from igny8_assets.video.subject import subject_of
from igny8_assets.video.timeline import SectionPictures, Shot, Transition, build_timeline
from igny8_assets.video.video_cards import card_for_section
from igny8_assets.video.voiceover import WORDS_PER_MINUTE, speak_section
from igny8_resources.ai.providers import Palette, SpeechProvider
from igny8_resources.contracts.values import Value
from igny8_resources.contracts.video import CodeBlock, ScriptSection, SectionType, VisualCue
from igny8_resources.contracts.vocabulary import CaptionStyle, RenderPreset

HexColour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]


class RenderPalette(Value):
    """Five colours as ``#rrggbb``; see ``igny8_resources.ai.providers.Palette``."""

    paper: HexColour = "#fbf7f1"
    ink: HexColour = "#221a14"
    accent: HexColour = "#9a4a1f"
    on_accent: HexColour = "#fffaf3"
    soft: HexColour = "#f0e4d4"


class RenderSection(Value):
    """One section of a script file.

    ``image`` or ``images`` are paths, relative to the script file; they are needed for ``article_image`` and replace
    the card of any other cue. ``text_overlay`` is the heading over pictures; on cards its first line is the headline (on a
    statistic the figure), further lines are the items of a list, the sides of a comparison or what the figure is.
    ``code_block`` is what a ``code_card`` shows. ``transition`` is how the section takes over from the one before.
    """

    type: SectionType = "point"
    narration: str
    visual_cue: VisualCue = "text_card"
    text_overlay: str = ""
    image: Path | None = None
    images: tuple[Path, ...] = ()
    code_block: CodeBlock | None = None
    transition: Transition = "fade"

    @property
    def pictures(self) -> tuple[Path, ...]:
        """All pictures of the section, in order."""
        return ((self.image,) if self.image else ()) + self.images

    def as_script_section(self) -> ScriptSection:
        """The section as the video domain knows it."""
        return ScriptSection(
            type=self.type,
            narration=self.narration,
            visual_cue=self.visual_cue,
            text_overlay=self.text_overlay,
            source="",
            duration_estimate=0.0,
            code_block=self.code_block,
        )


class RenderScript(Value):
    """A script file: what is said and seen, for which platform, in which colours and voice.

    ``brand`` stands in small letters on cards and headings, ``address`` on the call to action. ``voice`` is a voice of
    the speech provider, empty for the one that fits ``language`` (BCP 47). ``caption_style`` replaces the preset's.
    ``music`` is a track's path, relative to the script file, with its licence in a text file beside it.
    """

    preset: RenderPreset = "youtube_short"
    title: str
    sections: Annotated[tuple[RenderSection, ...], Field(min_length=1)]
    description: str = ""
    tags: tuple[str, ...] = ()
    brand: str = ""
    address: str = ""
    language: str = "en-US"
    voice: str = ""
    words_per_minute: Annotated[float, Field(ge=80, le=450)] = WORDS_PER_MINUTE
    palette: RenderPalette = RenderPalette()
    caption_style: CaptionStyle | None = None
    music: Path | None = None

    @model_validator(mode="after")
    def _sections_can_be_rendered(self) -> Self:
        for number, section in enumerate(self.sections, start=1):
            if not section.narration.strip():
                raise ValueError(
                    f"Section {number} ({section.type}): the narration is empty, it would last 0 seconds; write "
                    "what the voice should say, or remove the section."
                )
            if section.visual_cue == "article_image" and not section.pictures:
                raise ValueError(
                    f"Section {number} ({section.type}): visual_cue article_image needs an image; add "
                    '"image": "file.jpg" or use a card.'
                )
            if section.visual_cue == "code_card" and section.code_block is None:
                raise ValueError(
                    f"Section {number} ({section.type}): visual_cue code_card needs code; add "
                    '"code_block": {"language": "python", "code": "..."} or use another card.'
                )
        return self

    def resolved(self, folder: Path) -> "RenderScript":
        """The same script with every path made absolute against ``folder``."""
        sections = tuple(
            section.model_copy(
                update={
                    "image": folder / section.image if section.image else None,
                    "images": tuple(folder / image for image in section.images),
                }
            )
            for section in self.sections
        )
        return self.model_copy(update={"sections": sections, "music": folder / self.music if self.music else None})

    def site_palette(self) -> Palette:
        """The colours as providers take them."""
        return Palette(**self.palette.model_dump())


def load_script(path: Path) -> RenderScript:
    """Read a script file; image paths are resolved against its folder.

    Raises:
        ScriptInvalid: it cannot be read, is not JSON, or does not fit ``RenderScript``; every problem is named with its
        section.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ScriptInvalid(f"The script {path} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise ScriptInvalid(f"The script {path.name} is not a UTF-8 text file.") from error
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise ScriptInvalid(
            f"The script {path.name} is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from error
    try:
        return RenderScript.model_validate(content).resolved(path.parent.absolute())
    except ValidationError as error:
        problems = [_problem(detail["loc"], detail["msg"], detail.get("input")) for detail in error.errors()]
        section = next((int(detail["loc"][1]) + 1 for detail in error.errors() if _is_in_section(detail["loc"])), None)
        raise ScriptInvalid(
            f"The script {path.name} cannot be used:\n" + "\n".join(f"- {problem}" for problem in problems)
        ) from (error if section is None else ScriptInvalid(problems[0], section))


def render(
    script: RenderScript,
    out: Path,
    *,
    speech: SpeechProvider,
    progress: Progress = no_progress,
    should_stop: ShouldStop = never_stop,
    preset: Preset | None = None,
    options: RenderOptions | None = None,
) -> RenderResult:
    """Speak, draw and render a whole script; ``preset`` overrides the script's (previews at another size).

    Pictures and music are checked before anything is spoken. Raises what the steps raise; see ``render_timeline``.
    """
    music = track_at(script.music) if script.music else None
    chosen = preset or preset_named(script.preset)
    for number, section in enumerate(script.sections, start=1):
        for picture in section.pictures:
            try:
                if is_clip(picture):
                    check_clip(picture)
                else:
                    check_picture(picture)
            except PictureUnusable as error:
                raise ScriptInvalid(str(error), number) from error
    voices = []
    for number, section in enumerate(script.sections, start=1):
        if should_stop():
            raise RenderCancelled(f"The render of {out.name} was cancelled before section {number} was spoken.")
        voices.append(
            speak_section(
                section.narration,
                speech=speech,
                section=number,
                voice=script.voice,
                language=script.language,
                words_per_minute=script.words_per_minute,
            )
        )
    sections = [section.as_script_section() for section in script.sections]
    with tempfile.TemporaryDirectory(prefix="igny8-cards-") as folder:
        pictures = [
            SectionPictures(tuple(_shot(path, chosen) for path in section.pictures), section.transition)
            if section.pictures
            else SectionPictures.of(
                (
                    card_for_section(
                        sections[number - 1],
                        Path(folder) / f"section-{number}.png",
                        preset=chosen,
                        palette=script.site_palette(),
                        number=number,
                        title=script.title,
                        brand=script.brand,
                        address=script.address,
                    ),
                ),
                is_card=True,
                transition=section.transition,
            )
            for number, section in enumerate(script.sections, start=1)
        ]
        timeline = build_timeline(
            chosen, sections, voices, pictures, caption_style=script.caption_style, language=script.language
        )
        return render_timeline(
            timeline,
            voices,
            out,
            palette=script.site_palette(),
            brand=script.brand,
            progress=progress,
            should_stop=should_stop,
            options=options,
            music=music,
        )


def _shot(path: Path, preset: Preset) -> Shot:
    return Shot(path, is_clip=True) if is_clip(path) else Shot(path, subject=subject_of(path, preset))


def _is_in_section(location: tuple[int | str, ...]) -> bool:
    return len(location) > 1 and location[0] == "sections" and isinstance(location[1], int)


def _problem(location: tuple[int | str, ...], message: str, given: object) -> str:
    message = re.sub(r"^Value error, ", "", message)
    shown = f" (found {given!r})" if isinstance(given, str | int | float) and len(str(given)) < 60 else ""
    if _is_in_section(location):
        field = ".".join(str(part) for part in location[2:]) or "the section"
        return f"Section {int(location[1]) + 1}: {field}: {message}{shown}"
    return f"{'.'.join(str(part) for part in location)}: {message}{shown}" if location else message
