"""What is seen while each sentence is said: the nearest picture or clip, else a card that suits the sentence.

Belongs here: gathering candidates, embedding, keeping what was chosen. Does not belong here: how a choice is made
(``matching.py``), what a card says (``card_choosing.py``), when a picture changes (``timeline.py``).
"""

import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from igny8_assets.video.candidates import Candidate, article_candidates, belongs_to, stock_candidates
from igny8_assets.video.card_canvas import CardContent
from igny8_assets.video.card_choosing import card_for_sentence, says_a_fact
from igny8_assets.video.failures import NotMadeYet
from igny8_assets.video.matching import Choice, Wanted, choose
from igny8_assets.video.presets import Preset, preset_named
from igny8_assets.video.projects import script_of
from igny8_assets.video.spoken_stretches import Stretch, stretches_of
from igny8_assets.video.stock_credits import VISUAL
from igny8_assets.video.subject import subject_of
from igny8_assets.video.timeline import SectionPictures, Shot
from igny8_assets.video.video_cards import card_content, save_card
from igny8_assets.video.voiceover import VOICEOVER
from igny8_resources.ai.errors import ProviderError
from igny8_resources.ai.providers import ImageCall, Palette
from igny8_resources.ai.router import digest_of
from igny8_resources.contracts.video import ScriptSection, VideoScript, WordTiming
from igny8_resources.media import content_key
from igny8_resources.palettes import palette_for
from igny8_resources.platform import Platform
from igny8_resources.stock.stock_library import StockLibrary, configured_clients
from igny8_resources.tenant import Tenant
from igny8_resources.warehouse.store import video as store
from igny8_resources.warehouse.store.sites import require_module, tenant_of
from igny8_resources.warehouse.store.writer import images_of
from igny8_resources.warehouse.tables.video import VideoAsset
from igny8_resources.warehouse.tables.writer import Image

# The article's own pictures are never off its subject, and one made for the very part is nearer than its caption says.
_OWN, _SAME_PART = 0.12, 0.15
# Pictures that are made for a sentence, because nothing near it was found; each costs credits.
MOST_MADE = 4


@dataclass(frozen=True)
class ChosenShot:
    """One shot as it is kept: from which word on, what it shows, how near that is to what is said.

    ``kind`` is ``card``, ``article``, ``made``, ``photo`` or ``clip``; ``score`` the cosine of the sentence and the best
    candidate's description, which for a card says how near the next best was.
    """

    section: int
    first_word: int
    sentence: str
    kind: str
    media_key: str
    shows: str
    score: float
    subject: tuple[float, float] = (0.5, 0.5)
    credit: str = ""
    license_page: str = ""


@dataclass(frozen=True)
class Visuals:
    """Every shot of a video in order, and what went wrong with stock libraries, in words for people."""

    shots: tuple[ChosenShot, ...]
    troubles: tuple[str, ...]


@dataclass
class _Row:
    """A stretch with its section, on its way to a shot."""

    section: int
    part: ScriptSection
    stretch: Stretch
    card: CardContent
    wanted: Wanted = field(default_factory=lambda: Wanted(own_card=False, asks_picture=False, has_fact=False))


def collect_visuals(parts: Platform, partition: str) -> Visuals:
    """Choose, fetch or draw what is seen during every stretch of a video, and keep it by section.

    Raises:
        NotMadeYet: the video has no script or no voiceover yet.
        ScriptInvalid: a card cannot be drawn; the section is named.
    """
    with parts.warehouse.read() as session:
        project, content, site = store.project_of(session, partition)
        require_module(session, site, "video")
        images = [image for image in images_of(session, content.id) if image.status == "ready"]
        voices = store.assets_of(session, project.id, VOICEOVER)
    script, tenant, preset = script_of(project), tenant_of(site), preset_named(project.render_preset)
    if len(voices) != len(script.sections):
        raise NotMadeYet("voiceover", "voiceover")
    rows = _rows(script, voices, brand=site.name, address=site.base_url.partition("://")[2])
    library = StockLibrary(configured_clients(parts.settings), parts.media, tenant)
    open_rows = [row.stretch for row in rows if not row.wanted.own_card]
    stock, troubles = stock_candidates(library, open_rows, script.title, preset, site.language)
    candidates = article_candidates(images) + stock
    chosen = _choices(parts, tenant, rows, candidates)
    maker = _Maker(parts, tenant, partition, preset, palette_for(site.key, site.accent), library, content.id)
    shots = maker.shots(rows, candidates, chosen)
    _keep(parts, partition, len(script.sections), shots)
    return Visuals(tuple(shots), (*troubles, *maker.troubles))


def shots_shown(asset: VideoAsset, local: Sequence[Path]) -> SectionPictures:
    """A section's shots for the timeline; ``local`` are their files, in order."""
    kept = asset.facts["shots"]
    return SectionPictures(
        tuple(
            Shot(
                picture,
                is_card=shot["kind"] == "card",
                is_clip=shot["kind"] == "clip",
                first_word=shot["first_word"],
                subject=(shot["subject"][0], shot["subject"][1]),
            )
            for shot, picture in zip(kept, local, strict=True)
        )
    )


def _rows(script: VideoScript, voices: Sequence[VideoAsset], *, brand: str, address: str) -> list[_Row]:
    rows: list[_Row] = []
    for index, (section, voice) in enumerate(zip(script.sections, voices, strict=True)):
        words = [WordTiming(**word) for word in voice.facts["words"]]
        heading = section.text_overlay.splitlines()[0].strip() if section.text_overlay.strip() else ""
        whole = Stretch(0, 0, section.narration, float(voice.duration_seconds or 0.0))
        for place, stretch in enumerate(stretches_of(words) or [whole]):
            asks_picture = section.visual_cue == "article_image"
            # What the script designed is shown first; a call to action stays until the end.
            own = not asks_picture and (place == 0 or section.type == "cta")
            card = (
                card_content(section, title=script.title, brand=brand, address=address)
                if own
                else card_for_sentence(stretch.text, heading=heading, brand=brand)
            )
            wanted = Wanted(own_card=own, asks_picture=asks_picture, has_fact=says_a_fact(card))
            if own and place and section.type == "cta":
                continue
            rows.append(_Row(index, section, stretch, card, wanted))
    return rows


def _choices(parts: Platform, tenant: Tenant, rows: Sequence[_Row], candidates: Sequence[Candidate]) -> list[Choice]:
    import numpy as np

    cosines: np.ndarray = np.zeros((len(rows), len(candidates)), np.float32)
    if rows and candidates:
        texts = [row.stretch.text for row in rows] + [candidate.shows for candidate in candidates]
        vectors = np.asarray(parts.ai.embed(texts, tenant), dtype=np.float32)
        cosines = vectors[: len(rows)] @ vectors[len(rows) :].T
    own = np.array([_OWN * (candidate.image is not None) for candidate in candidates], np.float32)
    same = [[belongs_to(candidate, row.part) for candidate in candidates] for row in rows]
    near = cosines + own + _SAME_PART * np.array(same, np.float32).reshape(cosines.shape)
    usable = np.array(
        [[candidate.lasts(row.stretch.seconds) for candidate in candidates] for row in rows], bool
    ).reshape(cosines.shape)
    chosen = choose(near, [row.wanted for row in rows], usable)
    if not candidates:
        return chosen
    # What is kept is the nearness in meaning alone, not what was added to it.
    at = [
        int(cosines[row].argmax()) if choice.candidate is None else choice.candidate
        for row, choice in enumerate(chosen)
    ]
    return [replace(choice, score=float(cosines[row, at[row]])) for row, choice in enumerate(chosen)]


class _Maker:
    """Turns choices into files in the media store."""

    def __init__(
        self,
        parts: Platform,
        tenant: Tenant,
        partition: str,
        preset: Preset,
        palette: Palette,
        library: StockLibrary,
        seed: int,
    ) -> None:
        self._parts, self._tenant, self._partition, self._preset = parts, tenant, partition, preset
        self._palette, self._library, self._seed = palette, library, seed
        self._paints = not parts.ai.draws_cards(tenant)
        self._made = 0
        self.troubles: list[str] = []

    def shots(
        self, rows: Sequence[_Row], candidates: Sequence[Candidate], chosen: Sequence[Choice]
    ) -> list[ChosenShot]:
        made: list[ChosenShot] = []
        for number, (row, choice) in enumerate(zip(rows, chosen, strict=True)):
            candidate = None if choice.candidate is None else candidates[choice.candidate]
            made.append(self._shot(number, row, choice, candidate))
        return made

    def _shot(self, number: int, row: _Row, choice: Choice, candidate: Candidate | None) -> ChosenShot:
        if candidate is not None and candidate.image is not None:
            key = self._article_picture(candidate.image)
            return self._placed(row, "article", key, candidate.shows, choice.score)
        if candidate is not None and candidate.stock is not None:
            try:
                key = self._library.fetch(candidate.stock)
            except ProviderError as failure:
                self.troubles.append(str(failure))
            else:
                kind, credit = candidate.stock.kind, candidate.stock.credit
                return self._placed(row, kind, key, candidate.shows, choice.score, credit, candidate.stock.page_url)
        wants_picture = row.wanted.asks_picture and not row.wanted.has_fact
        if wants_picture and self._paints and self._made < MOST_MADE:
            self._made += 1
            prompt = f"{row.stretch.text} Photograph, natural light, no text."
            return self._placed(row, "made", self._painted(prompt, self._seed * 100 + number), row.stretch.text, 1.0)
        return self._card(number, row, choice.score)

    def _placed(
        self, row: _Row, kind: str, key: str, shows: str, score: float, credit: str = "", page: str = ""
    ) -> ChosenShot:
        subject = (0.5, 0.5)
        if kind != "clip":
            with self._parts.media.open_path(key) as path:
                subject = subject_of(path, self._preset)
        return ChosenShot(
            row.section, row.stretch.first, row.stretch.text, kind, key, shows, round(score, 4), subject, credit, page
        )

    def _card(self, number: int, row: _Row, score: float) -> ChosenShot:
        with tempfile.TemporaryDirectory(prefix="igny8-card-") as folder:
            out = Path(folder) / "card.png"
            save_card(
                row.card, out, preset=self._preset, palette=self._palette, number=row.section + 1, variant=number + 1
            )
            drawn = out.read_bytes()
        key = content_key(f"{self._tenant.media_prefix}/cards", drawn, "png")
        self._parts.media.put(key, drawn, "image/png")
        shows = f"{row.card.style.removesuffix('_card')}: {row.card.headline}"
        return ChosenShot(row.section, row.stretch.first, row.stretch.text, "card", key, shows, round(score, 4))

    def _article_picture(self, image: Image) -> str:
        """The media key of an article's picture for a scene.

        A wide designed card would fill a third of an upright frame, its words too small to read; the same designer fills
        the frame with its art, and the script's own words stand on it.
        """
        if image.provider != "offline" or not self._preset.is_vertical:
            return image.media_key
        return self._painted(image.prompt, self._seed * 100 + image.position)

    def _painted(self, prompt: str, seed: int) -> str:
        call = ImageCall(
            prompt=prompt,
            headline="",
            lines=(),
            kicker="",
            palette=self._palette,
            width=self._preset.width,
            height=self._preset.height,
            seed=seed,
        )
        return self._parts.ai.picture(
            self._tenant, subject=self._partition, call=call, operation="scene_image"
        ).media_key


def _keep(parts: Platform, partition: str, sections: int, shots: Sequence[ChosenShot]) -> None:
    with parts.warehouse.write() as session:
        project, _, _ = store.project_of(session, partition, lock=True)
        for index in range(sections):
            own = [asdict(shot) for shot in shots if shot.section == index]
            facts: dict[str, Any] = {"shots": own}
            first = own[0]["media_key"]
            store.save_asset(session, project, VISUAL, index, media_key=first, sha256=digest_of(own), facts=facts)
