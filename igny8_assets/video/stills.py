"""A picture file made ready to be moved: oriented, cropped or framed for the preset, converted to planes once."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageColor, ImageDraw, ImageOps, UnidentifiedImageError

from igny8_assets.picture_cropping import crop_box
from igny8_assets.video.colour_planes import Planes, planes_of
from igny8_assets.video.failures import PictureUnusable
from igny8_assets.video.presets import Preset
from igny8_assets.video.resampling import BORDER, STILL_SCALE, Axis, Sampling
from igny8_assets.video.timeline import View

# A picture that would lose more than this share to cropping is framed on a blurred copy of itself instead.
_LARGEST_CROP = 0.35
_LARGEST_PICTURE = 120_000_000  # pixels


@dataclass(frozen=True)
class Still:
    """A picture of ``width`` x ``height`` samples, its planes bordered; ``framed`` ones keep clear of the edges and move less."""

    planes: Planes
    width: int
    height: int
    framed: bool

    def eased(self, view: View) -> View:
        """The view itself, or a calmer one for a framed picture."""
        if not self.framed:
            return view
        return View(0.5 + (view.x - 0.5) * 0.1, 0.5 + (view.y - 0.5) * 0.1, 1 + (view.zoom - 1) * 0.45)

    def sampling(self, view: View, size: tuple[int, int], *, part: tuple[int, int, int] | None = None) -> "Moved":
        """Where the samples of a frame of ``size`` (width, height) come from that shows ``view``.

        ``part`` (even) is for a frame that shows only some columns: from, to, and which column of the view stands first.
        """
        width, height = size
        step_x, step_y = self.width / width / view.zoom, self.height / height / view.zoom
        # Source place of the frame's first sample; sample centres lie at +0.5.
        left = view.x * self.width - step_x * (width - 1) / 2 - 0.5
        top = view.y * self.height - step_y * (height - 1) / 2 - 0.5
        across, down = Axis(left + BORDER, step_x, width), Axis(top + BORDER, step_y, height)
        # Colour samples sit on even luma columns and halfway between luma rows.
        colour_across = Axis(left / 2 + BORDER, step_x, width // 2)
        colour_down = Axis((top + 0.5 * step_y - 0.5) / 2 + BORDER, step_y, height // 2)
        begin, end, at = part or (0, width, 0)
        if part is not None:
            across, colour_across = across.part(begin, end, at), colour_across.part(begin // 2, end // 2, at // 2)
        rows, columns = self.planes.y.shape
        colour_rows, colour_columns = self.planes.u.shape
        return Moved(
            Sampling(across.fitted(columns), down.fitted(rows)),
            Sampling(colour_across.fitted(colour_columns), colour_down.fitted(colour_rows)),
            begin,
            end,
        )


@dataclass(frozen=True)
class Moved:
    """How a still fills the columns ``begin`` to ``end`` (even) of a frame."""

    luma: Sampling
    colour: Sampling
    begin: int
    end: int


def check_picture(path: Path) -> None:
    """Read a picture completely.

    Raises:
        PictureUnusable: it is missing, not a picture, cut off, or too large.
    """
    _opened(path)


def load_still(path: Path, preset: Preset, tint: str = "#202020") -> Still:
    """Read a picture for a preset; ``tint`` (``#rrggbb``) colours the ground behind framed pictures.

    Raises:
        PictureUnusable: as ``check_picture``.
    """
    picture = _opened(path)
    width, height = _even(preset.width * STILL_SCALE), _even(preset.height * STILL_SCALE)
    wanted, given = width / height, picture.width / picture.height
    kept = min(wanted, given) / max(wanted, given)
    framed = 1 - kept > _LARGEST_CROP
    colour = ImageColor.getrgb(tint)[:3]
    filled = _framed(picture, width, height, preset, colour) if framed else _covering(picture, width, height)
    return Still(planes_of(np.asarray(filled)).bordered(BORDER), width, height, framed)


def _even(length: float) -> int:
    return 2 * round(length / 2)


def _opened(path: Path) -> Image.Image:
    try:
        with Image.open(path) as opened:
            if opened.width * opened.height > _LARGEST_PICTURE:
                raise PictureUnusable(
                    f"The picture {path.name} has {opened.width}x{opened.height} pixels: make it smaller."
                )
            picture = ImageOps.exif_transpose(opened)
            if picture.mode in ("RGBA", "LA", "P", "PA"):
                picture = picture.convert("RGBA")
                ground = Image.new("RGBA", picture.size, "white")
                picture = Image.alpha_composite(ground, picture)
            return picture.convert("RGB")
    except FileNotFoundError as error:
        raise PictureUnusable(f"The picture {path} does not exist.") from error
    except IsADirectoryError as error:
        raise PictureUnusable(f"The picture {path} is a folder.") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise PictureUnusable(
            f"The picture {path.name} cannot be read ({error}): export it again as PNG, JPEG or WebP."
        ) from error


def _covering(picture: Image.Image, width: int, height: int) -> Image.Image:
    """The part of the picture that keeps most of what it shows, at this size."""
    return picture.resize((width, height), Image.Resampling.LANCZOS, box=crop_box(picture, width / height))


def _framed(picture: Image.Image, width: int, height: int, preset: Preset, tint: tuple[int, int, int]) -> Image.Image:
    """The whole picture with rounded corners over a blurred, darkened copy of itself in the site's colour."""
    tiny = ImageOps.fit(picture, (max(2, width // 24), max(2, height // 24)), Image.Resampling.BOX)
    ground = cv2.GaussianBlur(np.asarray(tiny).astype(np.float32), (0, 0), 2.2)
    ground = cv2.resize(ground, (width, height), interpolation=cv2.INTER_CUBIC) * 0.3
    ground += np.array(tint, np.float32) * 0.3
    unit = preset.unit * STILL_SCALE
    # At the largest zoom of a framed picture its edge still stays inside the frame; in vertical videos it leaves room
    # for two lines of heading above and of captions below.
    room_x, room_y = width * 0.86, height * (0.36 if preset.is_vertical else 0.8)
    factor = min(room_x / picture.width, room_y / picture.height)
    size = (max(2, round(picture.width * factor)), max(2, round(picture.height * factor)))
    area = preset.safe_area
    # The heading above is a little taller than the captions below.
    middle = (area.top + area.bottom) / 2 / preset.height * height + 12 * unit if preset.is_vertical else height / 2
    place = (round((width - size[0]) / 2), round(middle - size[1] / 2))
    mask = _rounded_mask(size, round(26 * unit))
    shade = np.zeros((height, width), np.float32)
    top = place[1] + round(12 * unit)
    room = shade[top : top + size[1], place[0] : place[0] + size[0]]
    room[:] = np.asarray(mask)[: room.shape[0]]
    shade = cv2.GaussianBlur(shade, (0, 0), max(1.0, 22 * unit)) * (0.5 / 255)
    # Half a level of fixed noise keeps the soft gradients from showing steps.
    noise = np.random.default_rng(7).normal(0.0, 0.9, (height, width, 1)).astype(np.float32)
    ground = ground * (1 - shade[..., None]) + noise + 0.5
    canvas = Image.fromarray(np.clip(ground, 0, 255).astype(np.uint8))
    canvas.paste(picture.resize(size, Image.Resampling.LANCZOS), place, mask)
    return canvas


def _rounded_mask(size: tuple[int, int], radius: int) -> Image.Image:
    large = Image.new("L", (size[0] * 2, size[1] * 2), 0)
    ImageDraw.Draw(large).rounded_rectangle((0, 0, size[0] * 2 - 1, size[1] * 2 - 1), radius * 2, fill=255)
    return large.resize(size, Image.Resampling.BOX)
