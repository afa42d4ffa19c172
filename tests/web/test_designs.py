"""見本から作る"""

import pytest
from sqlalchemy import select

from lstep_lite.engine.messages import designs
from lstep_lite.models import Template


def test_the_gallery_shows_every_design(page):
    soup = page("/messages/designs")
    assert [each.get_text() for each in soup.select(".design h2")] == [each.label for each in designs.designs.values()]
    assert len(soup.select(".design .fx-bubble")) == 18


def test_a_design_becomes_a_template_to_change(client, session):
    answer = client.post("/messages/designs/shop")
    template = session.scalars(select(Template)).one()
    assert (template.name, answer.headers["Location"]) == ("店舗カード（見本）", f"/messages/{template.id}/edit")
    assert "見本：お店の外観" in client.get("/media-library").text
    assert client.get(answer.headers["Location"]).status_code == 200


def test_pictures_are_shown_before_anybody_has_them(client):
    answer = client.get("/messages/designs/pictures/storefront")
    assert (answer.mimetype, answer.cache_control.max_age) == ("image/png", 86400)
    assert client.get("/messages/designs/pictures/../secret").status_code == 404
    assert client.post("/messages/designs/nothing").status_code == 404


@pytest.mark.parametrize("path", ["/messages/designs", "/messages/designs/pictures/stage"])
def test_outsiders_are_turned_away(outsider, path):
    assert outsider.get(path).status_code == 403
    assert outsider.post("/messages/designs/shop").status_code == 403
