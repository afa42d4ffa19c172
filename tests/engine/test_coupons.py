"""Coupons: who gets one, who may use it, and what customers are told."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import actions, coupons, intake, messages, segments
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.coupons import CouponDraft, statistics, tickets
from lstep_lite.errors import DomainError
from lstep_lite.models import (
    ChangedBy,
    Channel,
    CodeKind,
    CodeShape,
    Coupon,
    CouponHome,
    CouponState,
    CouponTicket,
    CouponUse,
    Delivery,
    Friend,
    TicketState,
    TimelineEntry,
)
from tests.factories import NOW, a_coupon, a_friend, a_shop, a_staff, an_event

ANN, BOB = f"U{'a' * 32}", f"U{'b' * 32}"
PUBLIC = "https://shop.example.com"


@pytest.fixture
def ann(session: Session) -> Friend:
    a_shop(session)
    found = a_friend(session, line_user_id=ANN, lot_number=1)
    session.commit()
    return found


def offered(session: Session, **over: Any) -> Coupon:
    made = a_coupon(session, **over)
    session.commit()
    return made


class Talk:
    """Somebody who taps what the account sends."""

    def __init__(self, database: Database, session: Session, user_id: str = ANN) -> None:
        self.database, self.session, self.user_id = database, session, user_id
        self.now = NOW

    def tap(self, data: str, **over: Any) -> list[dict[str, Any]]:
        """The answers to one tap, as LINE gets them."""
        return self.deliver(an_event("postback", self.user_id, at=self.now, postback={"data": data}, **over))

    def deliver(self, event: dict[str, Any]) -> list[dict[str, Any]]:
        before = self._last_id()
        with self.database.unit() as unit:
            intake.store(unit, {"destination": "U0", "events": [event]}, now=self.now)
        intake.process_due(self.database, now=self.now, wall=self.now, limit=10)
        self.session.expire_all()
        sent = self.session.scalars(sa.select(Delivery).where(Delivery.id > before).order_by(Delivery.id)).all()
        return [message for each in sent for message in self._rendered(each)]

    def press(self, message: dict[str, Any], place: int = 0) -> list[dict[str, Any]]:
        return self.tap(button(message, place)["data"])

    def _last_id(self) -> int:
        return self.session.scalar(sa.select(sa.func.max(Delivery.id))) or 0

    def _rendered(self, delivery: Delivery) -> list[dict[str, Any]]:
        blocks, friend = delivery.content.blocks, delivery.friend
        context = messages.context(self.session, blocks, public_url=PUBLIC, now=self.now, friends=[friend])
        objects = messages.render(context, friend)
        assert not messages.problems(objects), "LINE would refuse this"
        return objects


@pytest.fixture
def talk(database: Database, session: Session, ann: Friend) -> Talk:
    return Talk(database, session)


def button(message: dict[str, Any], place: int = 0) -> dict[str, Any]:
    if message["type"] == "template":
        return message["template"]["actions"][place]
    return message["contents"]["footer"]["contents"][place]["action"]


def words(message: dict[str, Any]) -> str:
    return str(message)


def ticket_of(session: Session, coupon: Coupon, friend: Friend) -> CouponTicket:
    session.expire_all()
    return session.scalars(sa.select(CouponTicket).filter_by(coupon_id=coupon.id, friend_id=friend.id)).one()


def by_hand(**over: Any) -> coupons.By:
    return coupons.By(**{"changed_by": ChangedBy.CUSTOMER, "now": NOW, "at": NOW, "occurrence": "tap"} | over)


# In the talk ---------------------------------------------------------------------------------------------------------


def test_a_coupon_is_got_asked_about_used_once_and_never_again(session: Session, talk: Talk, ann: Friend) -> None:
    coupon = offered(session)
    [card] = talk.tap(f"coupon=get:{coupon.code}")
    ticket = ticket_of(session, coupon, ann)
    assert "あと1回使えます" in words(card) and coupons.spaced(ticket.number) in words(card)
    [question] = talk.press(card)
    assert question["template"]["type"] == "confirm"
    [done] = talk.press(question)
    assert done["text"].startswith("「春のクーポン」を使用しました（2026年3月5日 10:00）")
    [again] = talk.press(card)
    assert "使用済み" in again["text"]
    assert ticket_of(session, coupon, ann).state is TicketState.USED_UP
    kinds = session.scalars(sa.select(TimelineEntry.kind).where(TimelineEntry.friend_id == ann.id)).all()
    assert kinds.count("coupon.obtained") == kinds.count("coupon.used") == 1


def test_yes_counts_for_five_minutes_and_for_the_last_question_only(session: Session, talk: Talk, ann: Friend) -> None:
    coupon = offered(session, uses_each=3)
    [card] = talk.tap(f"coupon=get:{coupon.code}")
    [first] = talk.press(card)
    [second] = talk.press(card)
    assert "もう一度「使う」" in talk.press(first)[0]["text"]
    assert "使用しました" in talk.press(second)[0]["text"]
    assert "もう一度「使う」" in talk.press(second)[0]["text"], "pressing twice uses once"
    [third] = talk.press(card)
    talk.now += timedelta(minutes=5)
    assert "もう一度「使う」" in talk.press(third)[0]["text"]
    assert ticket_of(session, coupon, ann).uses == 1


def test_no_uses_nothing(session: Session, talk: Talk, ann: Friend) -> None:
    coupon = offered(session)
    [card] = talk.tap(f"coupon=get:{coupon.code}")
    [question] = talk.press(card)
    assert "使いませんでした" in talk.press(question, 1)[0]["text"]
    assert talk.press(question, 0)[0]["text"].startswith("確認の時間")
    assert ticket_of(session, coupon, ann).uses == 0


def test_a_webhook_that_comes_again_changes_nothing(session: Session, talk: Talk, ann: Friend) -> None:
    coupon = offered(session, supply=5)
    event = an_event("postback", ANN, postback={"data": f"coupon=get:{coupon.code}"})
    assert len(talk.deliver(event)) == 1
    assert talk.deliver(event) == []
    session.expire_all()
    assert coupon.taken == 1


def test_whoever_asks_again_sees_the_same_ticket(session: Session, talk: Talk, ann: Friend) -> None:
    coupon = offered(session)
    first, second = talk.tap(f"coupon=get:{coupon.code}"), talk.tap(f"coupon=get:{coupon.code}")
    assert first == second


@pytest.mark.parametrize(
    ("over", "reason"),
    [
        ({"state": CouponState.DRAFT}, "まだ準備中"),
        ({"state": CouponState.CLOSED}, "配布は終了"),
        ({"starts_at": NOW + timedelta(days=1)}, "2026年3月6日 10:00から受け取れます"),
        ({"ends_at": NOW}, "2026年3月5日 10:00で終了しました"),
        ({"supply": 3, "taken": 3}, "予定の枚数に達した"),
    ],
)
def test_a_refusal_says_why(session: Session, talk: Talk, over: dict[str, Any], reason: str) -> None:
    coupon = offered(session, **over)
    [answer] = talk.tap(f"coupon=get:{coupon.code}")
    assert reason in answer["text"]
    assert session.scalars(sa.select(CouponTicket)).all() == []


def test_a_coupon_that_is_gone_is_answered_all_the_same(talk: Talk) -> None:
    for data in ("coupon=get:gone", "coupon=use:gone", "coupon=yes:gone"):
        assert talk.tap(data)[0]["text"]
    assert talk.tap("coupon=nonsense") == talk.tap("something else") == []


def test_somebody_whom_staff_blocked_gets_nothing(session: Session, talk: Talk, ann: Friend) -> None:
    coupon = offered(session)
    ann.is_blocked = True
    session.commit()
    assert talk.tap(f"coupon=get:{coupon.code}") == []
    assert session.scalars(sa.select(CouponTicket)).all() == []


def test_nobody_uses_anothers_ticket(database: Database, session: Session, talk: Talk, ann: Friend) -> None:
    coupon = offered(session)
    bob = a_friend(session, line_user_id=BOB)
    session.commit()
    [card] = talk.tap(f"coupon=get:{coupon.code}")
    other = Talk(database, session, BOB)
    assert "ご本人" in other.press(card)[0]["text"]
    [question] = talk.press(card)
    assert "もう一度" in other.press(question)[0]["text"]
    assert bob.id != ann.id and ticket_of(session, coupon, ann).uses == 0


def test_a_ticket_ends_with_its_last_day_in_the_shop(session: Session, talk: Talk, ann: Friend) -> None:
    coupon = offered(session, days=3)
    [card] = talk.tap(f"coupon=get:{coupon.code}")
    assert "2026年3月8日まで" in words(card)
    end = datetime.fromisoformat("2026-03-09T00:00+09:00")
    assert ticket_of(session, coupon, ann).expires_at == end
    talk.now = end
    assert "期限が切れました" in talk.press(card)[0]["text"]


def test_the_lottery_is_drawn_by_the_lot_number_and_only_once(session: Session, talk: Talk, ann: Friend) -> None:
    coupon = offered(session, percent=50)
    wins, loses = (_lot_number(coupon, is_winner) for is_winner in (True, False))
    ann.lot_number = loses
    session.commit()
    assert talk.tap(f"coupon=get:{coupon.code}")[0]["text"] == "残念、はずれです"
    ann.lot_number = wins
    session.commit()
    assert talk.tap(f"coupon=get:{coupon.code}")[0]["text"] == "残念、はずれです", "the draw is over"
    bob = a_friend(session, line_user_id=BOB, lot_number=wins)
    session.commit()
    [card] = Talk(talk.database, session, BOB).tap(f"coupon=get:{coupon.code}")
    assert card["type"] == "flex" and ticket_of(session, coupon, bob).state is TicketState.HELD


def _lot_number(coupon: Coupon, is_winner: bool) -> int:
    drawn = (segments.draw(lot, f"coupon:{coupon.id}", "", sides=100) < 50 for lot in range(1000))
    return next(lot for lot, wins in enumerate(drawn) if wins is is_winner)


def test_a_lottery_without_prizes_left_is_lost(session: Session, talk: Talk, ann: Friend) -> None:
    coupon = offered(session, percent=100, supply=1, taken=1)
    assert talk.tap(f"coupon=get:{coupon.code}")[0]["text"] == "残念、はずれです"
    assert (coupon.taken, ticket_of(session, coupon, ann).state) == (1, TicketState.LOST)


def test_what_was_decided_follows_after_the_answer(session: Session, talk: Talk, ann: Friend) -> None:
    coupon = offered(session)
    for place, text in ((coupons.OBTAINED, "受け取り"), (coupons.USED, "使用")):
        data = {"text": f"{text}ありがとうございます", "when": "now"}
        step = {"id": "s", "kind": "send_text", "data": data, "segment": None}
        actions.keep(session, place, coupon.id, SetDraft([step], repeats=True), now=NOW)
    session.commit()
    card, thanks = talk.tap(f"coupon=get:{coupon.code}")
    assert thanks["text"] == "受け取りありがとうございます"
    [question] = talk.press(card)
    assert [message["text"][-12:] for message in talk.press(question)][1] == "使用ありがとうございます"


@pytest.mark.parametrize("shape", list(CodeShape))
@pytest.mark.parametrize("kind", list(CodeKind))
def test_every_ticket_is_one_line_takes(
    session: Session, talk: Talk, ann: Friend, kind: CodeKind, shape: CodeShape
) -> None:
    long = {"title": "題" * 60, "price_text": "円" * 30, "description": "説" * 1000, "conditions": "条" * 300}
    coupon = offered(session, code_kind=kind, code_shape=shape, common_code="SPRING-26", days=30, **long)
    [card] = talk.tap(f"coupon=get:{coupon.code}")
    ticket = ticket_of(session, coupon, ann)
    shown = {CodeKind.NONE: "", CodeKind.COMMON: "SPRING-26", CodeKind.SINGLE: ticket.number}[kind]
    assert (shown in words(card)) and (f"/coupons/tickets/{ticket.code}/picture" in words(card)) is (
        kind is not CodeKind.NONE and shape is not CodeShape.TEXT
    )
    talk.press(card)


# At the counter ------------------------------------------------------------------------------------------------------


def test_a_ticket_leads_to_all_of_them_once_line_knows_our_pages(session: Session, talk: Talk, ann: Friend) -> None:
    coupon = offered(session)
    assert "マイクーポン" not in words(talk.tap(f"coupon=get:{coupon.code}")[0])
    ids = {"messaging_channel_id": "1", "login_channel_id": "2", "liff_id": "2000000001-abcd"}
    session.add(Channel(id=1, messaging_secret="x", login_secret="x", **ids))
    session.commit()
    card = talk.tap(f"coupon=get:{offered(session).code}")[0]
    assert card["contents"]["footer"]["contents"][1]["action"]["uri"].endswith("/2000000001-abcd/coupons")


def test_staff_give_use_and_take_back_and_the_timeline_says_who(session: Session, ann: Friend) -> None:
    staff, coupon = a_staff(session, name="花子"), offered(session)
    assert coupons.hand_over(session, coupon, ann, staff_id=staff.id, now=NOW) == ""
    ticket = coupons.find_number(session, f" {coupons.spaced(ticket_of(session, coupon, ann).number).lower()} ")
    used = coupons.redeem(session, ticket, token="t1", staff_id=staff.id, now=NOW)
    assert used is not None and ticket.state is TicketState.USED_UP
    with pytest.raises(DomainError, match="使用済み"):
        coupons.redeem(session, ticket, token="t2", staff_id=staff.id, now=NOW)
    coupons.undo(session, used, staff_id=staff.id, now=NOW)
    assert (ticket.state, ticket.uses) == (TicketState.HELD, 0)
    with pytest.raises(DomainError, match="もう取り消して"):
        coupons.undo(session, used, staff_id=staff.id, now=NOW)
    entries = session.scalars(sa.select(TimelineEntry).where(TimelineEntry.friend_id == ann.id)).all()
    told = {entry.kind: entry.facts.get("staff_id") for entry in entries}
    assert told == dict.fromkeys(("coupon.obtained", "coupon.used", "coupon.use_undone"), staff.id)


def test_pressing_twice_at_the_counter_uses_once(session: Session, ann: Friend) -> None:
    staff, coupon = a_staff(session), offered(session, uses_each=None)
    ticket = coupons.give(session, coupon, ann, by_hand())
    assert coupons.redeem(session, ticket, token="same", staff_id=staff.id, now=NOW) is not None
    assert coupons.redeem(session, ticket, token="same", staff_id=staff.id, now=NOW) is None
    assert ticket.uses == 1 and ticket.state is TicketState.HELD


def test_a_use_is_taken_back_on_the_same_day_only(session: Session, ann: Friend) -> None:
    staff, coupon = a_staff(session), offered(session)
    ticket = coupons.give(session, coupon, ann, by_hand())
    used = coupons.redeem(session, ticket, token="t", staff_id=staff.id, now=NOW)
    assert used is not None
    with pytest.raises(DomainError, match="当日だけ"):
        coupons.undo(session, used, staff_id=staff.id, now=NOW + timedelta(hours=14))


def test_giving_passes_the_lottery_but_not_the_supply(session: Session, ann: Friend) -> None:
    coupon = offered(session, percent=1, supply=1)
    session.add(_lost(coupon, ann))
    session.flush()
    assert coupons.give(session, coupon, ann, by_hand()).state is TicketState.HELD
    with pytest.raises(DomainError, match="もう渡して"):
        coupons.give(session, coupon, ann, by_hand())
    with pytest.raises(DomainError, match="残りがありません"):
        coupons.give(session, coupon, a_friend(session), by_hand())


def _lost(coupon: Coupon, friend: Friend) -> CouponTicket:
    values = {"state": TicketState.LOST, "obtained_at": NOW, "obtained_by": ChangedBy.CUSTOMER}
    return CouponTicket(coupon_id=coupon.id, friend_id=friend.id, code="lost", number="LOST", **values)


def test_the_step_gives_once_and_says_what_it_did(session: Session, ann: Friend) -> None:
    coupon = offered(session, name="お誕生日")
    step = {"id": "s", "kind": "give_coupon", "data": {"coupon_id": coupon.id}, "segment": None}
    action_set = actions.keep(session, "actions.saved", "1", SetDraft([step], repeats=True), now=NOW)
    assert action_set is not None
    runs = [actions.run(session, action_set, ann, actions.Trigger(f"o{number}", NOW)) for number in (1, 2)]
    assert [run and run.results[0]["state"] for run in runs] == ["done", "skipped"]
    assert session.scalar(sa.select(sa.func.count()).select_from(Delivery)) == 1


# Keeping -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"title": " "}, "title"),
        ({"ends_at": NOW, "starts_at": NOW}, "ends_at"),
        ({"supply": 0}, "supply"),
        ({"percent": 101}, "percent"),
        ({"percent": 10, "losing_text": ""}, "losing_text"),
        ({"code_kind": CodeKind.COMMON}, "common_code"),
        ({"code_kind": CodeKind.COMMON, "code_shape": CodeShape.BARCODE, "common_code": "春"}, "common_code"),
        ({"media_id": 999}, "media_id"),
        ({"home": CouponHome.LINE}, "starts_at"),
        ({"home": CouponHome.LINE, "conditions": "あ" * 101}, "conditions"),
    ],
)
def test_what_is_wrong_names_its_field(session: Session, over: dict[str, Any], field: str) -> None:
    with pytest.raises(DomainError) as refused:
        coupons.create(session, CouponDraft(**{"name": "春", "title": "春"} | over), now=NOW)
    assert refused.value.field == field


def test_a_copy_is_given_out_by_nobody_yet_and_a_used_one_is_not_deleted(session: Session, ann: Friend) -> None:
    coupon = offered(session, supply=9)
    coupons.give(session, coupon, ann, by_hand())
    twin = coupons.copy(session, coupon, now=NOW)
    assert (twin.state, twin.taken, twin.supply, twin.code != coupon.code) == (CouponState.DRAFT, 0, 9, True)
    coupons.delete(session, twin)
    with pytest.raises(DomainError, match="削除できません"):
        coupons.delete(session, coupon)


def test_numbers_tell_how_it_goes(session: Session, ann: Friend) -> None:
    staff, coupon = a_staff(session), offered(session, uses_each=2)
    first = coupons.give(session, coupon, ann, by_hand())
    coupons.give(session, coupon, a_friend(session, display_name="佐藤", search_text="佐藤"), by_hand())
    session.add(_lost(coupon, a_friend(session)))
    for token in "ab":
        used = coupons.redeem(session, first, token=token, staff_id=staff.id, now=NOW)
    assert used is not None
    coupons.undo(session, used, staff_id=staff.id, now=NOW)
    count = coupons.counts(session, [coupon.id])[coupon.id]
    assert (count.obtained, count.lost, count.users, count.uses, count.rate) == (2, 1, 1, 1, 50)
    assert statistics.days(session, coupon, now=NOW)[-1].obtained == 2
    assert statistics.days(session, coupon, now=NOW + timedelta(days=1))[-2].used == 1
    assert [each.friend.name for each in statistics.page(session, coupon, now=NOW, text="佐藤").tickets] == ["佐藤"]
    assert statistics.page(session, coupon, now=NOW, text=first.number).tickets == [first]
    assert statistics.page(session, coupon, now=NOW, state="lost").total_count == 1


def test_the_condition_means_what_it_says(session: Session, ann: Friend) -> None:
    staff, coupon = a_staff(session), offered(session, days=5)
    unused, lost, nobody = (a_friend(session) for _ in range(3))
    used = coupons.give(session, coupon, ann, by_hand())
    coupons.redeem(session, used, token="t", staff_id=staff.id, now=NOW)
    coupons.give(session, coupon, unused, by_hand())
    session.add(_lost(coupon, lost))
    session.flush()
    everybody = {friend.id for friend in (ann, unused, lost, nobody)}

    def who(how: str, days: int = 0, now: datetime = NOW) -> set[int]:
        row = {"id": "c", "kind": "coupon", "data": {"coupon_id": coupon.id, "how": how, "days": days}}
        within = segments.condition(session, {"all": [row], "any": []}, now=now)
        return set(session.scalars(sa.select(Friend.id).where(within, Friend.id.in_(everybody))))

    assert who("obtained") == {ann.id, unused.id}
    assert who("unused") == {unused.id} and who("unused", now=NOW + timedelta(days=7)) == set()
    assert who("used") == {ann.id}
    assert who("lost") == {lost.id}
    assert who("none") == {lost.id, nobody.id}
    assert who("expiring", 6) == {unused.id} and who("expiring", 3) == set()


def test_uses_are_counted_by_the_database(session: Session, ann: Friend) -> None:
    coupon = offered(session)
    ticket = coupons.give(session, coupon, ann, by_hand())
    session.execute(sa.update(CouponTicket).values(uses=1), execution_options={"synchronize_session": False})
    with pytest.raises(DomainError, match="使用済み"), session.begin_nested():
        tickets.use(session, ticket, by_hand(occurrence="another process was faster"))
    assert session.scalars(sa.select(CouponUse)).all() == []
