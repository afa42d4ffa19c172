"""What bookings set off: messages, reminders, action sets, timelines, and what staff are told."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import actions, messages, registry, triggers
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.reminders import running
from lstep_lite.engine.reservations import by_staff, effects
from lstep_lite.engine.reservations.effects import calling, messaging, reminding, rules, texts
from lstep_lite.engine.reservations.effects.texts import TextDraft
from lstep_lite.engine.reservations.transitions import booking, changing, ending, event_booking, recording, visiting
from lstep_lite.engine.reservations.transitions.changing import Change
from lstep_lite.engine.rows import Values
from lstep_lite.errors import DomainError
from lstep_lite.models import (
    ActionRun,
    BookingWord,
    ChatMessage,
    Content,
    Countdown,
    CountdownState,
    Delivery,
    Friend,
    Notification,
    Provider,
    Receipt,
    ReminderPassage,
    Reservation,
    ReservationSettings,
    Role,
    RuleGoal,
    Tag,
    TimelineEntry,
)
from tests.engine.reservations.salon import ELEVEN, FRIDAY, TEN, TODAY, Salon, a_salon, an_event, at, visit
from tests.engine.reservations.test_booking import book
from tests.factories import NOW, a_friend, a_reminder, a_staff, a_tag

assert registry
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STAFF = by_staff(None)


@pytest.fixture
def salon(session: Session) -> Salon:
    return a_salon(session, place="東京都渋谷区1-2-3")


@pytest.fixture
def hanako(session: Session, salon: Salon) -> Friend:
    return a_friend(session, display_name="山田花子", line_user_id="U1", is_following=True)


@pytest.fixture
def made(session: Session, salon: Salon, hanako: Friend) -> Reservation:
    """Friday at 10:00 with 佐藤, who was asked for."""
    return book(session, hanako, salon, provider_id=salon.sato)


def sent(session: Session) -> list[Delivery]:
    return list(session.scalars(sa.select(Delivery).order_by(Delivery.id)))


def shown(session: Session, delivery: Delivery, *, now: datetime = NOW) -> dict[str, Any]:
    """The message object as LINE gets it."""
    content = session.get_one(Content, delivery.content_id)
    friend = session.get_one(Friend, delivery.friend_id)
    context = messages.context(
        session, content.blocks, public_url="https://demo.lstep.invalid", now=now, friends=[friend]
    )
    [message] = messages.render(context, friend)
    assert messages.problems([message]) == []
    return message


def words(thing: Any) -> str:
    """Everything a card says, its addresses included."""
    if isinstance(thing, dict):
        return " ".join(words(value) for key, value in thing.items() if key != "type")
    if isinstance(thing, list):
        return " ".join(words(each) for each in thing)
    return str(thing)


def push_all(session: Session) -> None:
    """No word came: what waits is put into the outbox."""
    for row in session.scalars(sa.select(BookingWord).where(BookingWord.due_at.is_not(None))):
        messaging._push(session, row.id, NOW)


def test_a_confirmed_booking_is_told_on_a_card_whose_notification_names_no_course(
    session: Session, made: Reservation
) -> None:
    assert sent(session) == [], "the page's word may still make it free"
    assert messaging.word(session, made) == "予約しました"
    push_all(session)
    [delivery] = sent(session)
    message = shown(session, delivery)
    assert message["altText"] == "ご予約が確定しました"
    said = words(message["contents"])
    for part in ("山田花子様", "3月6日(金) 10:00", "11:00ごろ", "カット", "佐藤（ご指名）", "R-260306-001"):
        assert part in said
    assert "5,500円+指名料550円" in said
    assert f"/bookings/own/{made.code}?v=1" in said
    assert "変更・キャンセルは3月5日(木)18:00まで" in said
    late = words(shown(session, delivery, now=at(TODAY, 1080))["contents"])
    assert "キャンセルする" not in late, "at the deadline itself the buttons are gone"
    push_all(session)
    assert len(sent(session)) == 1


def test_the_word_of_our_page_makes_the_message_a_free_reply(
    session: Session, hanako: Friend, made: Reservation
) -> None:
    said = ChatMessage(friend_id=hanako.id, kind="text", text="予約しました", at=NOW)
    results = triggers.fire(session, "test.said", hanako, now=NOW)
    happening = triggers.Happening("message.received", hanako, NOW, results, None)
    assert messaging._take(session, happening, said) == "予約のお知らせを、無料の返信で送ります。"
    assert len(sent(session)) == 1
    assert messaging._take(session, happening, said) == "予約のお知らせは、もう用意してあります。"
    assert (len(sent(session)), messaging.word(session, made)) == (1, "")


def test_what_waits_for_a_word_is_told_before_what_staff_do_next(
    session: Session, salon: Salon, made: Reservation
) -> None:
    changing.move(session, made, Change(FRIDAY, 840), by=STAFF, now=NOW + timedelta(seconds=1))
    push_all(session)
    order = sorted(sent(session), key=lambda delivery: (delivery.due_at, delivery.id))
    assert [shown(session, each)["altText"] for each in order] == ["ご予約が確定しました", "ご予約の変更"]


def test_staff_who_do_not_tell_send_nothing_and_who_cannot_be_reached_is_phoned(
    session: Session, salon: Salon, hanako: Friend
) -> None:
    quietly = by_staff(None, tells=False)
    booking.write_down(session, hanako, visit(salon, FRIDAY, TEN), by=quietly, now=NOW)
    assert sent(session) == []
    aloud = booking.write_down(session, hanako, visit(salon, FRIDAY, ELEVEN + 60), by=STAFF, now=NOW)
    [delivery] = sent(session)
    assert aloud.number in words(shown(session, delivery)["contents"])
    hanako.is_following = False
    changing.move(session, aloud, Change(FRIDAY, ELEVEN + 120), by=STAFF, now=NOW)
    assert len(sent(session)) == 1
    calls = calling.to_call(session, now=NOW)
    assert [call.reservation.start_minute for call in calls] == [TEN, ELEVEN + 120]
    assert all(call.reason for call in calls)


def test_a_change_tells_both_times_and_a_cancellation_offers_to_book_again(
    session: Session, salon: Salon, made: Reservation
) -> None:
    push_all(session)
    changing.change(session, made, Change(FRIDAY, 840), version=1, now=NOW)
    push_all(session)
    ending.cancel(session, made, version=2, now=NOW, reason="体調不良")
    push_all(session)
    changed, cancelled = (shown(session, each) for each in sent(session)[1:])
    assert changed["altText"] == "ご予約の変更"
    assert "変更前：3月6日(金) 10:00\n変更後：3月6日(金) 14:00" in words(changed["contents"])
    assert cancelled["altText"] == "キャンセルを承りました"
    assert "/bookings/page" in words(cancelled["contents"])
    assert "starts?v=" not in words(cancelled["contents"])
    titles = session.scalars(sa.select(Notification.title).order_by(Notification.id)).all()
    assert titles == ["新しい予約が入りました", "予約が変更されました", "予約がキャンセルされました"]


def test_who_is_declined_hears_of_the_nearest_free_starts(session: Session, salon: Salon, hanako: Friend) -> None:
    session.get_one(ReservationSettings, 1).policy = {"approval": "all"}
    asked = book(session, hanako, salon, provider_id=salon.sato)
    push_all(session)
    ending.decline(session, asked, by=STAFF, now=NOW)
    received, declined = (shown(session, each) for each in sent(session))
    assert received["altText"] == "お申し込みを受け付けました"
    assert "まだ確定ではありません" in words(received["contents"])
    assert declined["altText"] == "ご予約について"
    assert "近い空き：10:30／11:00／11:30" in words(declined["contents"])


def test_whoever_serves_is_told_and_misfits_are_told_once(session: Session, salon: Salon, hanako: Friend) -> None:
    owner, sato = a_staff(session), a_staff(session, role=Role.STAFF)
    session.get_one(Provider, salon.sato).staff_id = sato.id
    by = by_staff(owner.id)
    first = booking.write_down(session, hanako, visit(salon, FRIDAY, TEN, provider_id=salon.sato), by=by, now=NOW)
    assert session.scalars(sa.select(Receipt.staff_id)).all() == [sato.id], "who did it knows"
    second = book(session, hanako, salon, FRIDAY, 840, provider_id=salon.sato)
    told = session.scalars(sa.select(Receipt.staff_id).order_by(Receipt.staff_id)).all()
    assert told == [owner.id, sato.id, sato.id]
    before = session.scalar(sa.select(sa.func.count()).select_from(TimelineEntry))
    for each in (first, second):
        recording.note(session, each, recording.Transition.FLAGGED, recording.facts(each), by=by, now=NOW)
    kinds = session.scalars(sa.select(Notification.kind)).all()
    assert kinds.count("reservation.misfit") == 1
    assert session.scalar(sa.select(sa.func.count()).select_from(TimelineEntry)) == before


# Reminders -----------------------------------------------------------------------------------------------------------


def goals(session: Session) -> dict[str, datetime | None]:
    """When the goals that run now are looked at next, by reminder."""
    active = sa.select(Countdown).where(Countdown.state == CountdownState.ACTIVE)
    return {each.reminder.name.removeprefix("予約："): each.due_at for each in session.scalars(active)}


def advance(session: Session, name: str, now: datetime) -> Delivery | None:
    """Do what is due of one reminder: what it sent."""
    before = len(sent(session))
    active = sa.select(Countdown).where(Countdown.state == CountdownState.ACTIVE)
    countdown = [each for each in session.scalars(active.order_by(Countdown.id)) if name in each.reminder.name][-1]
    running.advance(session, countdown, session.get_one(Friend, countdown.friend_id), now=now)
    found = sent(session)[before:]
    return found[0] if found else None


def test_both_reminders_come_before_the_visit_and_move_with_it(session: Session, salon: Salon, hanako: Friend) -> None:
    rules.make_ready(session, now=NOW)
    made = book(session, hanako, salon, provider_id=salon.sato)
    assert goals(session) == {"前日のご案内": at(TODAY, 1080), "2時間前のご案内": at(FRIDAY, 480)}
    titles = [(each.due_at, each.title) for each in effects.ahead(session, made)]
    assert titles == [(at(TODAY, 1080), "前日の18:00"), (at(FRIDAY, 480), "2時間前")]
    told = advance(session, "前日", at(TODAY, 1080))
    assert told is not None
    message = shown(session, told, now=at(TODAY, 1080))
    assert message["altText"] == "明日のご予約のご案内"
    assert "明日 3月6日(金) 10:00にお待ちしております。" in words(message["contents"])
    assert "キャンセルする" not in words(message["contents"]), "the deadline is this very moment"
    monday = FRIDAY + timedelta(days=3)
    changing.move(session, made, Change(monday, ELEVEN), by=STAFF, now=at(TODAY, 1090))
    assert goals(session) == {"前日のご案内": at(monday, -360), "2時間前のご案内": at(monday, 540)}
    ending.cancel_by_staff(session, made, by=STAFF, now=at(TODAY, 1100))
    assert goals(session) == {}


def test_the_day_before_counts_by_business_date(session: Session, salon: Salon, hanako: Friend) -> None:
    rules.make_ready(session, now=NOW)
    settings = session.get_one(ReservationSettings, 1)
    settings.hours = {str(day): [[600, 1560]] for day in range(7)}
    late = booking.write_down(session, hanako, visit(salon, FRIDAY, 1470), by=STAFF, now=NOW, force=True)
    assert late.starts_at == at(FRIDAY + timedelta(days=1), 30)
    assert goals(session)["前日のご案内"] == at(TODAY, 1080), "24:30 on Friday is Friday's"


def test_a_late_worker_sends_for_six_hours_and_never_after_the_start(
    session: Session, salon: Salon, hanako: Friend
) -> None:
    rules.make_ready(session, now=NOW)
    book(session, hanako, salon, provider_id=salon.sato)
    told = advance(session, "前日", at(TODAY, 1080 + 5 * 60))
    assert told is not None
    assert told.missed_after == at(TODAY, 1080 + 11 * 60)
    almost = advance(session, "2時間前", at(FRIDAY, 590))
    assert almost is not None
    assert almost.missed_after == at(FRIDAY, TEN), "never after the start"
    second = book(session, hanako, salon, FRIDAY, 840, key="second")
    assert advance(session, "2時間前", second.starts_at + timedelta(minutes=1)) is None
    reason = session.scalar(sa.select(ReminderPassage.reason).order_by(ReminderPassage.id.desc()).limit(1))
    assert reason is not None


def test_a_visit_is_thanked_for_in_the_evening_and_the_next_one_proposed_when_it_is_due(
    session: Session, salon: Salon, hanako: Friend, made: Reservation
) -> None:
    rules.make_ready(session, now=NOW)
    visiting.complete(session, made, by=STAFF, now=at(FRIDAY, ELEVEN))
    due_on = FRIDAY + timedelta(days=45)
    assert goals(session) == {"ご来店のお礼": at(FRIDAY, 1200), "次のご来店のご案内": at(due_on, ELEVEN)}
    thanks = advance(session, "お礼", at(FRIDAY, 1200))
    assert thanks is not None
    assert shown(session, thanks)["altText"] == "ご来店ありがとうございました"
    again = advance(session, "次の", at(due_on, ELEVEN))
    assert again is not None
    said = words(shown(session, again, now=at(due_on, ELEVEN))["contents"])
    assert "前回のカットから45日ほど経ちました" in said
    assert "配信を止める" in said


def test_who_has_booked_again_is_asked_for_nothing(
    session: Session, salon: Salon, hanako: Friend, made: Reservation
) -> None:
    rules.make_ready(session, now=NOW)
    visiting.complete(session, made, by=STAFF, now=at(FRIDAY, ELEVEN))
    next_one = book(session, hanako, salon, FRIDAY + timedelta(days=30), key="next", now=at(FRIDAY, ELEVEN))
    assert "次のご来店のご案内" not in goals(session)
    assert advance(session, "お礼", at(FRIDAY, 1200)) is None
    ending.cancel(session, next_one, version=1, now=at(FRIDAY, 1210))
    assert goals(session)["次のご来店のご案内"] == at(FRIDAY + timedelta(days=45), ELEVEN)


def test_a_visit_marked_late_in_the_evening_is_thanked_for_in_the_morning(
    session: Session, salon: Salon, made: Reservation
) -> None:
    rules.make_ready(session, now=NOW)
    late = at(FRIDAY, 21 * 60 + 30)
    visiting.complete(session, made, by=STAFF, now=late)
    thanks = advance(session, "お礼", late)
    assert thanks is not None
    assert thanks.due_at == at(FRIDAY, 32 * 60), "at 8:00"


def test_who_stops_the_invitations_gets_no_more_of_them_and_an_answer(
    session: Session, salon: Salon, hanako: Friend, made: Reservation
) -> None:
    rules.make_ready(session, now=NOW)
    visiting.complete(session, made, by=STAFF, now=at(FRIDAY, ELEVEN))
    entry = triggers.fire(session, "postback.received", hanako, now=NOW, data="reservation:stop", params={})
    assert entry.results == ["次のご来店の案内を止めました。"]
    assert len(sent(session)) == 1
    assert advance(session, "次の", at(FRIDAY + timedelta(days=45), ELEVEN)) is None
    assert advance(session, "お礼", at(FRIDAY, 1200)) is not None


def test_a_no_show_is_not_thanked(session: Session, salon: Salon, made: Reservation) -> None:
    rules.make_ready(session, now=NOW)
    visiting.no_show(session, made, by=STAFF, now=at(FRIDAY, 630))
    assert goals(session) == {}


def test_the_worker_gives_a_new_rule_its_goals_and_pushes_what_no_word_came_for_once(database: Database) -> None:
    with database.unit() as session:
        salon = a_salon(session)
        friend = a_friend(session, line_user_id="U1", is_following=True)
        origin = f"reservation:{book(session, friend, salon).id}"
        reminder = a_reminder(session, (-1, "18:00"))
        reminder_id = reminder.id
        rules.keep(session, reminder, rules.RuleDraft(RuleGoal.START, [salon.cut], []), now=NOW)
        other = a_reminder(session, (-1, "18:00"))
        rules.keep(session, other, rules.RuleDraft(RuleGoal.START, [salon.color], []), now=NOW)
    while reminding.catch_up(database, now=NOW, wall=NOW):
        pass
    with database.read() as session:
        [countdown] = session.scalars(sa.select(Countdown))
        assert (countdown.reminder_id, countdown.origin) == (reminder_id, origin)
        assert reminding.pending(session, now=NOW, wall=NOW).due == 0
    for _ in range(2):
        messaging.push_due(database, now=NOW + timedelta(seconds=6), wall=NOW)
    with database.read() as session:
        assert len(sent(session)) == 1
        assert messaging.pending(session, now=NOW, wall=NOW).due == 0


# Action sets, timelines ----------------------------------------------------------------------------------------------


def attach(tag: Tag) -> SetDraft:
    data = {"way": "attach", "tag_ids": [tag.id]}
    return SetDraft([{"id": f"s{tag.id}", "kind": "tags", "data": data, "segment": None}], repeats=True)


def test_sets_run_at_the_course_and_at_the_shop_once_for_each_transition(
    session: Session, salon: Salon, hanako: Friend
) -> None:
    holders = {"shop": "予約中", f"course:{salon.cut}": "カット", f"course:{salon.color}": "カラー"}
    for holder, name in holders.items():
        actions.keep(session, "reservations.confirmed", holder, attach(a_tag(session, name=name)), now=NOW)
    made = book(session, hanako, salon)
    runs = session.scalars(sa.select(ActionRun.occurrence)).all()
    assert len(runs) == 2
    entry = session.scalars(sa.select(TimelineEntry).where(TimelineEntry.kind == "reservation.confirmed")).one()
    assert entry.facts["label"] == "R-260306-001 3月6日(金) 10:00"
    assert made.entry_id == entry.id
    where = {place.label for place in effects.firing._describe(effects.MOMENTS["confirmed"], session, holders).values()}
    assert where == {
        "予約：予約が確定したとき",
        "「カット」の予約：予約が確定したとき",
        "「カラー」の予約：予約が確定したとき",
    }


def test_a_step_books_a_slot_once_and_cancels_it(session: Session, salon: Salon, hanako: Friend) -> None:
    slot = an_event(session, 1)
    kind = actions.kinds["book_event"]
    what = Values({"way": ["book"], "what": [f"{slot.id}:"], "party": ["1"]})
    data = kind.parse(session, what)
    assert kind.sentence(session, data) == "イベント「講習会」3月6日(金) 14:00を1名で予約する"
    assert kind.parse(session, Values(kind.values(data))) == data

    def run(friend: Friend, data: dict[str, Any], occurrence: str) -> str:
        step = {"id": "s1", "kind": "book_event", "data": data, "segment": None}
        saved = actions.keep(session, "reservations.cancelled", "shop", SetDraft([step], repeats=True), now=NOW)
        assert saved is not None
        done = actions.run(session, saved, friend, actions.Trigger(occurrence, NOW))
        assert done is not None
        return str(done.results[0]["text"])

    assert run(hanako, data, "1").endswith("予約しました（R-260306-001）。")
    assert run(hanako, data, "2").endswith("この回は、もう予約しています。")
    assert "予約しませんでした" in run(a_friend(session), data, "3")
    assert run(hanako, data | {"way": "cancel"}, "4").endswith("取り消しました（R-260306-001）。")
    assert event_booking.left(session, slot) == 1


# Words ---------------------------------------------------------------------------------------------------------------


def test_words_elsewhere_mean_the_next_booking(
    session: Session, salon: Salon, hanako: Friend, made: Reservation
) -> None:
    text = "次回は[予約:日時]、[予約:メニュー|まだ]です。[予約:番号]"
    assert messages.fill_for(session, text, hanako, now=NOW) == "次回は3月6日(金) 10:00、カットです。R-260306-001"
    stranger = a_friend(session, line_user_id="U2")
    assert messages.fill_for(session, text, stranger, now=NOW) == "次回は、まだです。"


def test_a_title_names_nothing_personal_and_unknown_words_are_refused(session: Session, salon: Salon) -> None:
    for title, text, field in (
        ("[予約:メニュー]の日です", "-", "title"),
        ("", "-", "title"),
        ("予約", "[bookings]", "text"),
    ):
        with pytest.raises(DomainError) as refused:
            texts.keep(session, "confirmed", TextDraft(title, text), now=NOW)
        assert refused.value.field == field
    texts.keep(session, "confirmed", TextDraft("承りました", "[name]様", is_on=False), now=NOW)
    assert not texts.get(session, "confirmed").is_on
    texts.reset(session, "confirmed")
    session.flush()
    assert texts.get(session, "confirmed").is_on


def test_the_forecast_is_bookings_times_messages(session: Session, salon: Salon, made: Reservation) -> None:
    rules.make_ready(session, now=NOW)
    found = effects.forecast(session, now=NOW)
    assert (found.bookings, found.each) == (1, 4)
    assert found.sentence == "今月の予約メッセージ見込み 4通"
