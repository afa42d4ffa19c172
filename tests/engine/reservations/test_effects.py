"""What bookings set off: messages, reminders, action sets, timelines, and what staff are told."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import actions, messages, registry, segments, triggers
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.reservations import by_staff, effects
from lstep_lite.engine.reservations.effects import calling, messaging, rules, texts, wording
from lstep_lite.engine.reservations.effects.texts import TextDraft
from lstep_lite.engine.reservations.transitions import booking, changing, ending, event_booking, recording
from lstep_lite.engine.reservations.transitions.changing import Change
from lstep_lite.engine.reservations.transitions.event_booking import SlotOrder
from lstep_lite.engine.rows import Values
from lstep_lite.engine.segments.registry import kinds as condition_kinds
from lstep_lite.errors import DomainError
from lstep_lite.models import (
    ActionRun,
    ActionSet,
    BookingWord,
    ChatMessage,
    Content,
    Course,
    CourseState,
    Delivery,
    Friend,
    Notification,
    Provider,
    Receipt,
    Reservation,
    ReservationSettings,
    Role,
    Tag,
    TimelineEntry,
)
from tests.engine.reservations.salon import ELEVEN, FRIDAY, NOON, TEN, TODAY, Salon, a_salon, an_event, at, visit
from tests.engine.reservations.test_booking import book
from tests.factories import NOW, a_friend, a_staff, a_tag, a_template

assert registry
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STAFF = by_staff(None)


@pytest.fixture
def salon(session: Session) -> Salon:
    return a_salon(session, place="東京都渋谷区1-2-3", phone="03-1234-5678")


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
    assert ("電話する" in said, "電話する" in late) == (False, True), "and the telephone stands in for them"
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
    assert "料金" not in words(cancelled["contents"]), "of what is over no more than which it was"
    assert "starts?v=" not in words(cancelled["contents"])
    titles = session.scalars(sa.select(Notification.title).order_by(Notification.id)).all()
    assert titles == ["新しい予約が入りました", "予約が変更されました", "予約がキャンセルされました"]


def test_who_cancels_late_is_reminded_of_what_was_agreed(session: Session, salon: Salon, hanako: Friend) -> None:
    agreed = "前日18時を過ぎたキャンセルは、次回からのご予約をお断りすることがあります。"
    session.get_one(ReservationSettings, 1).policy = {"late_cancel": "allow_marked", "consent_text": agreed}
    late = book(session, hanako, salon, provider_id=salon.sato, consents=True)
    push_all(session)
    ending.cancel(session, late, version=1, now=at(TODAY, 1081))
    push_all(session)
    card = shown(session, sent(session)[-1])
    assert card["altText"] == "キャンセルを承りました"
    assert f"直前キャンセルとして承りました。\n{agreed}" in words(card["contents"])
    assert "直前キャンセルがありました" in session.scalars(sa.select(Notification.title)).all()


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
    assert f"/again/{asked.code}" in words(declined["contents"]), "the same at another time"


def test_whoever_serves_is_told_and_misfits_are_told_once(session: Session, salon: Salon, hanako: Friend) -> None:
    owner, sato = a_staff(session), a_staff(session, role=Role.STAFF)
    session.get_one(Provider, salon.sato).staff_id = sato.id
    by = by_staff(owner.id)
    first = booking.write_down(session, hanako, visit(salon, FRIDAY, TEN, provider_id=salon.sato), by=by, now=NOW)
    assert session.scalars(sa.select(Receipt.staff_id)).all() == [sato.id], "who did it knows"
    changing.move(session, first, Change(FRIDAY, NOON), by=by_staff(sato.id), now=NOW)
    assert set(session.scalars(sa.select(Receipt.staff_id))) == {sato.id, owner.id}, "the others hear of it"
    changing.move(session, first, Change(FRIDAY, TEN), by=by_staff(owner.id), now=NOW)
    session.execute(sa.delete(Receipt))
    second = book(session, hanako, salon, FRIDAY, 840, provider_id=salon.sato)
    told = session.scalars(sa.select(Receipt.staff_id).order_by(Receipt.staff_id)).all()
    assert told == [owner.id, sato.id]
    before = session.scalar(sa.select(sa.func.count()).select_from(TimelineEntry))
    for each in (first, second):
        recording.note(session, each, recording.Transition.FLAGGED, recording.facts(each), by=by, now=NOW)
    kinds = session.scalars(sa.select(Notification.kind)).all()
    assert kinds.count("reservation.misfit") == 1
    assert session.scalar(sa.select(sa.func.count()).select_from(TimelineEntry)) == before


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


def test_the_timeline_says_where_a_booking_was_before(session: Session, salon: Salon, made: Reservation) -> None:
    changing.change(session, made, Change(FRIDAY, ELEVEN), version=1, now=NOW)
    entry = session.scalars(sa.select(TimelineEntry).where(TimelineEntry.kind == "reservation.changed")).one()
    assert entry.facts["label"] == "R-260306-001 3月6日(金) 10:00 → 3月6日(金) 11:00"


def test_who_cancels_late_gets_what_hangs_there_besides(session: Session, salon: Salon, hanako: Friend) -> None:
    places = ("reservations.cancelled", "reservations.cancelled_late")
    for place in places:
        actions.keep(session, place, "shop", attach(a_tag(session, name=place)), now=NOW)
    session.get_one(ReservationSettings, 1).policy = {"late_cancel": "allow_marked"}
    runs = sa.select(ActionSet.place).join(ActionRun, ActionRun.action_set_id == ActionSet.id).order_by(ActionRun.id)
    ending.cancel(session, book(session, hanako, salon), version=1, now=NOW)
    assert session.scalars(runs).all() == [places[0]]
    ending.cancel(session, book(session, hanako, salon, minute=ELEVEN), version=1, now=at(TODAY, 1081))
    assert session.scalars(runs).all() == [places[0], *places]


def test_what_a_set_sends_speaks_of_the_booking_it_runs_for(
    session: Session, salon: Salon, hanako: Friend, made: Reservation
) -> None:
    book(session, hanako, salon, minute=ELEVEN + 60)  # the next one they have, once the first is gone
    words = "[予約:日時]の[予約:番号]"
    template = a_template(session, {"kind": "text", "text": f"{words}（ひな型）"})
    steps = [
        {"kind": "send_text", "data": {"text": words, "when": "now"}},
        {"kind": "send_template", "data": {"template_id": template.id, "sender_id": None, "when": "now"}},
    ]
    draft = SetDraft([step | {"id": f"s{number}", "segment": None} for number, step in enumerate(steps)], repeats=True)
    actions.keep(session, "reservations.cancelled_by_shop", "shop", draft, now=NOW)
    before = len(sent(session))
    ending.cancel_by_staff(session, made, by=by_staff(None, tells=False), now=NOW)
    texts_ = [shown(session, each)["text"] for each in sent(session)[before:]]
    assert texts_ == ["3月6日(金) 10:00のR-260306-001", "3月6日(金) 10:00のR-260306-001（ひな型）"]


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


def test_words_pinned_to_a_booking_tell_nobody_else_of_it(session: Session, hanako: Friend, made: Reservation) -> None:
    entry = wording.last_entry(session, made)
    pinned = f"[予約:番号@{entry.id}][予約:メニュー]"
    assert messages.fill_for(session, pinned, hanako, now=NOW) == "R-260306-001カット"
    stranger = a_friend(session, line_user_id="U2")
    assert messages.fill_for(session, pinned, stranger, now=NOW) == ""
    for nonsense in ("[予約:番号@99999999999999999999]", "[予約:番号@999999]", "[予約:@1]"):
        assert messages.fill_for(session, nonsense, hanako, now=NOW) == nonsense, "no such word"


def test_a_condition_is_about_a_slot_and_keeps_what_is_over(session: Session, salon: Salon, hanako: Friend) -> None:
    slot, other = an_event(session, 5), an_event(session, 5)
    event_booking.order(session, hanako, SlotOrder(slot.id, "key"), now=NOW)
    kind = condition_kinds["reservation"]
    for which, fits in ((slot, True), (other, False)):
        data = kind.parse(session, Values({"how": ["ahead"], "what": [f"event_slots:{which.id}"]}))
        assert kind.sentence(session, data) == "「講習会」3月6日(金) 14:00のこれからの予約がある"
        assert (
            segments.matches(
                session, {"all": [{"id": "c1", "kind": "reservation", "data": data}], "any": []}, hanako, now=NOW
            )
            is fits
        )
    session.get_one(Course, salon.cut).state = CourseState.RETIRED
    session.flush()
    offered = kind.options(session)["known"]
    assert {f"courses:{salon.cut}", f"event_slots:{slot.id}"} <= offered


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
