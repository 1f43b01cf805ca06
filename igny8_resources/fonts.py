"""Where the open fonts are: Manrope (display), Source Sans Pro (text), JetBrains Mono (code), Noto for the rest.

All are under the SIL Open Font License and arrive as wheels, so that pictures, captions and cards look the same on every machine.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

Face = Literal["display", "display_bold", "text", "text_italic", "text_bold", "code"]

_FILES: dict[str, tuple[str, str]] = {
    "display": ("font_manrope", "Manrope-SemiBold.ttf"),
    "display_bold": ("font_manrope", "Manrope-ExtraBold.ttf"),
    "text": ("font_source_sans_pro", "SourceSansPro-Regular.ttf"),
    "text_italic": ("font_source_sans_pro", "SourceSansPro-It.ttf"),
    "text_bold": ("font_source_sans_pro", "SourceSansPro-Semibold.ttf"),
    "code": ("fontpkg_jetbrains_mono", "JetBrainsMono[wght].ttf"),
}
_WEIGHTS: dict[str, int] = {
    "display": 600,
    "display_bold": 800,
    "text": 400,
    "text_italic": 400,
    "text_bold": 600,
    "code": 500,
}

_NOTO = "manimgx_fonts"
_NOTO_CJK = ("manimgx_fonts_cjk", "NotoSansCJK-VF.otf.ttc")
# The first word of a character's Unicode name is its script. These have a Noto Sans of their own.
_NOTO_NAMED = """
    ARABIC ARMENIAN BENGALI DEVANAGARI ETHIOPIC GEORGIAN GUJARATI GURMUKHI HEBREW KANNADA KHMER LAO MALAYALAM MYANMAR
    ORIYA SINHALA TAMIL TELUGU THAI
"""
_NOTO_SCRIPTS = frozenset(_NOTO_NAMED.split())
_CJK_NAMED = """
    CJK HIRAGANA KATAKANA HANGUL IDEOGRAPHIC FULLWIDTH HALFWIDTH BOPOMOFO KATAKANA-HIRAGANA
"""
_CJK_SCRIPTS = frozenset(_CJK_NAMED.split())
# Scripts whose letters change with their neighbours, or run from right to left: drawing them one by one is wrong.
SHAPED_SCRIPTS = _NOTO_SCRIPTS - {"ARMENIAN", "ETHIOPIC", "GEORGIAN"}
# Which drawing of a Chinese character a language expects: the faces of the one CJK file, in its order.
_CJK_FACES = {"ja": 0, "ko": 1, "zh-hans": 2, "zh": 2, "zh-cn": 2, "zh-sg": 2, "zh-hant": 3, "zh-tw": 3, "zh-hk": 4}


@dataclass(frozen=True)
class FontFile:
    """A font file, the face inside it, and the weight (100-900) that is asked of it where it is variable."""

    path: Path
    index: int = 0
    weight: int | None = None


def font_path(face: Face) -> Path:
    """The TrueType file of a face.

    Raises:
        FileNotFoundError: the font's wheel is not installed.
    """
    package, name = _FILES[face]
    return _found(package, f"files/{name}")


def script_of(character: str) -> str:
    """The script of a character by its Unicode name, in capitals: ``ARABIC``, ``CJK``; empty for one without a name."""
    name = unicodedata.name(character, "")
    return "CJK" if name.split(" ")[0] in _CJK_SCRIPTS else name.split(" ")[0]


def font_files(face: Face, character: str, language: str = "") -> list[FontFile]:
    """Fonts that may draw a character, the best first; ``language`` (BCP 47) decides how Chinese characters look.

    Raises:
        FileNotFoundError: a font's wheel is not installed.
    """
    weight = _WEIGHTS[face]
    script = script_of(character)
    own = font_path(face)
    files = [
        FontFile(own, weight=weight if "[wght]" in own.name else None),
        FontFile(font_path("text_bold" if weight > 500 else "text")),
    ]
    if script in _NOTO_SCRIPTS:
        return [*files, FontFile(_found(_NOTO, f"NotoSans{script.capitalize()}[wght].ttf"), weight=weight)]
    cjk = FontFile(_found(*_NOTO_CJK), _cjk_face(language), weight)
    if script == "CJK":
        return [*files, cjk]
    others = [
        FontFile(_found(_NOTO, f"Noto{name}[wght].ttf"), weight=weight) for name in ("Sans", "Emoji", "SansSymbols")
    ]
    return [*files, *others, cjk]


def emoji_file(face: Face) -> FontFile:
    """The font that draws emoji in the colour of the text.

    Raises:
        FileNotFoundError: the font's wheel is not installed.
    """
    return FontFile(_found(_NOTO, "NotoEmoji[wght].ttf"), weight=_WEIGHTS[face])


def _cjk_face(language: str) -> int:
    parts = language.lower().split("-")
    return next(
        (_CJK_FACES[key] for key in ("-".join(parts[:2]), parts[0]) if key in _CJK_FACES), _CJK_FACES["zh-hans"]
    )


@lru_cache(maxsize=64)
def _found(package: str, name: str) -> Path:
    # Found, not imported: only the files are wanted, and some packages list their folder on import.
    spec = find_spec(package)
    for folder in list(spec.submodule_search_locations or ()) if spec else []:
        candidate = Path(folder) / name
        if candidate.exists():
            return candidate
    raise FileNotFoundError(f"font {Path(name).name} is missing: install the package {package.replace('_', '-')}")
