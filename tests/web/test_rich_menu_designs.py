"""新しいリッチメニュー"""

import io

import pytest
from PIL import Image
from sqlalchemy import func, select

from lstep_lite.engine.rich_menus import designs
from lstep_lite.engine.rich_menus.layouts import LAYOUTS
from lstep_lite.models import RichMenu

GALLERY = "/rich-menus/new"
PICTURE = "/rich-menus/designs/clinic_tabs/pictures"


def test_the_gallery_shows_every_design_and_every_way_to_divide(page):
    soup = page(GALLERY)
    assert [each.get_text() for each in soup.select(".menu-design h3")] == [each.label for each in designs.offered()]
    assert len(soup.select(".menu-layout")) == len(LAYOUTS)
    assert [each.get_text() for each in soup.select(".menu-design-tabs figcaption")][:2] == ["お品書き", "お得"]


def test_the_gallery_can_show_one_industry(page):
    soup = page(f"{GALLERY}?industry=estate&folder=3")
    shown = [each for each in designs.offered() if each.industry == "estate"]
    links = [each["href"] for each in soup.select(".menu-design .btn")]
    assert links == [f"/rich-menus/editor?begin={each.code}&folder=3" for each in shown]
    assert soup.select_one(".tabs [aria-current]").get_text() == "不動産"
    assert len(page(f"{GALLERY}?industry=nothing").select(".menu-design")) == len(designs.offered())


def test_the_gallery_asks_the_database_for_no_more_than_other_pages(client, count_queries):
    client.get(GALLERY)
    with count_queries() as queries:
        client.get(GALLERY)
    assert len(queries) <= 4, queries


def test_pictures_of_designs_are_drawn_once_and_may_be_kept(client):
    answer = client.get(f"{PICTURE}/1")
    image = Image.open(io.BytesIO(answer.data))
    assert (image.size, answer.cache_control.max_age, answer.cache_control.private) == ((800, 540), 2592000, True)
    assert client.get(f"{PICTURE}/1").data == answer.data
    assert client.get(f"{PICTURE}/0").data != answer.data


@pytest.mark.parametrize("path", [f"{PICTURE}/3", "/rich-menus/designs/nothing/pictures/0"])
def test_a_picture_that_there_is_not(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("word", ["salon_natural", "layout-3", "picture"])
def test_a_beginning_opens_the_editor_and_keeps_nothing_yet(client, session, word):
    answer = client.get("/rich-menus/editor", query_string={"begin": word})
    assert answer.status_code == 200
    assert session.scalar(select(func.count()).select_from(RichMenu)) == 0


def test_outsiders_are_turned_away(outsider):
    assert outsider.get(GALLERY).status_code == 403
    assert outsider.get(f"{PICTURE}/0").status_code == 403
