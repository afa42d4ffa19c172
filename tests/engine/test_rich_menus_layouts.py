"""How menus can be divided, and what their parts are called."""

from itertools import combinations

import pytest

from lstep_lite.engine.rich_menus import geometry
from lstep_lite.engine.rich_menus.documents import AREA, LONGEST_LABEL, MOST_AREAS
from lstep_lite.engine.rich_menus.layouts import LAYOUTS, WHOLE, Layout
from tests.factories import a_menu_tab


def test_there_is_a_layout_for_few_buttons_and_for_many() -> None:
    counts = [len(layout.areas) for layout in LAYOUTS]
    assert len(LAYOUTS) >= 20 and min(counts) == 1 and max(counts) == MOST_AREAS
    assert len({layout.areas for layout in LAYOUTS}) == len({layout.label for layout in LAYOUTS}) == len(LAYOUTS)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.label)
def test_a_layout_fills_the_menu_and_nothing_overlaps(layout: Layout) -> None:
    assert sum(width * height for _, _, width, height in layout.areas) == WHOLE * WHOLE
    for one, other in combinations(layout.areas, 2):
        is_beside = one[0] + one[2] <= other[0] or other[0] + other[2] <= one[0]
        assert is_beside or one[1] + one[3] <= other[1] or other[1] + other[3] <= one[1]


def test_a_button_is_called_by_its_name_else_by_its_words() -> None:
    [cell] = a_menu_tab("24時間\n予約する")["cells"]
    assert geometry.name_of(cell | {"label": "予約"}) == "予約"
    assert geometry.name_of(cell | {"label": ""}) == "24時間 予約する"
    assert geometry.name_of(cell | {"label": "", "lines": []}) == ""
    long = cell | {"label": "", "lines": [cell["lines"][0] | {"text": "あ" * 40}]}
    assert geometry.name_of(long) == "あ" * LONGEST_LABEL
    assert geometry.name_of({"kind": AREA.name, "label": "地図"}) == "地図"
