"""Where the bundled open fonts are: Manrope (display) and Source Sans Pro (text), both under the SIL Open Font License.

The fonts arrive as wheels, so that pictures, captions and cards look the same on every machine.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Literal

Face = Literal["display", "display_bold", "text", "text_italic", "text_bold"]

_FILES: dict[str, tuple[str, str]] = {
    "display": ("font_manrope", "Manrope-SemiBold.ttf"),
    "display_bold": ("font_manrope", "Manrope-ExtraBold.ttf"),
    "text": ("font_source_sans_pro", "SourceSansPro-Regular.ttf"),
    "text_italic": ("font_source_sans_pro", "SourceSansPro-It.ttf"),
    "text_bold": ("font_source_sans_pro", "SourceSansPro-Semibold.ttf"),
}


def font_path(face: Face) -> Path:
    """The TrueType file of a face.

    Raises:
        FileNotFoundError: the font's wheel is not installed.
    """
    package, name = _FILES[face]
    # Found, not imported: only the files are wanted, and the packages list their folder on import.
    spec = find_spec(package)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    for folder in folders:
        candidate = Path(folder) / "files" / name
        if candidate.exists():
            return candidate
    raise FileNotFoundError(f"font {name} is missing: install the package {package.replace('_', '-')}")
