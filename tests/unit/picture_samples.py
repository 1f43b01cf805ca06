"""Pictures for tests, drawn on the spot."""

import io
from random import Random

from PIL import Image, ImageDraw


def encoded(picture, kind="PNG", **options):
    target = io.BytesIO()
    picture.save(target, kind, **options)
    return target.getvalue()


def scene(width, height, *, subject=(0.5, 0.5), mode="RGB"):
    """A calm ground with one busy patch, a quarter of the shorter side wide, around ``subject`` (shares)."""
    picture = Image.new(mode, (width, height), "#7fa0b8")
    pen = ImageDraw.Draw(picture)
    chance = Random(5)
    reach = min(width, height) / 8
    for _ in range(140):
        x = width * subject[0] + chance.uniform(-reach, reach)
        y = height * subject[1] + chance.uniform(-reach, reach)
        pen.ellipse((x - 6, y - 6, x + 6, y + 6), fill=chance.choice(("#b01020", "#f4e9c8", "#101418")))
    return picture


def decoded(data):
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture
