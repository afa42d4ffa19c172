"""The bell, the rules, and linking one's LINE, in the browser."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from lstep_lite.engine import notifications
from lstep_lite.engine.settings.quota import KIND
from lstep_lite.models import (
    Delivery,
    Dispatch,
    DispatchState,
    Friend,
    LinkCode,
    NotificationChannel,
    Receipt,
    Role,
    StaffLink,
)
from tests import mail_server
from tests.factories import NOW, a_friend, a_staff
from tests.web.conftest import browser_of, regions

RULE = {"is_on": "y", "roles": ["owner"], "bundle_minutes": "0"}
TALK = "/notifications/rules/talk.unanswered"
ENGINE = Path(notifications.__file__).parent.parent


def tell(session, count=1, **over):
    for number in range(count):
        given = {"title": f"お知らせ{number}", "body": "", "href": "/settings", "dedupe_key": f"k{number}"} | over
        notifications.notify(session, KIND.name, **given, now=NOW)
    session.commit()


def seen(page, name):
    """What the form now open says it was opened with."""
    return page(f"/notifications/rules/{name}").select_one("[name=seen]")["value"]


def test_an_empty_bell_says_what_it_will_hold(page):
    assert "まだお知らせはありません" in page("/notifications").get_text()
    assert "読みました" in page("/notifications?unread=1").get_text()


def test_the_list_shows_what_was_told_and_costs_the_same_however_long(page, session, owner, count_queries):
    tell(session, body="<b>山田</b>")
    with count_queries() as few:
        soup = page("/notifications")
    assert soup.select_one(".notice-body").get_text() == "<b>山田</b>"
    assert soup.select_one("#unread-badge")["data-unread-total"] == "0", "nobody has written"
    for number in range(10, 60):
        tell(session, dedupe_key=f"more{number}")
    with count_queries() as many:
        soup = page("/notifications")
    assert len(many) == len(few) <= 6
    assert len(soup.select(".notice")) == 30
    older = page(soup.select_one("a[rel=next]")["href"])
    assert len(older.select(".notice")) == 21


def test_opening_one_leads_there_and_makes_it_read(client, session, owner):
    tell(session)
    number = session.scalar(sa.select(Receipt.notification_id))
    answer = client.post(f"/notifications/{number}/opening")
    assert (answer.status_code, answer.location) == (303, "/settings")
    session.expire_all()
    assert session.scalar(sa.select(Receipt.read_at)) == NOW
    assert client.post("/notifications/999999/opening").status_code == 404


def test_nobody_opens_what_somebody_else_was_told(outsider, session, owner):
    tell(session)
    number = session.scalar(sa.select(Receipt.notification_id))
    assert outsider.post(f"/notifications/{number}/opening").status_code == 404


def test_reading_all_answers_the_list(htmx, page, session, owner):
    tell(session, count=2)
    up_to = page("/notifications").select_one("[name=up_to]")["value"]
    assert regions(htmx("/notifications/readings", {"up_to": up_to})) == ["inbox", "toasts"]
    assert notifications.unread_total(session, owner) == 0


def test_the_bell_tells_its_number_and_nothing_while_it_is_unchanged(htmx, client, session, owner, count_queries):
    tell(session, count=3)
    with count_queries() as queries:
        answer = htmx("/notifications/bell", method="GET")
    assert 'data-bell-total="3"' in answer.text
    assert len(queries) <= 3
    again = client.get("/notifications/bell", headers={"HX-Request": "true", "X-Seen": answer.headers["X-Seen"]})
    assert again.status_code == 204


def test_the_bell_stands_on_every_page(page, owner):
    soup = page("/account")
    assert soup.select_one("#bell-badge") and len(soup.select("[data-bell]")) == 2


def test_the_rules_stand_with_their_people_and_cost_the_same_for_many(page, session, owner, count_queries):
    with count_queries() as queries:
        soup = page("/notifications/rules")
    labels = [link.get_text(strip=True) for link in soup.select(".rule-name")]
    assert labels[0] == "返信していないトーク"
    assert {"送れなかったメッセージ", "今月の通数", "アクションからのお知らせ"} <= set(labels)
    assert len(queries) <= 8


@pytest.mark.parametrize("kind", [kind.name for kind in notifications.listed()])
def test_every_rule_has_its_page(page, owner, kind):
    assert page(f"/notifications/rules/{kind}").select_one("form [name=roles]")


def test_a_rule_is_kept_and_says_so(htmx, session, owner):
    answer = htmx(
        TALK,
        RULE
        | {
            "channels": ["email", "line"],
            "quiet_starts_at": "21:00",
            "quiet_ends_at": "09:00",
            "minutes": "２０",
            "weekdays": ["1", "2"],
            "starts_at": "10:00",
            "ends_at": "19:00",
            "escalates_after": "40",
            "second_staff_ids": [str(owner.id)],
        },
    )
    assert regions(answer) == ["rule-form", "toasts"]
    kept = notifications.rule(session, notifications.kinds["talk.unanswered"])
    assert kept.channels == tuple(NotificationChannel)
    assert (kept.waiting.minutes, kept.waiting.hours.weekdays, kept.waiting.escalates_after) == (20, (1, 2), 40)
    assert kept.waiting.second.staff_ids == (owner.id,)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"roles": []}, "相手を1つ以上"),
        ({"minutes": "すぐ"}, "整数"),
        ({"minutes": "0"}, "分で入力"),
        ({"quiet_starts_at": "21:00"}, "両方を入力"),
        ({"escalates_after": "10", "second_roles": ["owner"]}, "より長く"),
        ({"staff_ids": ["999999"]}, "スタッフを選び直して"),
    ],
)
def test_what_cannot_work_is_said_and_nothing_is_saved(htmx, session, owner, change, words):
    answer = htmx(TALK, RULE | {"minutes": "15"} | change)
    assert (answer.status_code, regions(answer)) == (422, ["rule-form"])
    assert words in answer.text
    assert notifications.rule_version(session, notifications.kinds["talk.unanswered"]) == 0


def test_two_people_do_not_overwrite_each_other_unseen(htmx, page, session, owner):
    opened = seen(page, KIND.name)
    url = f"/notifications/rules/{KIND.name}"
    htmx(url, RULE | {"seen": opened, "channels": ["email"]})
    answer = htmx(url, RULE | {"seen": opened, "channels": []})
    assert answer.status_code == 422
    assert "ほかの人がこの内容を変えました" in answer.text
    assert notifications.rule(session, KIND).channels == (NotificationChannel.EMAIL,)


def test_switching_a_kind_off_answers_the_list(htmx, session, owner):
    answer = htmx(f"/notifications/rules/{KIND.name}/switch", {"is_on": "no"})
    assert regions(answer) == ["rule-list", "toasts"]
    assert not notifications.rule(session, KIND).is_on
    assert htmx("/notifications/rules/notification.trial/switch", {"is_on": "no"}).status_code == 404


def test_each_way_can_be_tried(htmx, app, session, owner, monkeypatch):
    assert regions(htmx("/notifications/trials/bell")) == ["ways", "toasts"]
    assert notifications.unread_total(session, owner) == 1
    assert "SMTP" in htmx("/notifications/trials/email").text
    assert "連携していません" in htmx("/notifications/trials/line").text
    with mail_server.running() as server:
        runtime = app.extensions["runtime"]
        settings = replace(runtime.settings, mailer=server.mailer)
        monkeypatch.setitem(app.extensions, "runtime", replace(runtime, settings=settings))
        assert regions(htmx("/notifications/trials/email")) == ["ways", "toasts"]
        assert server.mails[0]["To"] == owner.email
    session.add(StaffLink(staff_id=owner.id, friend_id=a_friend(session).id, linked_at=NOW))
    session.commit()
    assert regions(htmx("/notifications/trials/line")) == ["ways", "toasts"]
    assert session.scalars(sa.select(Delivery.source)).all() == ["notifications"]


def test_what_did_not_go_is_shown_with_its_reason_and_can_go_again(htmx, page, session, owner):
    notifications.save_rule(session, KIND, replace(KIND.default, channels=(NotificationChannel.EMAIL,)), now=NOW)
    tell(session)
    failed = session.scalars(sa.select(Dispatch)).one()
    failed.state, failed.reason = DispatchState.FAILED, "断られました"
    session.commit()
    assert "断られました" in page("/notifications/rules").get_text()
    assert regions(htmx(f"/notifications/dispatches/{failed.id}/retry")) == ["dispatches", "toasts"]
    session.expire_all()
    assert failed.state is DispatchState.WAITING


def test_a_code_for_ones_line_is_shown_once(htmx, client, page, session, owner):
    answer = htmx("/notifications/link-code")
    assert regions(answer)[0] == "line-link"
    assert re.search(r"スタッフ連携 \w{4}-\w{4}", answer.text)
    assert "スタッフ連携" not in page("/account").get_text()
    assert session.scalars(sa.select(LinkCode.staff_id)).all() == [owner.id]
    without_script = client.post("/notifications/link-code")
    assert without_script.status_code == 200 and "<h1" in without_script.text


def test_the_link_is_shown_on_the_account_page_and_can_be_cut(htmx, page, session, owner):
    friend: Friend = a_friend(session, display_name="花子のLINE")
    session.add(StaffLink(staff_id=owner.id, friend_id=friend.id, linked_at=NOW))
    session.commit()
    assert "花子のLINE" in page("/account").get_text()
    assert regions(htmx("/notifications/link/delete")) == ["line-link", "toasts"]
    assert session.scalars(sa.select(StaffLink)).all() == []


def test_everybody_has_a_bell_and_only_some_decide_about_rules(app, outsider, session, owner):
    operator = a_staff(session, role=Role.OPERATOR)
    session.commit()
    for browser in (outsider, browser_of(app, operator)):
        assert browser.get("/notifications").status_code == 200
        assert browser.get("/notifications/rules").status_code == 403
        assert browser.post(TALK, data=RULE).status_code == 403
        assert browser.post("/notifications/trials/bell").status_code == 403


def test_every_notification_leads_to_a_page_there_is(app):
    """The engine knows no addresses by name, so what it writes is checked here."""
    written = "\n".join(path.read_text() for path in ENGINE.rglob("*.py"))
    paths = {re.sub(r"{[^}]+}", "1", path) for path in re.findall(r'href=f?"([^"?]+)', written)}
    assert {"/settings", "/chat/1", "/friends/1"} <= paths, "this test no longer finds the addresses"
    adapter = app.url_map.bind("localhost")
    wrong = [path for path in sorted(paths) if not adapter.test(path, method="GET")]
    assert not wrong, f"no page answers to these: {wrong}"
