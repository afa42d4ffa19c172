"""Rich messages: areas that fit the picture whatever its size, and videos across the whole width."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from lstep_lite.engine import messages, registry
from lstep_lite.engine.messages import templates
from lstep_lite.engine.messages.kinds import imagemap
from lstep_lite.engine.messages.templates import Refused, TemplateDraft
from lstep_lite.models import Friend, MediaKind, Template
from tests.factories import NOW, a_media

assert registry


def an_area(number: int = 1, label: str = "", do: str = "say", **over: Any) -> dict[str, Any]:
    tap = {"id": f"area-tap-{number:04d}", "do": do, "text": "予約", "uri": "https://example.com/春"}
    size = {"x": 0, "y": 0, "width": 1000, "height": 1000}
    return {"kind": "imagemap_area", "id": f"area-code-{number:03d}", "label": label, "tap": tap} | size | over


def a_rich_message(session: Session, *areas: dict[str, Any], kind: str = "imagemap", **over: Any) -> Template:
    document = {"media_id": a_media(session, width=2080, height=1404).id, "areas": list(areas)} | over
    return templates.create(session, kind, TemplateDraft("名前", document), now=NOW)


def sent(session: Session, template: Template) -> dict[str, Any]:
    [message] = templates.render(session, template, Friend(), public_url="https://salon.example", now=NOW)
    assert messages.problems([message]) == []
    return message


def test_areas_are_measured_on_the_picture_as_line_shows_it(session: Session) -> None:
    areas = [an_area(1, width=333, label="予約する"), an_area(2, do="uri", x=333, width=667, y=500, height=500)]
    message = sent(session, a_rich_message(session, *areas))
    assert message["baseSize"] == {"width": 1040, "height": 702}
    assert message["baseUrl"].startswith("https://salon.example/media/") and message["baseUrl"].endswith("/imagemap")
    assert message["altText"] == "予約する"
    assert message["actions"] == [
        {"type": "message", "text": "予約", "label": "予約する", "area": {"x": 0, "y": 0, "width": 346, "height": 702}},
        {
            "type": "uri",
            "linkUri": "https://example.com/%E6%98%A5",
            "area": {"x": 346, "y": 351, "width": 694, "height": 351},
        },
    ]


def test_an_area_that_does_nothing_is_no_action(session: Session) -> None:
    message = sent(session, a_rich_message(session, an_area(do="none")))
    assert message["actions"] == [] and message["altText"] == "画像が届きました"


def test_an_area_outside_the_picture_is_refused_where_it_is(session: Session) -> None:
    with pytest.raises(Refused) as error:
        a_rich_message(session, an_area(), an_area(2, x=600, width=401))
    assert [problem.path for problem in error.value.problems] == ["areas.1.width"]


def test_actions_that_line_does_not_know_on_pictures_are_refused(session: Session) -> None:
    with pytest.raises(Refused) as error:
        a_rich_message(session, an_area(do="actions"))
    assert [problem.path for problem in error.value.problems] == ["areas.0.tap"]


@pytest.mark.parametrize("layout", imagemap.LAYOUTS, ids=lambda layout: layout.label)
def test_a_layout_covers_the_picture_without_gaps(layout: imagemap.Layout) -> None:
    assert sum(width * height for _, _, width, height in layout.areas) == imagemap.WHOLE**2
    for left, top, width, height in layout.areas:
        assert left + width <= imagemap.WHOLE and top + height <= imagemap.WHOLE


@given(st.integers(1, 10_000), st.lists(st.integers(0, 1000), min_size=4, max_size=4))
def test_no_area_is_empty_or_leaves_the_picture(height: int, sides: list[int]) -> None:
    x, y = min(sides[0], 999), min(sides[1], 999)
    area = {"x": x, "y": y, "width": max(1, min(sides[2], 1000 - x)), "height": max(1, min(sides[3], 1000 - y))}
    drawn = imagemap._pixels(area, height)
    assert drawn["x"] + drawn["width"] <= imagemap.WIDTH and drawn["y"] + drawn["height"] <= max(height, 1)
    assert min(drawn["width"], drawn["height"]) >= 1


def test_a_video_fills_the_width_and_ends_in_a_link(session: Session) -> None:
    film = a_media(session, kind=MediaKind.VIDEO, content_type="video/mp4", width=1920, height=1080)
    link = {"after": "link", "label": "予約する", "uri": "https://example.com/[name]"}
    message = sent(session, a_rich_message(session, kind="rich_video", media_id=film.id, **link))
    assert message["baseSize"] == {"width": 1040, "height": 585}
    assert message["video"]["area"] == {"x": 0, "y": 0, "width": 1040, "height": 585}
    assert message["video"]["externalLink"]["label"] == "予約する"
    assert message["video"]["originalContentUrl"].endswith(f"/media/{film.code}")
    quiet = sent(session, a_rich_message(session, kind="rich_video", media_id=film.id))
    assert "externalLink" not in quiet["video"]
