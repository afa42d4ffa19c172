"""The pictures of menus: what stands in them, and that LINE takes whatever comes out."""

import io
import struct
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops
from sqlalchemy.orm import Session

from lstep_lite.engine import studio
from lstep_lite.engine.media import MediaStore
from lstep_lite.engine.rich_menus import composing, geometry, layouts
from lstep_lite.engine.rich_menus.composing import badges, encoding, fitting, fonts, glyphs, patterns
from lstep_lite.engine.rich_menus.composing.fonts import Face
from lstep_lite.engine.rich_menus.composing.sheets import Frame
from lstep_lite.engine.rich_menus.documents import CELL, INPUTS, LINE, PATTERNS, TAB
from lstep_lite.engine.studio import Data, fresh_inputs
from lstep_lite.models import Media, MediaKind, MediaState
from tests.factories import NOW
from tests.menus import full_documents, noise, small_documents

WIDTH = 500


def a_line(text: str, **looks: Any) -> Data:
    return {"kind": LINE.name, "id": "l", **fresh_inputs(LINE.inputs), "text": text, **looks}


def a_cell(*texts: str | Data, **looks: Any) -> Data:
    lines = [a_line(text) if isinstance(text, str) else text for text in texts]
    return {"kind": CELL.name, "id": studio.new_code(), **fresh_inputs(CELL.inputs), "lines": lines, **looks}


def a_menu(*cells: Data, tabs: int = 1, looks: Data | None = None, **inputs: Any) -> Data:
    tab = {"kind": TAB.name, **fresh_inputs(TAB.inputs), "cells": list(cells), **(looks or {})}
    return studio.fresh(INPUTS) | inputs | {"tabs": [{**tab, "id": f"tab-{at}"} for at in range(tabs)]}


def composed(document: Data, at: int = 0, **known: Any) -> composing.Composed:
    options = {"pictures": {}, "width": WIDTH} | known
    return composing.compose(document, document["tabs"][at], **options)


# What stands in it ---------------------------------------------------------------------------------------------------


def test_a_button_is_filled_with_its_colour_and_the_ground_shows_between():
    cells = [a_cell(fill_color=color, x=x, width=500) for color, x in (("#ff0000", 0), ("@accent", 500))]
    image = composed(a_menu(*cells, accent="#0000ff", ground="#00ff00")).image
    assert image.size == (500, 337)
    assert [image.getpixel((x, 168)) for x in (125, 375, 250, 1)] == [
        (255, 0, 0), (0, 0, 255), (0, 255, 0), (0, 255, 0)
    ]  # fmt: skip


def test_fills_are_painted_as_they_say():
    looks = {"fill_color": "#000000", "fill_color2": "#ffffff", "fill_direction": "right", "radius": 0}
    graded = composed(a_menu(a_cell(fill="gradient", **looks), looks={"padding": 0})).image
    assert [round(graded.getpixel((x, 100))[0] / 255, 1) for x in (1, 250, 498)] == [0, 0.5, 1]
    shown = {"fill_media_id": 7, "fill_zoom": 100, "fill_focus_x": 1000, "fill_focus_y": 0, "fill_shade": 50}
    halves = Image.new("RGB", (200, 10), "#ff0000")
    halves.paste("#0000fe", (100, 0, 200, 10))
    menu = a_menu(a_cell(fill="image", radius=0, **shown), looks={"padding": 0})
    assert composed(menu, pictures={7: halves}).image.getpixel((250, 168)) == (0, 0, 127)
    assert composed(menu).image.getpixel((250, 168)) == (203, 208, 214), "a picture is still to be chosen"


def test_transparent_parts_of_a_picture_show_what_is_behind():
    menu = a_menu(a_cell(fill="none"), looks={"logo_id": 3, "logo_width": 400, "logo_y": 500}, ground="#00ff00")
    logo = Image.new("RGBA", (40, 40), (255, 0, 0, 255))
    logo.paste((0, 0, 0, 0), (0, 0, 20, 40))
    image = composed(menu, pictures={3: logo}).image
    assert image.getpixel((200, 168)) == (0, 255, 0)
    assert image.getpixel((300, 168)) == (255, 0, 0)


def test_a_finished_picture_fills_the_canvas_and_the_strip_stands_on_it():
    looks = {"source": "picture", "picture_id": 9, "areas": []}
    document = a_menu(tabs=2, looks=looks, accent="#112233", surface="#ffffff", strip_height=200)
    image = composed(document, 1, pictures={9: Image.new("RGB", (10, 300), "#ff0000")}).image
    assert image.getpixel((250, 200)) == image.getpixel((1, 335)) == (255, 0, 0)
    assert image.getpixel((260, 5)) == (0x11, 0x22, 0x33), "the tab that is open"
    assert image.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("style", ["filled", "underline", "pill", "folder"])
@pytest.mark.parametrize("strip", ["top", "bottom"])
def test_each_tab_looks_different_in_the_strip_alone(style, strip):
    document = a_menu(tabs=3, strip=strip, strip_style=style)
    first, second = (composed(document, at, width=300).image for at in (0, 1))
    changed = ImageChops.difference(first, second).getbbox()
    place = geometry.strip_of(document)
    assert changed and place.y * 300 / 2500 - 1 <= changed[1] and changed[3] <= place.bottom * 300 / 2500 + 1


@pytest.mark.parametrize("pattern", [name for name in PATTERNS if name != "none"])
def test_each_pattern_is_seen_and_stays_light(pattern):
    looks = {"pattern": pattern, "pattern_color": "#000000", "pattern_strength": 20}
    image = composed(a_menu(ground="#ffffff", looks=looks)).image.convert("L")
    darkest, lightest = image.getextrema()
    assert 200 <= darkest < 250 < lightest


def test_every_pattern_that_is_offered_is_drawn():
    assert {"none", *patterns.names()} == set(PATTERNS)


@pytest.mark.parametrize(
    ("align", "place", "is_apart"), [("left", "right", True), ("right", "left", True), ("center", "left", False)]
)
def test_an_icon_away_from_its_words_stands_at_its_own_edge_as_in_a_list(align, place, is_apart):
    looks = {"icon": "star", "icon_place": place, "icon_color": "#00ffff", "align": align, "height": 200}
    image = composed(a_menu(a_cell(a_line("見る", size=60, color="#ff00ff"), **looks), ground="#ffffff")).image
    red, green, _ = image.split()
    icon, words = (ImageChops.invert(channel).getbbox() for channel in (red, green))
    assert icon and words
    first, second = (icon, words) if place == "left" else (words, icon)
    assert first[2] < second[0] and (second[0] - first[2] > WIDTH / 2) == is_apart


@pytest.mark.parametrize("badge", ["pill", "circle", "ribbon", "burst"])
@pytest.mark.parametrize("corner", ["top_left", "bottom_right"])
def test_a_badge_stands_in_its_corner_and_nowhere_else(badge, corner):
    looks = {"badge": badge, "badge_text": "20%OFF", "badge_color": "#ff0000", "badge_corner": corner}
    cell = a_cell(x=250, y=250, width=500, height=500)
    plain, marked = (composed(a_menu(one)).image for one in (cell, cell | looks))
    left, top, right, bottom = ImageChops.difference(plain, marked).getbbox()
    assert 125 <= left < right <= 375 and 84 <= top < bottom <= 253, "inside its button"
    assert (right < 270 and bottom < 190) if corner == "top_left" else (left > 230 and top > 150)


# Words ---------------------------------------------------------------------------------------------------------------

BOXES = st.tuples(st.integers(30, 2500), st.integers(30, 1600))
WORDS = st.text("あ予約メニュー AgQj1%・。\n", min_size=1, max_size=40)


@settings(max_examples=60, deadline=None)
@given(
    BOXES,
    st.lists(st.tuples(WORDS, st.integers(0, 400)), max_size=3),
    st.sampled_from(["", "star"]),
    st.sampled_from(["top", "left", "right", "back"]),
)
def test_words_never_become_larger_than_their_button(size, texts, icon, place):
    cell = a_cell(*(a_line(text, size=asked) for text, asked in texts), icon=icon, icon_place=place)
    frame = Frame(0, 0, *size)
    layout = fitting.layout(cell, frame)
    assert layout.height <= layout.room.height * 1.001
    for line in layout.lines:
        assert line.size * line.width <= layout.words.width * 1.001
        assert not line.asked or line.size <= line.asked


def test_the_first_text_is_the_largest_and_equal_buttons_have_equal_words():
    names = ("予約", "お問い合わせ", "メニュー・料金")
    cells = [
        a_cell(name, "MENU", x=x, width=width, height=500, icon="star")
        for name, (x, width) in zip(names, ((0, 333), (333, 333), (666, 334)), strict=True)
    ]
    frames = [Frame(0, 0, 820 + at, 800) for at in range(3)]
    plans = fitting.equalised([fitting.layout(cell, frame) for cell, frame in zip(cells, frames, strict=True)])
    sizes = {tuple(round(line.size, 2) for line in plan.lines) for plan in plans}
    assert len(sizes) == 1
    [(first, second)] = sizes
    assert first > second * 1.5


def test_one_that_has_far_more_to_say_does_not_make_all_others_small():
    cells = [a_cell(text) for text in ("予約", "地図", "お店からのお知らせと春のキャンペーン情報の一覧を見る")]
    plans = [fitting.layout(cell, Frame(0, 0, 600, 150)) for cell in cells]
    first, _, last = fitting.equalised(plans)
    assert first.lines[0].size > last.lines[0].size * 1.3


def test_long_words_are_broken_where_japanese_may_be():
    [line] = fitting.layout(a_cell("ショップカード（会員証）を見る"), Frame(0, 0, 500, 420)).lines
    assert len(line.rows) > 1 and "".join(line.rows) == "ショップカード（会員証）を見る"
    assert not any(row[0] in "ッョー）" or row[-1] == "（" for row in line.rows)
    [typed] = fitting.layout(a_cell("ショップカード\n（会員証）"), Frame(0, 0, 500, 420)).lines
    assert typed.rows == ("ショップカード", "（会員証）")


@pytest.mark.parametrize("font", ["gothic", "rounded", "mincho"])
def test_the_faces_know_what_names_of_people_and_shops_are_written_with(font):
    for is_bold in (False, True):
        face = Face(font, is_bold)
        assert [char for char in "髙﨑①㈱♥☎★〒鬱薔薇Ａ1" if not fonts.knows(face, char)] == []
        assert fonts.unknown("～✓♨", face) == "", "another face has them"


def test_characters_that_no_face_knows_are_left_out_and_named():
    document = a_menu(a_cell("予約🎉する❤️🎉", badge="pill", badge_text="🔥NEW"), a_cell(icon="no-such-icon"))
    found = {problem.path: problem.message for problem in composed(document).warnings}
    assert found.keys() == {
        "tabs.0.cells.0.lines.0.text", "tabs.0.cells.0.badge_text", "tabs.0.cells.1.icon"
    }  # fmt: skip
    assert "「🎉」" in found["tabs.0.cells.0.lines.0.text"] and "「🔥」" in found["tabs.0.cells.0.badge_text"]
    with_, without = (composed(a_menu(a_cell(text))).image for text in ("予約🎉する", "予約する"))
    assert with_ == without


def test_words_that_do_not_fit_are_told():
    document = a_menu(a_cell(a_line("春のご案内", size=400), width=200), a_cell("あ" * 40, x=500, width=60, height=60))
    found = [(problem.path, problem.message) for problem in composed(document).warnings]
    assert [path for path, _ in found] == ["tabs.0.cells.0.lines.0.size", "tabs.0.cells.1.lines.0.text"]
    assert "400→" in found[0][1] and "読めない" in found[1][1]
    narrow = a_menu(tabs=10)
    for tab in narrow["tabs"]:
        tab["label"] = "とても長いタブの名前です"
    assert {problem.path for problem in composed(narrow).warnings} == {f"tabs.{at}.label" for at in range(10)}


def test_long_words_in_round_badges_stand_in_two_rows():
    looks = {"badge": "circle", "badge_text": "20%OFF", "badge_corner": "top_left"}
    badge = badges.planned(a_cell(**looks), Frame(0, 0, 800, 800))
    assert badge and badge.rows == ("20%", "OFF") and badge.size > 36
    tiny = a_menu(a_cell(width=60, height=60, **looks | {"badge_text": "期間限定セール中"}))
    assert [problem.path for problem in composed(tiny).warnings] == ["tabs.0.cells.0.badge_text"]


def test_a_picture_that_is_lost_is_told_where_it_stands():
    document = a_menu(a_cell(fill="image", fill_media_id=5, fill_shade=0, fill_zoom=100), looks={"logo_id": 6})
    assert [problem.path for problem in composed(document).warnings] == [
        "tabs.0.logo_id", "tabs.0.cells.0.fill_media_id"
    ]  # fmt: skip


def test_every_icon_has_its_character():
    assert len(glyphs.names()) > 5000 and glyphs.character("calendar") and glyphs.character("") is None


# Sizes and bytes -----------------------------------------------------------------------------------------------------


def test_a_small_picture_looks_like_the_large_one():
    cells = [
        a_cell("予約", "RESERVE", icon="star", badge="burst", x=x, y=y, width=width, height=height)
        for x, y, width, height in layouts.grid(3, 2)
    ]
    document = a_menu(*cells, looks={"pattern": "waves"}, tabs=2)
    images = [composed(document, width=width).image.convert("L") for width in (1250, 250)]
    large, small = (image.resize((50, 34), Image.Resampling.BOX) for image in images)
    apart = ImageChops.difference(large, small).histogram()
    assert sum(value * count for value, count in enumerate(apart)) / (50 * 34) < 3


def test_the_same_menu_gives_the_same_bytes_without_metadata():
    document = a_menu(a_cell("予約する", icon="star", has_shadow=True), looks={"pattern": "confetti"})
    first, again = (composing.encode(composed(document).image) for _ in range(2))
    assert first == again and first.content_type == "image/png"
    with Image.open(io.BytesIO(first.data)) as image:
        assert image.info == {} and image.size == (500, 337)


def test_photographs_become_jpegs_and_the_worst_still_fit(monkeypatch):
    image = noise(800, 500)
    image.info["exif"] = b"Exif\0\0secret"
    found = composing.encode(image)
    assert found.content_type == "image/jpeg" and b"secret" not in found.data
    monkeypatch.setattr(encoding, "MOST_BYTES", 20_000)
    worst = composing.encode(image)
    assert len(worst.data) <= 20_000
    with Image.open(io.BytesIO(worst.data)) as read:
        assert read.size == (800, 500)


# Its pictures --------------------------------------------------------------------------------------------------------


def test_pictures_are_found_and_those_that_are_gone_are_left_out(session: Session, tmp_path):
    store = MediaStore(tmp_path)
    file = io.BytesIO()
    Image.new("RGBA", (6, 4), (1, 2, 3, 4)).save(file, "PNG")
    store.store_file("aa/one", [file.getvalue()])
    kept = {"state": MediaState.STORED, "kind": MediaKind.IMAGE, "created_at": NOW}
    rows = [Media(code=f"c{path}", path=path, **kept) for path in ("aa/one", "aa/lost")]
    session.add_all(rows)
    session.flush()
    ground = {"ground": "image", "ground_media_id": rows[0].id, "logo_id": None}
    document = a_menu(a_cell(fill="image", fill_media_id=rows[1].id), a_cell(fill_media_id=None), looks=ground)
    wanted = composing.picture_ids(document, document["tabs"][0])
    assert wanted == {row.id for row in rows}
    found = composing.load(session, store, wanted | {10**6})
    assert found.keys() == {rows[0].id} and found[rows[0].id].mode == "RGBA"


def a_profile_of_a_telephone() -> bytes:
    """Display P3, as short as an ICC profile can be. https://www.color.org/specification/ICC.1-2022-05.pdf"""

    def xyz(*values: float) -> bytes:
        return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65536) for value in values))

    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", 3) + b"P3\0" + bytes(79),
        b"wtpt": xyz(0.9642, 1, 0.8249),
        b"rXYZ": xyz(0.51512, 0.2412, -0.00105),
        b"gXYZ": xyz(0.29198, 0.69225, 0.04189),
        b"bXYZ": xyz(0.1571, 0.06657, 0.78407),
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), b"curv\0\0\0\0" + struct.pack(">IHH", 1, 563, 0)),
    }
    table, data, start = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for name, value in tags.items():
        table += name + struct.pack(">II", start + len(data), len(value))
        data += value
    head = struct.pack(">I4sI4s4s4s", start + len(data), b"", 0x02100000, b"mntr", b"RGB ", b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    return head + bytes(128 - len(head)) + table + data


def test_colours_of_a_telephone_become_those_of_a_screen(tmp_path):
    store, file = MediaStore(tmp_path), io.BytesIO()
    Image.new("RGB", (4, 4), (200, 80, 40)).save(file, "PNG", icc_profile=a_profile_of_a_telephone())
    store.store_file("aa/photo", [file.getvalue()])
    red, green, _ = composing.opened(store, {1: "aa/photo"})[1].getpixel((0, 0))
    assert red > 205 and green < 80


# Anything ------------------------------------------------------------------------------------------------------------


def comes_out_well(document: Data, pictures: dict[int, Image.Image]) -> None:
    canvas = geometry.canvas_of(document)
    for tab in document["tabs"]:
        drawn = composing.compose(document, tab, pictures)
        assert drawn.image.size == (canvas.width, canvas.height) and drawn.image.mode == "RGB"
        encoded = composing.encode(drawn.image)
        assert len(encoded.data) <= 1_000_000
        with Image.open(io.BytesIO(encoded.data)) as read:
            assert read.size == drawn.image.size and Image.MIME[str(read.format)] == encoded.content_type
        for area in geometry.areas_of(document, tab):
            box = area.box
            assert 0 <= box.x < box.right <= canvas.width and 0 <= box.y < box.bottom <= canvas.height


QUICK = settings(deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
"""Making a failing menu simpler would take minutes."""


@settings(QUICK, max_examples=10)
@given(small_documents())
def test_whatever_staff_compose_is_a_picture_that_line_takes(document):
    comes_out_well(
        document, {1: Image.linear_gradient("L").convert("RGB"), 2: Image.new("RGBA", (30, 90), "#00000080")}
    )


@pytest.mark.slow
@settings(QUICK, max_examples=8)
@given(full_documents())
def test_whatever_staff_compose_of_noise_is_a_picture_that_line_takes(document):
    comes_out_well(document, {1: noise(1300, 900), 2: Image.new("RGBA", (3000, 900), "#00000080")})
