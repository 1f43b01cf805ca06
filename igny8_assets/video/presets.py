"""The sizes, lengths and safe areas that each platform wants, and how long a video of each type may be there."""

from dataclasses import dataclass, replace
from typing import Self

from igny8_assets.video.failures import ScriptInvalid
from igny8_resources.contracts.vocabulary import RENDER_PRESETS, CaptionStyle, RenderPreset, VideoPlatform


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels: left and top are inside, right and bottom just outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return self.bottom - self.top


@dataclass(frozen=True)
class Preset:
    """How a video for one platform is built.

    ``safe_area`` is where text may stand without a platform's own buttons and captions covering it; lengths are in
    seconds, sizes in pixels, ``caption_characters`` per line. ``caption_style`` is the usual one of the platform:
    ``phrase`` shows a phrase at a time, ``word`` marks in it the word that is being said.
    """

    key: str
    width: int
    height: int
    fps: int
    min_seconds: float
    max_seconds: float
    safe_area: Box
    caption_characters: int
    caption_style: CaptionStyle = "phrase"

    @property
    def is_vertical(self) -> bool:
        """Whether the picture is taller than wide."""
        return self.height > self.width

    @property
    def unit(self) -> float:
        """One pixel of the 1080-pixel design in pixels of this preset; all sizes are multiples of it."""
        return min(self.width, self.height) / 1080

    def resized(self, width: int, height: int, *, min_seconds: float | None = None) -> Self:
        """The same layout at another size (both even), for previews."""
        area = self.safe_area
        across, down = width / self.width, height / self.height
        safe_area = Box(
            round(area.left * across), round(area.top * down), round(area.right * across), round(area.bottom * down)
        )
        minimum = self.min_seconds if min_seconds is None else min_seconds
        return replace(self, width=width, height=height, safe_area=safe_area, min_seconds=minimum)


# The intersection of the safe areas that Google, Meta and TikTok publish for 1080x1920 (their buttons and captions stay
# clear).
_VERTICAL_SAFE = Box(120, 288, 888, 1248)
# EBU R 95's graphics-safe area for 16:9: 5 % on every side.
_HORIZONTAL_SAFE = Box(96, 54, 1824, 1026)


def _vertical(key: str, max_seconds: float) -> Preset:
    return Preset(key, 1080, 1920, 30, 30.0, max_seconds, _VERTICAL_SAFE, caption_characters=20, caption_style="word")


PRESETS: dict[RenderPreset, Preset] = {
    "youtube_long": Preset("youtube_long", 1920, 1080, 30, 60.0, 900.0, _HORIZONTAL_SAFE, caption_characters=42),
    "youtube_short": _vertical("youtube_short", 60.0),
    "instagram_reel": _vertical("instagram_reel", 90.0),
    "tiktok": _vertical("tiktok", 180.0),
}

PLATFORM_OF_PRESET: dict[str, VideoPlatform] = {
    "youtube_long": "youtube",
    "youtube_short": "youtube",
    "instagram_reel": "instagram",
    "tiktok": "tiktok",
}

# The shortest and the longest a video of a type may be in a preset (seconds); a pair that is missing does not exist.
LENGTHS: dict[str, dict[str, tuple[float, float]]] = {
    "short": {"youtube_short": (30.0, 60.0), "instagram_reel": (30.0, 90.0), "tiktok": (30.0, 90.0)},
    "medium": {"youtube_long": (60.0, 180.0), "instagram_reel": (60.0, 90.0), "tiktok": (60.0, 180.0)},
    "long": {"youtube_long": (300.0, 900.0)},
}


def lengths_of(video_type: str, preset: str) -> tuple[float, float]:
    """The shortest and the longest a video of this type may be in this preset (seconds).

    Raises:
        ScriptInvalid: there is no such video; the message names the presets that the type has.
    """
    known = LENGTHS.get(video_type, {})
    if preset not in known:
        raise ScriptInvalid(f"A {video_type} video does not fit the preset {preset}: choose {' or '.join(known)}.")
    return known[preset]


def usual_preset(video_type: str) -> str:
    """The preset of a video whose type alone was named."""
    return next(iter(LENGTHS[video_type]))


def preset_named(key: str) -> Preset:
    """The preset with this key.

    Raises:
        ScriptInvalid: there is none.
    """
    for name, preset in PRESETS.items():
        if name == key:
            return preset
    raise ScriptInvalid(f"The preset {key!r} is unknown: use one of {', '.join(RENDER_PRESETS)}.")
