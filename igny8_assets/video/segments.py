"""A timeline cut into stretches that are rendered by themselves, and what each of them is made from."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from igny8_assets.video.encoder import Encoding, ffmpeg_path, group_length
from igny8_assets.video.timeline import Scene, Timeline
from igny8_resources.ai.providers import Palette

LONGEST_SECONDS = 5.0
"""What a killed render loses of each worker's time at most."""
_SHORTEST_SECONDS = 1.5


@dataclass(frozen=True)
class Segment:
    """Frames ``first`` up to, not including, ``end``; ``section`` (from 1) is the script's section that they begin in."""

    first: int
    end: int
    section: int

    @property
    def frames(self) -> int:
        """How many frames it has."""
        return self.end - self.first


def segments_of(timeline: Timeline) -> tuple[Segment, ...]:
    """Cut a timeline where its pictures change and inside long scenes, always at the beginning of a group of pictures.

    The cuts do not depend on how many render them, so that finished ones can be used by any number of workers.
    """
    preset, frames = timeline.preset, timeline.frames
    group = group_length(preset)
    shortest, longest = round(_SHORTEST_SECONDS * preset.fps), round(LONGEST_SECONDS * preset.fps)
    edges = [0]
    for before, after in pairwise(timeline.scenes):
        edge = group * round((before.end + after.start) / 2 * preset.fps / group)
        if edge - edges[-1] >= shortest and frames - edge >= shortest:
            edges.append(edge)
    edges.append(frames)
    cuts = [0]
    for begin, end in pairwise(edges):
        parts = -(-(end - begin) // longest)
        cuts += [begin + group * round((end - begin) * part / parts / group) for part in range(1, parts)]
        cuts.append(end)
    return tuple(Segment(first, end, _section_at(timeline, first)) for first, end in pairwise(cuts))


def _section_at(timeline: Timeline, frame: int) -> int:
    now = frame / timeline.preset.fps
    begun = [scene.section for scene in timeline.scenes if scene.start <= now]
    return (begun[-1] if begun else 0) + 1


def segment_digest(
    timeline: Timeline,
    segment: Segment,
    *,
    palette: Palette,
    brand: str,
    drawn_with: str,
    encoding: Encoding,
    picture_digest: Callable[[Path], str],
) -> str:
    """sha256 of everything that a segment is made from; the same digest is the same video.

    ``drawn_with`` says what else decides the drawing (the backend, the size of captions).
    """
    fps = timeline.preset.fps
    begin, end = segment.first / fps, segment.end / fps

    def inside(start: float, finish: float) -> bool:
        # A frame more on both sides: rounding must not leave anything out.
        return start < end + 1 / fps and finish > begin - 1 / fps

    scenes = [scene for scene in timeline.scenes if inside(scene.start, scene.end)]
    part = replace(
        timeline,
        scenes=tuple(_named_by_content(scene, picture_digest) for scene in scenes),
        overlays=tuple(overlay for overlay in timeline.overlays if inside(overlay.start, overlay.end)),
        captions=tuple(caption for caption in timeline.captions if inside(caption.start, caption.end)),
        words=(),
        voice_starts=(),
    )
    made_from = {
        "timeline": asdict(part),
        "frames": [segment.first, segment.end],
        "palette": asdict(palette),
        "brand": brand,
        "drawn_with": drawn_with,
        "drawn_by": _drawing_digest(),
        "encoded_with": [*encoding.arguments(timeline.preset), Path(ffmpeg_path()).name],
    }
    return hashlib.sha256(json.dumps(made_from, sort_keys=True, default=str).encode()).hexdigest()


def _named_by_content(scene: Scene, picture_digest: Callable[[Path], str]) -> Scene:
    return replace(scene, picture=Path(picture_digest(scene.picture)))


@lru_cache(maxsize=1)
def _drawing_digest() -> str:
    import cv2
    import PIL

    # Whatever of it decides how a frame looks: another version of this package does not take over its segments.
    sources = [path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py"))]
    return hashlib.sha256(b"\0".join([*sources, cv2.__version__.encode(), PIL.__version__.encode()])).hexdigest()
