"""What stands at LINE that is none of ours, and taking everything away."""

import pytest
import sqlalchemy as sa

from lstep_lite.models import LeavingStep, MenuSettings, Role, StrayMenu
from tests.factories import NOW, a_live_menu, a_staff
from tests.web.conftest import browser_of, regions


@pytest.fixture
def stray(session, owner):
    made = StrayMenu(line_id="richmenu-old", name="前のサービス", chat_bar_text="メニュー", was_ours=False, seen_at=NOW)
    session.add_all([made, MenuSettings(id=1, looked_at=NOW)])
    session.commit()
    return made


def test_what_others_left_at_line_is_listed_and_deleted_on_request(page, htmx, session, stray):
    assert "前のサービス" in page("/rich-menus/at-line").select_one("tbody").get_text()
    htmx("/rich-menus/at-line/richmenu-old/delete")
    assert session.scalars(sa.select(StrayMenu.delete_due_at)).one() is not None
    soup = page("/rich-menus/at-line")
    assert soup.select_one("#stray-list")["hx-get"] == "/rich-menus/at-line/list"
    assert "削除を待っています" in soup.select_one("tbody").get_text()


def test_line_is_asked_again_on_request(page, htmx, session, owner):
    assert "まだ調べていません" in page("/rich-menus/at-line").get_text()
    htmx("/rich-menus/at-line/looks")
    shown = htmx("/rich-menus/at-line/list", method="GET")
    assert regions(shown) == ["stray-list"]
    assert "問い合わせています" in shown.text


def test_everything_is_taken_away_only_by_somebody_who_is_sure(page, htmx, session, owner):
    a_live_menu(session)
    session.commit()
    page("/rich-menus/leaving")
    answer = htmx("/rich-menus/leaving")
    assert answer.status_code == 422
    assert "確認の印" in answer.text
    assert session.scalars(sa.select(MenuSettings.leaving_at)).all() in ([], [None])

    htmx("/rich-menus/leaving", {"is_sure": "y"})
    soup = page("/rich-menus/leaving")
    assert soup.select_one("#leaving")["hx-get"] == "/rich-menus/leaving/progress"
    assert "LINEから外しています" in page("/rich-menus").get_text()
    assert "既定" in soup.select_one("[aria-current=step]").get_text()
    assert "外しています" in page("/rich-menus/settings").get_text()

    session.execute(sa.update(MenuSettings).values(leaving_step=LeavingStep.DONE))
    session.commit()
    assert "すべて外しました" in htmx("/rich-menus/leaving/progress", method="GET").text
    htmx("/rich-menus/leaving/end")
    session.expire_all()
    assert session.scalars(sa.select(MenuSettings.leaving_at)).one() is None


def test_only_those_who_may_change_settings_see_it(app, session, owner):
    operator = a_staff(session, role=Role.OPERATOR)
    session.commit()
    browser = browser_of(app, operator)
    assert browser.get("/rich-menus/at-line").status_code == 403
    assert browser.post("/rich-menus/leaving").status_code == 403
    assert "/rich-menus/at-line" not in browser.get("/rich-menus").text
