"""Where a menu was tapped: the page with the heat map."""

import pytest
import sqlalchemy as sa

from lstep_lite.engine import rich_menus
from lstep_lite.models import Tap
from tests.factories import a_friend, a_live_menu, a_menu_tab, a_rich_menu, an_answer


@pytest.fixture
def menu(session, owner):
    home = a_menu_tab("予約", "地図", label="ホーム")
    home["cells"][0]["tap"] |= {"do": "actions", "reply": "どうぞ", "says": ""}
    home["cells"][1]["tap"] |= {"do": "uri", "uri": "https://example.com/map"}
    made = a_live_menu(session, home, a_menu_tab("予約", label="その他"))
    friend = a_friend(session, display_name="山田")
    for _ in range(3):
        an_answer(session, tap_of(session, made, "予約"), friend)
    session.commit()
    return made


def tap_of(session, menu, label):
    mine = sa.select(Tap).where(Tap.owner == rich_menus.OWNER, Tap.owner_id == menu.id, Tap.label == label)
    return session.scalars(mine.order_by(Tap.position).limit(1)).one()


def test_taps_stand_on_the_picture_and_lead_to_their_people(page, session, menu):
    shown = page(f"/rich-menus/{menu.id}/taps")
    marks = [(mark["class"][1], mark.get_text(strip=True)) for mark in shown.select(".heat-place")]
    assert marks == [("heat-0", "10回"), ("heat-4", "23回"), ("heat-0", "3―")], "the number, then how often"
    box = shown.select(".heat-box")[1]
    assert [box[side] for side in ("x", "y", "width", "height")] == ["0", "219", "1250", "1467"]
    link = shown.select_one(".heat-table tbody a")
    assert link.get_text() == "1人"
    assert "山田" in page(link["href"]).select_one("main").get_text()
    other = page(shown.select("nav.tabs")[1].select("a")[1]["href"])
    assert [row.get_text() for row in other.select(".heat-row")][1].startswith("2予約")


def test_days_of_ones_own_are_asked_for_in_words(page, client, menu):
    address = f"/rich-menus/{menu.id}/taps"
    shown = page(f"{address}?first=2026-03-01&last=2026-03-04")
    assert not shown.select(".heat-table tbody a"), "conditions know days up to today only"
    assert len(shown.select("#tap-days tbody tr")) == 4
    wrong = client.get(f"{address}?first=2026-03-04&last=2026-03-01")
    assert wrong.status_code == 422 and "始まりの日からあと" in wrong.get_data(as_text=True)
    for day in ("", "2026-02-30"):
        assert client.get(f"{address}?first={day}&last=2026-03-01").status_code == 422
    for day in ("0001-01-01", "9999-12-31"):
        edge = client.get(f"{address}?first={day}&last={day}")
        assert edge.status_code == 422 and "1900年" in edge.get_data(as_text=True)
    assert client.get(f"{address}?days=x&tab=nothing").status_code == 200


def test_the_page_costs_the_same_however_many_buttons_were_tapped(page, session, menu, count_queries):
    with count_queries() as few:
        page(f"/rich-menus/{menu.id}/taps")
    tap = tap_of(session, menu, "予約")
    for number in range(10):
        old = Tap(**{name: getattr(tap, name) for name in ("owner", "owner_id", "owner_name", "panel", "created_at")})
        old.code, old.label, old.position, old.is_counted, old.is_live = f"old-{number:08d}", "前", number, True, False
        session.add(old)
        session.flush()
        an_answer(session, old, a_friend(session))
    session.commit()
    with count_queries() as many:
        shown = page(f"/rich-menus/{menu.id}/taps")
    assert len(many) == len(few)
    assert "以前のボタン" in shown.get_text()


def test_a_menu_that_nobody_has_seen_says_so(page, session, owner):
    draft = a_rich_menu(session)
    session.commit()
    assert "まだ公開していません" in page(f"/rich-menus/{draft.id}/taps").get_text()


def test_outsiders_see_no_taps(outsider, menu):
    assert outsider.get(f"/rich-menus/{menu.id}/taps").status_code == 403


def test_the_file_of_all_taps_is_offered(client, menu):
    answer = client.post(f"/taps/rich_menus/{menu.id}/exports")
    assert answer.mimetype == "text/csv" and "山田" in answer.get_data(as_text=True)
