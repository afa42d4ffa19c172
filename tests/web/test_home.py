"""The first page and the page to print."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from lstep_lite.engine.reservations import by_staff
from lstep_lite.engine.reservations.transitions import booking
from lstep_lite.models import Channel, Check, EventState, SurveyAnswerState, Talk, TalkMark, WebhookEvent, Worker
from tests.engine.reservations.salon import NOON, TODAY, a_salon, visit
from tests.engine.surveys.answers import answer
from tests.factories import NOW, a_friend, a_mark, a_survey
from tests.web.conftest import regions


@pytest.fixture
def channel(session: Session) -> Channel:
    channel = Channel(
        id=1,
        messaging_channel_id="1600000001",
        messaging_secret="sealed",
        login_channel_id="2000000001",
        login_secret="sealed",
        basic_id="@123abcde",
        display_name="サロン花",
        connected_at=NOW,
        quota_limit=200,
        quota_used=50,
        quota_checked_at=NOW,
    )
    session.add(channel)
    session.commit()
    return channel


def words(soup) -> str:
    return " ".join(soup.get_text().split())


def test_a_new_shop_is_told_what_to_do_first(page) -> None:
    soup = page("/")
    assert "0 / 7 できました" in words(soup)
    assert "裏側の処理が止まっています" in words(soup), "no worker has ever run"
    assert soup.find("a", string="LINE公式アカウントをつなぐ")["href"] == "/settings"


def test_the_numbers_of_the_day_are_on_it(page, session: Session, channel: Channel) -> None:
    friend = a_friend(session)
    a_friend(session, is_following=False)
    session.add(Talk(friend_id=friend.id, last_at=NOW, unread_count=2, mark=TalkMark.OPEN))
    session.add(
        WebhookEvent(
            webhook_event_id="e", kind="message", occurred_at=NOW, received_at=NOW, raw="{}", state=EventState.PARKED
        )
    )
    session.add(Worker(id="w", started_at=NOW, heartbeat_at=NOW))
    session.commit()
    text = words(page("/"))
    assert "友だち 1 7日間で +1人（追加 2・ブロック 1）" in text
    assert "未読のトーク 1" in text
    assert "要対応のトーク 1" in text
    assert "50 / 200通 残り 150通" in text
    assert "処理できなかった通知が 1件" in text
    assert "裏側の処理が止まっています" not in text


def test_people_per_mark_and_talks_by_state_lead_to_their_lists(page, session: Session, channel: Channel) -> None:
    mark = a_mark(session, name="常連の方")
    friend = a_friend(session, mark_id=mark.id)
    session.add(Talk(friend_id=friend.id, last_at=NOW, mark=TalkMark.WORKING))
    session.commit()
    links = {words(link): link["href"] for link in page("/").select(".mark-counts a")}
    assert "対応中1件" in links and "要対応0件" in links
    assert words(page(links["対応中1件"])).count(friend.name) >= 1
    assert [chip.get_text() for chip in page(links["常連の方1人"]).select(".friend-chip-name")] == [friend.name]


def test_answers_that_wait_are_told_of_until_somebody_has_looked_after_them(page, session: Session, channel) -> None:
    survey = a_survey(session)
    found = answer(session, survey, a_friend(session), {survey.document["pages"][0]["parts"][0]["id"]: "はい"})
    assert "未対応の回答 1" in words(page("/"))
    found.state = SurveyAnswerState.DONE
    session.commit()
    assert "未対応の回答" not in words(page("/"))


def test_the_dashboard_asks_the_database_little(client, session: Session, channel: Channel, count_queries) -> None:
    for _ in range(20):
        a_friend(session)
    session.commit()
    with count_queries() as queries:
        client.get("/")
    assert len(queries) <= 20, "\n".join(queries)


def test_a_worker_that_fell_silent_is_reported(page, session: Session) -> None:
    session.add(Worker(id="w", started_at=NOW, heartbeat_at=NOW - timedelta(minutes=2)))
    session.commit()
    assert "裏側の処理が止まっています" in words(page("/"))


def test_showing_the_link_ticks_itself_off(htmx, session: Session, channel: Channel) -> None:
    answer = htmx("/friend-link/confirmation")
    assert answer.status_code == 200
    assert regions(answer) == ["todos", "toasts"]
    assert session.get(Check, "friend_link_shown") is not None


def test_the_page_to_print_shows_the_code_and_the_link(page, channel: Channel) -> None:
    soup = page("/friend-link")
    assert soup.find(id="friend-link")["value"] == "https://line.me/R/ti/p/%40123abcde"
    assert soup.select_one(".poster-qr svg path")
    assert "サロン花" in soup.select_one(".poster-shop").get_text()


def test_without_a_connection_there_is_nothing_to_print(client) -> None:
    assert client.get("/friend-link").status_code == 404


def test_staff_see_the_day_but_not_what_the_owner_has_to_set_up(outsider, channel: Channel) -> None:
    answer = outsider.get("/")
    assert answer.status_code == 200
    assert "未読のトーク" in answer.text
    assert "できました" not in answer.text


def test_somebody_who_is_not_signed_in_sees_nothing(anybody, owner) -> None:
    assert anybody.get("/").status_code == 303


def test_todays_bookings_and_what_waits_at_the_desk_are_on_it(
    page, session: Session, channel: Channel, count_queries
) -> None:
    salon = a_salon(session)
    hanako = a_friend(session, display_name="山田花子")
    taken = visit(salon, TODAY, NOON)
    booked = booking.write_down(session, hanako, taken, by=by_staff(None), now=NOW)
    booking.write_down(session, a_friend(session), visit(salon, TODAY, 600), by=by_staff(None), now=NOW)
    booked.needs_look = True
    session.commit()
    with count_queries() as asked:
        soup = page("/")
    text = words(soup)
    assert "2件 来店 0件" in text and "12:00–13:00山田花子様 カット" in text
    assert soup.select_one("a[href='/reservations?show=misfits']").text.strip() == "要調整 1件"
    assert "今月の予約メッセージ見込み" in text and soup.select(f"a[href='/reservations/{booked.id}']")
    assert len(asked) <= 34
