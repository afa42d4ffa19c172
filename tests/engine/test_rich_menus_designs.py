"""Ready designs, themes, words for icons, and what can be read on a menu."""

from collections import Counter

import pytest

from lstep_lite.engine import rich_menus, studio
from lstep_lite.engine.rich_menus import composing, contrast, designs, glyph_words, themes
from lstep_lite.engine.rich_menus.composing import glyphs
from lstep_lite.engine.rich_menus.documents import CELL, INPUTS, LINE
from lstep_lite.engine.rich_menus.layouts import LAYOUTS
from lstep_lite.engine.studio import Data, fresh_inputs
from lstep_lite.errors import NotFound

BY_CODE = {"argvalues": designs.offered(), "ids": lambda design: design.code}
SMALL = 100
"""Pixels: whether words fit is reckoned, not seen."""


def a_menu(*lines: Data, ground: Data | None = None, **looks: object) -> Data:
    """One button with *lines*."""
    document = studio.fresh(INPUTS)
    tab = document["tabs"][0]
    made = [{"kind": LINE.name, "id": "l", **fresh_inputs(LINE.inputs), "text": "予約する", **line} for line in lines]
    tab["cells"] = [{"kind": CELL.name, "id": "c", **fresh_inputs(CELL.inputs), "lines": made, **looks}]
    tab |= ground or {}
    return document


@pytest.mark.parametrize("theme", themes.THEMES, ids=lambda theme: theme.code)
def test_whatever_is_written_in_the_colours_of_a_theme_can_be_read(theme):
    pairs = ("ink", "surface"), ("ink", "ground"), ("light", "accent"), ("accent", "surface"), ("accent", "ground")
    assert {pair: contrast.ratio(*(theme.colors[name] for name in pair)) >= contrast.TEXT for pair in pairs} == (
        dict.fromkeys(pairs, True)
    )


def test_contrast_is_reckoned_as_the_guidelines_do():
    assert contrast.ratio("#000000", "#ffffff") == 21
    assert contrast.ratio("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)
    assert contrast.ratio("#e5383b", "#e5383b") == 1


@pytest.mark.parametrize(
    ("document", "paths"),
    [
        (a_menu({"color": "#8c8c8c"}), ["lines.0.color"]),
        (a_menu({"color": "#8c8c8c", "text": " "}), []),
        (a_menu({"color": "@surface", "outline": 8, "outline_color": "@ink"}), []),
        (a_menu({"color": "@light"}, fill="gradient", fill_color="@accent", fill_color2="#f6d8ff"), ["lines.0.color"]),
        (a_menu({"color": "#ffffff"}, fill="none", ground={"ground_color": "#fafafa"}), ["lines.0.color"]),
        (a_menu({"color": "#ffffff"}, fill="image", fill_shade=0), ["lines"]),
        (a_menu({"color": "#ffffff"}, fill="image", fill_shade=40), []),
        (a_menu({"color": "#222222"}, fill="image", fill_shade=40), ["lines.0.color"]),
        (a_menu({}, icon="star", icon_color="#eeeeee"), ["icon_color"]),
        (a_menu({}, icon="star", icon_color="#eeeeee", icon_place="back"), []),
    ],
    ids=[
        "grey",
        "nothing",
        "outlined",
        "gradient",
        "tab's ground",
        "photo",
        "shaded photo",
        "dark on dark",
        "icon",
        "icon behind",
    ],
)
def test_words_that_are_hard_to_read_are_told_with_their_place(document, paths):
    assert [found.path.removeprefix("tabs.0.cells.0.") for found in contrast.warnings(document)] == paths


@pytest.mark.parametrize(
    ("style", "paths"), [("filled", ["light"]), ("pill", ["light"]), ("underline", ["accent"]), ("folder", [])]
)
def test_words_on_the_strip_of_tabs_that_are_hard_to_read_are_told(style, paths):
    document = a_menu({}) | {"strip_style": style, "accent": "#f6c744"}
    assert contrast.warnings(document) == []
    document["tabs"] *= 2
    assert [found.path for found in contrast.warnings(document)] == paths


def test_every_icon_on_offer_is_installed():
    assert len(glyph_words.OFFERED) >= 300
    assert not set(glyph_words.OFFERED) - set(glyphs.names())


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("ﾖﾔｸ", "calendar"),
        ("散髪", "scissors"),
        ("駐車場", "parking"),
        ("heart", "heart"),
        ("地図　場所", "map-pin"),
        ("Umbrella-2", "umbrella-2"),
    ],
)
def test_icons_are_found_by_japanese_words_and_english_names(text, first):
    assert glyph_words.search(text)[0] == first


def test_a_search_for_nothing_offers_all_and_for_nonsense_none():
    assert (glyph_words.search(" "), glyph_words.search("ぬぬぬ")) == (list(glyph_words.OFFERED), [])


def test_every_industry_has_designs_of_at_least_four_styles():
    styles = Counter(industry for industry, _ in {(each.industry, each.style) for each in designs.offered()})
    assert styles.keys() == designs.INDUSTRIES.keys() and min(styles.values()) >= 4


@pytest.mark.parametrize("design", **BY_CODE)
def test_a_design_can_be_read_and_nothing_of_it_is_cut(design):
    document = design.make()
    assert contrast.warnings(document) == []
    composed = [composing.compose(document, tab, {}, width=SMALL) for tab in document["tabs"]]
    assert [warning for each in composed for warning in each.warnings] == []


def test_designs_can_be_kept_as_they_are(session):
    for design in designs.offered():
        document = designs.document(design.code)
        examined = rich_menus.examine(session, document)
        assert (design.code, examined.problems, examined.warnings) == (design.code, [], [])
        assert examined.document == document


def test_a_menu_begins_with_a_design_a_division_or_a_finished_picture():
    assert designs.beginning("salon_mono")["tabs"][0]["cells"][0]["label"] == "ご予約"
    divided = designs.beginning(designs.layout(5))["tabs"][0]["cells"]
    assert [(each["x"], each["y"], each["width"], each["height"]) for each in divided] == list(LAYOUTS[5].areas)
    assert designs.beginning(designs.PICTURE)["tabs"][0]["source"] == "picture"
    assert designs.beginning("")["tabs"][0]["source"] == "compose"


@pytest.mark.parametrize("word", ["salon_nothing", "layout-999", "layout--1", "../picture"])
def test_an_unknown_beginning_is_told(word):
    with pytest.raises(NotFound):
        designs.beginning(word)


def test_taking_a_design_twice_makes_two_menus_and_its_sample_is_always_the_same():
    one, other = designs.document("clinic_tabs"), designs.document("clinic_tabs")
    assert one["tabs"][0]["id"] != other["tabs"][0]["id"]
    assert designs.sample("clinic_tabs") == designs.sample("clinic_tabs")
