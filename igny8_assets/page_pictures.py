"""Where an article's pictures stand inside a site, the same for the article's HTML, its schema and the site build."""

from collections.abc import Sequence
from dataclasses import dataclass

# The fallback file for browsers that take neither WebP nor srcset; the largest JPEG is for feeds and social cards.
FALLBACK_WIDTH = 960


@dataclass(frozen=True)
class PictureFile:
    """One size of a picture: its path inside the site (no leading slash), width and height in pixels, media type."""

    path: str
    width: int
    height: int
    media_type: str
    media_key: str


@dataclass(frozen=True)
class SitePicture:
    """One picture with all its sizes, the widest last."""

    position: int
    section_index: int | None
    alt: str
    caption: str
    files: tuple[PictureFile, ...]

    @property
    def fallback(self) -> PictureFile:
        """The JPEG nearest to the fallback width."""
        jpegs = [file for file in self.files if file.media_type == "image/jpeg"] or list(self.files)
        return min(jpegs, key=lambda file: (abs(file.width - FALLBACK_WIDTH), -file.width))

    @property
    def largest(self) -> PictureFile:
        """The widest JPEG."""
        jpegs = [file for file in self.files if file.media_type == "image/jpeg"] or list(self.files)
        return max(jpegs, key=lambda file: file.width)

    @property
    def srcset(self) -> str:
        """The WebP sizes as a ``srcset`` with root-absolute paths."""
        webp = [file for file in self.files if file.media_type == "image/webp"]
        return ", ".join(f"/{file.path} {file.width}w" for file in sorted(webp, key=lambda file: file.width))


def site_picture(
    slug: str, position: int, section_index: int | None, alt: str, caption: str, variants: Sequence[dict[str, object]]
) -> SitePicture:
    """A picture from its stored variants (``key``, ``media_type``, ``width``, ``height``)."""
    files = []
    for variant in variants:
        media_type, width, key = str(variant["media_type"]), int(str(variant["width"])), str(variant["key"])
        extension = media_type.partition("/")[2].replace("jpeg", "jpg")
        path = f"assets/images/{slug}/{position}-{width}.{extension}"
        files.append(PictureFile(path, width, int(str(variant["height"])), media_type, key))
    return SitePicture(
        position, section_index, alt, caption, tuple(sorted(files, key=lambda f: (f.width, f.media_type)))
    )
