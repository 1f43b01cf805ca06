"""What a frame looks like, asserted on its planes."""

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage
from video_stand_ins import PALETTE, picture, section

from igny8_assets.video.captions import Caption, phrase_captions
from igny8_assets.video.card_canvas import CardContent
from igny8_assets.video.code_cards import UnknownLanguage, coloured_lines
from igny8_assets.video.colour_planes import Frame, Patch, colour_of, planes_of
from igny8_assets.video.compositor import Compositor
from igny8_assets.video.drawing import CpuCanvas
from igny8_assets.video.failures import GlyphMissing, PictureUnusable, ScriptInvalid
from igny8_assets.video.lettering import (
    caption_box,
    caption_patch,
    caption_type,
    checked_type,
    overlay_patch,
    word_patch,
    wrapped,
)
from igny8_assets.video.narration import narrate
from igny8_assets.video.presets import preset_named
from igny8_assets.video.resampling import BORDER, LARGEST_ERROR, STILL_SCALE, Axis
from igny8_assets.video.stills import check_picture, load_still
from igny8_assets.video.timeline import Overlay, Scene, Timeline, View
from igny8_assets.video.video_cards import CARD_STYLES, card_content, draw_card
from igny8_resources.contracts.video import CodeBlock, WordTiming
from igny8_resources.typesetting import can_shape

TINY = preset_named("youtube_short").resized(270, 480, min_seconds=1)
WHOLE = View(0.5, 0.5, 1.0)


def scene(path, start, end, **changes):
    return Scene(path, is_card=False, start=start, end=end, move_from=WHOLE, move_to=WHOLE, section=0, **changes)


def timeline(*scenes, captions=(), overlays=()):
    return Timeline(TINY, scenes[-1].end, scenes, tuple(overlays), tuple(captions), (), (0.0,))


def test_colours_are_bt709_limited_range():
    assert colour_of("#ffffff") == (235, 128, 128)
    assert colour_of("#000000") == (16, 128, 128)
    assert colour_of("#ff0000") == (63, 102, 240)
    white = planes_of(np.full((4, 6, 3), 255, np.uint8))
    assert (white.y.shape, white.u.shape) == ((4, 6), (2, 3))
    assert (white.y.min(), white.y.max(), white.v.max()) == (235, 235, 128)


def test_a_patch_blends_only_in_its_box():
    frame = Frame(16, 16)
    for plane, value in zip(frame.planes, (16, 128, 128), strict=True):
        plane[:] = value
    rgba = np.full((4, 4, 4), 255, np.uint8)
    patch = Patch(rgba, 4, 8)
    patch.blend(frame, 0.5)
    assert frame.y[9, 5] == pytest.approx((16 + 235) / 2, abs=1)
    patch.blend(frame)
    assert frame.y[8:12, 4:8].min() == 235
    assert frame.y[:8].max() == 16
    with pytest.raises(ValueError, match="even place"):
        Patch(rgba, 3, 8)


def shown(still, view):
    """The luma of a frame that shows a view of a still."""
    frame, canvas = Frame(TINY.width, TINY.height), CpuCanvas(TINY.width, TINY.height)
    canvas.begin(frame)
    canvas.show(still, still.sampling(view, (TINY.width, TINY.height)))
    canvas.end()
    return frame.y


def test_a_still_moves_by_parts_of_a_pixel(tmp_path):
    """Frame by frame, a slow pan over stripes moves their phase by the same 0.2 pixels: no jitter."""
    stripes = 120 + 100 * np.sin(np.arange(606) * 2 * np.pi / 60)
    path = tmp_path / "stripes.png"
    Image.fromarray(np.tile(stripes, (1076, 1)).astype(np.uint8)).convert("RGB").save(path)
    still = load_still(path, TINY)
    period = 60 * still.width / 606 * TINY.width * 1.12 / still.width
    wave = np.exp(-2j * np.pi * np.arange(TINY.width) / period) * np.hanning(TINY.width)
    phases = []
    for step in range(12):
        luma = shown(still, View(0.5 + step * 0.2 / (TINY.width * 1.12), 0.5, 1.12)).astype(float)
        phases.append(np.angle((luma.mean(axis=0) - 120) @ wave) * period / (2 * np.pi))
    assert np.diff(np.unwrap(phases, period=period)) == pytest.approx([0.2] * 11, abs=0.05)


def test_a_rectangle_with_whole_sides_shows_a_view_to_a_part_of_a_pixel():
    errors, warped = [], 0
    for zoom in np.linspace(1.0, 1.12, 240):
        step = STILL_SCALE / zoom
        source = round(1080 * STILL_SCALE)
        axis = Axis((source - 1080 * step) / 2 + BORDER, step, 1080).fitted(source + 2 * BORDER)
        if axis.fit is None:
            warped += 1
            continue
        fit, index = axis.fit, np.array([0, 1079])
        places = fit.first + (index + fit.skipped + 0.5) * fit.taken / fit.made - 0.5
        errors.extend((places - (axis.start + index * axis.step)) / step)
        assert fit.first >= 0
        assert fit.first + fit.taken <= source + 2 * BORDER
        assert fit.skipped + 1080 <= fit.made
    assert np.abs(errors).max() <= LARGEST_ERROR
    assert np.sqrt(np.mean(np.square(errors))) < 0.03
    assert warped < 12
    # Where every rectangle has the same grid, no place in between can be reached.
    assert Axis(10.5, 1.0, 1080).fitted(2000).fit is None


def test_resizing_and_warping_show_the_same(tmp_path):
    waves = 128 + 60 * np.sin(np.arange(700)[:, None] / 9) + 50 * np.cos(np.arange(400)[None, :] / 7)
    path = tmp_path / "waves.png"
    Image.fromarray(waves.astype(np.uint8)).convert("RGB").save(path)
    still = load_still(path, TINY)
    moved = still.sampling(View(0.51, 0.5, 1.06), (TINY.width, TINY.height))
    assert moved.luma.is_fitted
    resized = shown(still, View(0.51, 0.5, 1.06)).astype(int)
    x, y = moved.luma.x, moved.luma.y
    columns, rows = x.start + np.arange(x.length) * x.step, y.start + np.arange(y.length) * y.step
    ideal = ndimage.map_coordinates(still.planes.y.astype(float), np.meshgrid(rows, columns, indexing="ij"), order=3)
    assert np.abs(resized - ideal)[4:-4, 4:-4].max() < 4


def test_a_cross_fade_passes_through_the_middle(tmp_path):
    dark, light = picture(tmp_path / "d.png", "#000000"), picture(tmp_path / "l.png", "#ffffff")
    compositor = Compositor(timeline(scene(dark, 0, 1.25), scene(light, 0.75, 2.0)), PALETTE)
    frame = Frame(TINY.width, TINY.height)
    seen = []
    for number in (0, 22, 30, 38, 59):
        compositor.draw(number, frame)
        seen.append(int(frame.y[200, 100]))
    assert (seen[0], seen[-1]) == (16, 235)
    assert seen == sorted(seen)
    assert seen[2] == pytest.approx(125, abs=3)


@pytest.mark.parametrize("transition", ["cut", "fade", "slide", "zoom"])
def test_a_transition_begins_with_one_scene_and_ends_with_the_other(tmp_path, transition):
    dark, light = picture(tmp_path / "d.png", "#000000"), picture(tmp_path / "l.png", "#ffffff")
    half = 0 if transition == "cut" else 0.25
    compositor = Compositor(
        timeline(scene(dark, 0, 1 + half), scene(light, 1 - half, 2.0, transition=transition)), PALETTE
    )
    frame = Frame(TINY.width, TINY.height)
    rows = {}
    for number in (20, 29, 30, 32, 40):
        compositor.draw(number, frame)
        rows[number] = frame.y[300].copy()
    assert set(rows[20]) == {16}
    assert set(rows[40]) == {235}
    middle = rows[32]
    if transition == "cut":
        assert set(rows[29]) == {16}
        assert set(rows[30]) == {235}
    elif transition == "slide":
        assert set(middle) == {16, 235}
        assert middle[0] == 16
        assert middle[-1] == 235
        assert np.flatnonzero(np.diff(middle.astype(int))).size == 1
    else:
        assert len(set(middle)) == 1
        assert 60 < middle[0] < 220


def test_a_zoom_transition_flies_into_the_scene_that_ends(tmp_path):
    stripes = Image.fromarray(np.tile(np.repeat(np.array([30, 220] * 7, np.uint8), 40), (990, 1)))
    stripes.convert("RGB").save(tmp_path / "s.png")
    plain = picture(tmp_path / "p.png", "#808080")
    frame = Frame(TINY.width, TINY.height)
    edges = {}
    for transition in ("fade", "zoom"):
        shown = timeline(scene(tmp_path / "s.png", 0, 1.25), scene(plain, 0.75, 2.0, transition=transition))
        Compositor(shown, PALETTE).draw(34, frame)
        row = frame.y[300].astype(int)
        edges[transition] = int((np.abs(np.diff(row > row.mean()))).sum())
    assert edges["zoom"] < edges["fade"]


def test_what_is_pushed_out_moves_with_what_pushes_it(tmp_path):
    ramp = Image.fromarray(np.tile(np.linspace(40, 200, 560).astype(np.uint8), (990, 1))).convert("RGB")
    ramp.save(tmp_path / "r.png")
    shown = timeline(scene(tmp_path / "r.png", 0, 1.25), scene(tmp_path / "r.png", 0.75, 2.0, transition="slide"))
    compositor, frame, whole = (
        Compositor(shown, PALETTE),
        Frame(TINY.width, TINY.height),
        Frame(TINY.width, TINY.height),
    )
    compositor.draw(10, whole)
    compositor.draw(29, frame)
    edge = int(np.argmin(np.diff(frame.y[300].astype(int)))) + 1
    assert 60 < edge < 220
    assert frame.y[300, :edge] == pytest.approx(whole.y[300, TINY.width - edge :], abs=2)
    assert frame.y[300, edge:] == pytest.approx(whole.y[300, : TINY.width - edge], abs=2)


def test_frames_are_the_same_in_any_order(tmp_path):
    photo = picture(tmp_path / "p.png", "#336699", (900, 500))
    shown = timeline(scene(photo, 0, 2.0), captions=[Caption(("Hello there",), 0.2, 1.0, ())])
    one, two = Frame(TINY.width, TINY.height), Frame(TINY.width, TINY.height)
    forwards, fresh = Compositor(shown, PALETTE), Compositor(shown, PALETTE)
    for number in range(12):
        forwards.draw(number, one)
    fresh.draw(11, two)
    assert np.array_equal(one.data, two.data)


SENTENCES = {
    "en": "Great espresso ☕ at home 🔥 needs 18 g of beans 👩‍🍳 and patience 👍🏽.",
    "de": "Die Donaudampfschifffahrtsgesellschaft trinkt Kaffee.",
    "ja": "自宅で美味しいエスプレッソを淹れるには、豆の挽き方が一番大切です。",
    "zh-Hans": "在家制作浓缩咖啡其实很简单，只要研磨得足够细。",
    "ko": "집에서 에스프레소를 만들 때 가장 중요한 것은 분쇄도입니다.",
    "ar": "تحضير الإسبريسو في المنزل يحتاج إلى 18 غرام من البن مع IGNY8 (نسخة 2).",
    "hi": "घर पर एस्प्रेसो बनाने के लिए सबसे ज़रूरी है बारीक पिसी हुई कॉफ़ी।",
    "th": "กาแฟเอสเพรสโซที่บ้านทำได้ง่ายถ้าบดเมล็ดละเอียดพอ",
}


def captions_of(text, preset):
    spoken = [word.caption for word in narrate(text, "und").words]
    timed = [WordTiming(text=word, start=0.5 * at, end=0.5 * at + 0.4) for at, word in enumerate(spoken)]
    return phrase_captions(timed, line_characters=preset.caption_characters, fps=preset.fps)


@pytest.mark.skipif(not can_shape(), reason="Pillow finds no libfribidi")
@pytest.mark.parametrize("language", SENTENCES)
@pytest.mark.parametrize("key", ["youtube_long", "youtube_short", "instagram_reel", "tiktok"])
def test_no_ink_of_a_caption_leaves_the_safe_area_in_any_script(key, language):
    preset = preset_named(key)
    captions = captions_of(SENTENCES[language], preset)
    at = caption_type(captions, preset, language)
    frame = Frame(preset.width, preset.height)
    frame.y[:] = 90
    for caption in captions:
        caption_patch(caption, at, preset).blend(frame)
        for word in range(len(caption.words)):
            word_patch(caption, word, at, preset, PALETTE).blend(frame)
    rows, columns = np.nonzero(frame.y != 90)
    area = preset.safe_area
    outside = (rows < area.top) | (rows >= area.bottom) | (columns < area.left - 1) | (columns > area.right)
    assert outside.sum() == 0
    assert len(rows) > 1000


def test_the_spoken_word_alone_is_marked():
    """In the word style the box of the word being said takes the accent colour; the rest of the caption stays."""
    preset = preset_named("youtube_short")
    [caption, *_] = captions_of("Grind finer, then taste.", preset)
    at = caption_type([caption], preset)
    plain, marked = Frame(preset.width, preset.height), Frame(preset.width, preset.height)
    for frame in (plain, marked):
        frame.data[:] = 128
        caption_patch(caption, at, preset).blend(frame)
    patch = word_patch(caption, 1, at, preset, PALETTE)
    patch.blend(marked)
    changed = np.nonzero(plain.y != marked.y)
    assert changed[1].min() >= patch.left
    assert changed[1].max() < patch.left + patch.width
    assert patch.width < caption_patch(caption, at, preset).width / 2
    accent = np.array(colour_of(PALETTE.accent))
    corner = marked.y[patch.top + patch.height // 2, patch.left + 4]
    assert abs(int(corner) - accent[0]) <= 2


def test_a_word_is_marked_from_its_start_until_the_next_one():
    words = tuple(WordTiming(text=text, start=at, end=at + 0.3) for text, at in (("One", 1.0), ("two", 1.5)))
    caption = Caption(("One two",), 1.0, 2.0, words)
    assert [caption.word_at(moment) for moment in (0.9, 1.0, 1.4, 1.5, 1.99)] == [None, 0, 0, 1, 1]


def test_one_long_word_does_not_make_every_caption_small():
    preset = preset_named("youtube_short")
    usual = captions_of("Grind finer, then taste the shot.", preset)
    long_word = captions_of("Donaudampfschifffahrtsgesellschaftskapitän", preset)
    assert caption_type([*usual, *long_word], preset).size == caption_type(usual, preset).size
    assert caption_box(long_word[0], caption_type(usual, preset), preset).text.type.size < 62


@pytest.mark.parametrize("key", ["youtube_short", "youtube_long"])
def test_words_stay_inside_the_safe_area_and_are_readable(key):
    preset = preset_named(key)
    area = preset.safe_area
    longest = "W" * preset.caption_characters
    caption = Caption((longest, "second line, gjpqy"), 0, 1, ())
    patches = [
        caption_patch(caption, caption_type([caption], preset), preset),
        overlay_patch(
            Overlay("A heading of some length that has to be wrapped over lines", 0, 1, 0.2, 0),
            PALETTE,
            "Crema Lane",
            preset,
        ),
    ]
    for patch in patches:
        assert area.left - 1 <= patch.left
        assert patch.left + patch.width <= area.right + 1
        assert area.top - 1 <= patch.top
        assert patch.top + patch.height <= area.bottom + 1
    frame = Frame(preset.width, preset.height)
    frame.y[:] = 235  # the hardest ground for white letters
    patches[0].blend(frame)
    box = frame.y[
        patches[0].top : patches[0].top + patches[0].height, patches[0].left : patches[0].left + patches[0].width
    ]
    assert np.median(box) < 80
    assert box.max() >= 230


def test_the_progress_line_grows(tmp_path):
    compositor = Compositor(timeline(scene(picture(tmp_path / "p.png", "#000000"), 0, 2.0)), PALETTE)
    frame = Frame(TINY.width, TINY.height)
    compositor.draw(29, frame)
    accent = colour_of(PALETTE.accent)[0]
    assert (frame.y[0] == accent).sum() == pytest.approx(TINY.width / 2, abs=2)


def test_text_is_wrapped_in_balance_and_cut_only_at_the_last():
    lines = wrapped("Change one thing at a time", "display_bold", size=60, smallest=20, width=600, max_lines=2)
    assert len(lines.lines) == 2
    assert abs(lines.type.width(lines.lines[0]) - lines.type.width(lines.lines[1])) < 300
    cut = wrapped("word " * 80, "display_bold", size=60, smallest=40, width=500, max_lines=2)
    assert cut.lines[-1].endswith("…")
    assert cut.width <= 500


def test_characters_without_a_glyph_are_named(tmp_path):
    assert checked_type("Ünïcode – café", "display_bold", 40).width("Ünïcode") > 100
    with pytest.raises(GlyphMissing, match=r"No installed font draws 𐎠 \(U\+103A0, old persian sign a\).*Old"):
        checked_type("𐎠 coffee", "display_bold", 40)
    shown = timeline(scene(picture(tmp_path / "p.png", "red"), 0, 2.0), overlays=[Overlay("𐎠", 0, 1, 0.2, 2)])
    with pytest.raises(ScriptInvalid, match="Section 3: No installed font draws"):
        Compositor(shown, PALETTE)


def test_pictures_of_another_shape_are_framed_whole(tmp_path):
    wide = load_still(picture(tmp_path / "w.png", "#ffffff", (1600, 900)), TINY)
    tall = load_still(picture(tmp_path / "t.png", "#ffffff", (600, 1000)), TINY)
    assert (wide.framed, tall.framed) == (True, False)
    assert wide.planes.y[BORDER + 10, BORDER + 10] < 150
    assert tall.planes.y.min() == 235


def test_unusable_pictures_are_named(tmp_path):
    (tmp_path / "text.png").write_text("not a picture")
    whole = picture(tmp_path / "whole.jpg", "red", (800, 800)).read_bytes()
    (tmp_path / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    for name, message in (
        ("text.png", "cannot be read"),
        ("cut.jpg", "cannot be read"),
        ("none.png", "does not exist"),
    ):
        with pytest.raises(PictureUnusable, match=message):
            check_picture(tmp_path / name)


@pytest.mark.parametrize("key", ["youtube_short", "youtube_long"])
@pytest.mark.parametrize("style", CARD_STYLES)
def test_cards_keep_their_words_in_the_safe_area(key, style):
    preset = preset_named(key)
    items = {
        "list_card": tuple(f"Step {number} with rather many words to say" for number in range(1, 6)),
        "comparison_card": ("A gooseneck kettle with a thin spout", "A standard kettle"),
    }
    content = CardContent(
        style,
        "How to dial in espresso at home without wasting a whole bag of expensive beans",
        items.get(style, ()),
        "Crema Lane",
        "cremalane.example" if style in ("title_card", "text_card") else "",
        "1,250 million" if style == "statistic_card" else "",
        CodeBlock(language="python", code="print('a line that is too long for any card', *range(1000))\n" * 9),
    )
    drawn = np.asarray(draw_card(content, preset=preset, palette=PALETTE).convert("L")).astype(int)
    plain = np.asarray(draw_card(CardContent("text_card", " . "), preset=preset, palette=PALETTE).convert("L")).astype(
        int
    )
    if style in ("title_card", "quote_card"):
        plain = np.asarray(draw_card(CardContent(style, " . "), preset=preset, palette=PALETTE).convert("L")).astype(
            int
        )
    rows, columns = np.nonzero(np.abs(drawn - plain) > 24)
    area = preset.safe_area
    assert rows.min() >= area.top
    assert columns.min() >= area.left
    assert columns.max() <= area.right
    assert rows.max() <= area.bottom - 150 * preset.unit


def test_code_is_coloured_and_carried_over_where_a_line_is_too_long():
    block = CodeBlock(language="python", code="def pour(grams):\n    return grams * 2  # water\n")
    lines = coloured_lines(block)
    assert ["".join(piece for piece, _ in line) for line in lines] == [
        "def pour(grams):",
        "    return grams * 2  # water",
    ]
    colours = {piece.strip(): colour for line in lines for piece, colour in line}
    assert len({colours["def"], colours["pour"], colours["# water"]}) == 3
    with pytest.raises(UnknownLanguage, match="'klingon' is unknown: use a short name of Pygments such as python"):
        coloured_lines(CodeBlock(language="klingon", code="x"))


def test_a_card_takes_its_words_from_the_section():
    listed = card_content(section("Do this.", cue="list_card", overlay="Recipe\n18 g in\n• 36 g out"), title="T")
    assert (listed.style, listed.headline, listed.items) == ("list_card", "Recipe", ("18 g in", "36 g out"))
    bare = card_content(section("First things first. Then more.", cue="list_card"), title="T")
    assert (bare.style, bare.headline) == ("text_card", "First things first.")
    assert card_content(section("Hi there.", kind="hook", cue="title_card"), title="The title").headline == "The title"
    assert card_content(section("Go.", kind="cta"), title="T", address="a.example").footer == "a.example"
