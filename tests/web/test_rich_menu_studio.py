"""The composer's endpoints: what it is drawn from, how a menu looks so far, and icons."""

import io
from base64 import b64decode
from typing import Any

from PIL import Image

from lstep_lite.engine import rich_menus, studio
from lstep_lite.engine.rich_menus.inputs import PALETTE
from tests.factories import a_menu_tab

PAINTED = {"fill": "plain", "fill_color": "#ff0000"}


def preview(client: Any, document: Any, tab: str = "") -> dict[str, Any]:
    answer = client.post("/rich-menus/studio/preview", json={"document": document, "tab": tab})
    assert answer.status_code == 200
    return answer.get_json()


def a_document(*tabs: dict[str, Any], **over: Any) -> dict[str, Any]:
    return studio.fresh(rich_menus.INPUTS) | {"tabs": list(tabs)} | over


def drawn(answer: dict[str, Any]) -> Image.Image:
    head, data = answer["image"].split(",")
    assert head == "data:image/jpeg;base64"
    return Image.open(io.BytesIO(b64decode(data)))


def test_the_composer_hears_all_it_is_drawn_from(client: Any) -> None:
    answer = client.get("/rich-menus/studio").get_json()
    inputs = {each["name"]: each for each in answer["description"]["elements"]["menu_tab"]["inputs"]}
    assert len(inputs["cells"]["layouts"]) >= 20
    assert inputs["ground"]["section"] == "背景"
    assert answer["sizes"]["large"] == [2500, 1686]
    assert len(answer["themes"]) >= 14 and set(answer["themes"][0]["colors"]) == set(PALETTE)
    assert all(name in answer["icons"] for name in ("magnet", "square-rounded", "bolt"))


def test_one_tab_is_drawn_and_what_is_wrong_with_the_menu_is_told(client: Any) -> None:
    calm, loud = a_menu_tab("予約したい"), a_menu_tab("クーポン")
    loud["cells"][0] |= PAINTED | {"label": "", "x": 600, "width": 600, "lines": []}
    document = a_document(calm, loud, strip="none")
    answer = preview(client, document, loud["id"])
    picture = drawn(answer)
    assert picture.size == (1250, 843)
    red, green, blue = picture.getpixel((1000, 420))  # type: ignore[misc]
    assert red > 240 and green < 20 and blue < 20, "the second tab is the one that was asked for"
    assert "tabs.1.cells.0.width" in [problem["path"] for problem in answer["problems"]]
    assert drawn(preview(client, document, calm["id"])).getpixel((1000, 420)) != (red, green, blue)


def test_words_that_are_hard_to_read_are_told_at_their_colour(client: Any) -> None:
    tab = a_menu_tab("予約したい")
    line = studio.fresh([each for each in rich_menus.INPUTS if each.name == "tabs"])["tabs"][0]["cells"][0]["lines"][0]
    tab["cells"][0]["lines"] = [line | {"text": "予約", "color": "@surface"}]
    paths = [warning["path"] for warning in preview(client, a_document(tab))["warnings"]]
    assert "tabs.0.cells.0.lines.0.color" in paths


def test_whatever_is_posted_is_drawn_as_far_as_it_can_be(client: Any) -> None:
    for document in (None, 7, {}, {"tabs": 5, "accent": "zzz"}, {"tabs": [{"kind": "menu_tab", "cells": [1]}]}):
        assert drawn(preview(client, document)).size == (1250, 843)
    assert client.post("/rich-menus/studio/preview", data="{", content_type="application/json").status_code == 200
    answer = client.post("/rich-menus/studio/preview", json={"document": "あ" * 400_000})
    assert answer.status_code == 413


def test_icons_are_found_in_japanese(client: Any) -> None:
    groups = client.get("/rich-menus/studio/glyphs").get_json()
    assert len(groups) > 3 and all(group["label"] for group in groups)
    [found] = client.get("/rich-menus/studio/glyphs?text=はさみ").get_json()
    assert "scissors" in [glyph["name"] for glyph in found["glyphs"]]
    assert all(len(glyph["character"]) == 1 and glyph["words"] for glyph in found["glyphs"])
    assert client.get("/rich-menus/studio/glyphs?text=ぬるぽ").get_json() == [{"label": "", "glyphs": []}]


def test_only_who_may_edit_menus_gets_an_answer(outsider: Any) -> None:
    assert outsider.get("/rich-menus/studio").status_code == 403
    assert outsider.get("/rich-menus/studio/glyphs").status_code == 403
    assert outsider.post("/rich-menus/studio/preview", json={}).status_code == 403
