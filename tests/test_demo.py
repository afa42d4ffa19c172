"""The demo salon's automation is whole, and does what a first look is promised."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from lstep_lite import (
    demo,
    demo_bookings,
    demo_events,
    demo_menus,
    demo_reservations,
    demo_story,
    demo_surveys,
    demo_timed,
)
from lstep_lite.engine import (
    actions,
    broadcasts,
    greetings,
    marks,
    messages,
    reminders,
    rich_menus,
    scenarios,
    scores,
    surveys,
    tags,
    taps,
)
from lstep_lite.engine.actions import Trigger
from lstep_lite.engine.auto_replies.rules import PLACE
from lstep_lite.engine.reservations.events import listing
from lstep_lite.engine.reservations.keeping import hours, pages, providers
from lstep_lite.engine.reservations.transitions import counting
from lstep_lite.engine.rich_menus import showing
from lstep_lite.models import (
    ActionSet,
    AutoReply,
    BookingCustomer,
    Broadcast,
    BroadcastState,
    Delivery,
    EnrolmentState,
    Friend,
    GreetingKind,
    Notification,
    Reservation,
    ReservationState,
    SurveyAnswer,
    Template,
)
from tests.factories import NOW, a_friend, a_publication


def test_asking_for_prices_and_bookings_calls_the_staff(session):
    assert demo.seed(session, password_hash="-", now=NOW)
    demo_story.tell(session, now=NOW)
    friend = a_friend(session)
    for number, name in enumerate(("料金", "予約", "予約")):
        rule = session.scalars(sa.select(AutoReply).filter_by(name=name)).one()
        actions.run_at(session, PLACE, rule.id, friend, Trigger(occurrence=str(number), now=NOW))
    assert {each.tag.name for each in tags.of(session, friend)} == {"予約の相談", "料金が気になる"}
    assert [each.standing.total for each in scores.of(session, friend)] == [demo_story.ENOUGH_POINTS]
    assert marks.of(session, friend).name == demo_story.FOLLOW_UP
    assert session.scalar(sa.select(sa.func.count()).select_from(Notification)) == 1


def test_cards_answer_and_congratulate(session):
    demo.seed(session, password_hash="-", now=NOW)
    demo_story.tell(session, now=NOW)
    [rule] = session.scalars(sa.select(AutoReply).filter_by(name="料金"))
    context = messages.context(session, rule.blocks, public_url="https://salon.example", now=NOW)
    assert [each["type"] for each in messages.render(context, a_friend(session))] == ["text", "flex"]
    made = session.scalars(sa.select(Template.name)).all()
    assert {"メニューと料金", "10%OFFクーポン", "ご来店アンケート"} <= set(made)


def test_nothing_in_it_is_broken_and_it_is_told_once(session):
    demo.seed(session, password_hash="-", now=NOW)
    demo_story.tell(session, now=NOW)
    assert not demo.seed(session, password_hash="-", now=NOW)
    for action_set in session.scalars(sa.select(ActionSet)):
        assert not actions.is_broken(session, action_set)
        assert actions.label(session, action_set) != "削除された設定"


def test_its_friends_are_under_way_and_a_broadcast_has_a_result(session):
    demo.seed(session, password_hash="-", now=NOW)
    demo_story.tell(session, now=NOW)
    demo_timed.tell(session, now=NOW)
    [scenario] = scenarios.in_order(session)
    assert scenario.is_on and not scenarios.problems(session, scenario)
    counts = scenarios.counts(session, scenario)
    assert (counts[EnrolmentState.ACTIVE], counts[EnrolmentState.FINISHED]) == (3, 2)
    assert greetings.actions_of(session, GreetingKind.NEW) is not None
    [reminder] = reminders.in_order(session)
    assert reminder.is_on and reminders.waiting_counts(session) == {reminder.id: 3}
    sent = session.scalars(sa.select(Broadcast).filter_by(state=BroadcastState.DONE)).one()
    shown = broadcasts.results(session, sent, now=NOW)
    assert [(each.numbers["sent"], each.tapped) for each in shown.versions] == [(4, 3), (4, 0)]
    assert broadcasts.counts(session) == {BroadcastState.DONE: 1, BroadcastState.DRAFT: 1}


def test_its_form_is_open_and_has_answers(session):
    demo.seed(session, password_hash="-", now=NOW)
    demo_story.tell(session, now=NOW)
    demo_timed.tell(session, now=NOW)
    demo_surveys.tell(session, now=NOW)
    [survey] = surveys.in_order(session)
    assert (survey.is_open, survey.answers_count) == (True, len(demo_surveys.ANSWERS))
    answers = session.scalars(sa.select(SurveyAnswer).order_by(SurveyAnswer.id)).all()
    assert [each.friend.name for each in answers] == ["山田 花子", "鈴木 陽菜", "高橋 結衣", "渡辺 凛"]
    said = {value["label"]: value["text"] for value in answers[0].values}
    assert said["全体の満足度"] and "仕上がり" in said[demo_surveys.GOOD] and said[demo_surveys.AGAIN] == "ぜひ来たい"


def test_its_booking_page_can_be_booked_on(session):
    demo.seed(session, password_hash="-", now=NOW)
    demo_reservations.tell(session, now=NOW)
    [page] = pages.in_order(session)
    assert (page.is_open, pages.problems(session, page)) == (True, [])
    rule = session.scalars(sa.select(AutoReply).filter_by(name="予約")).one()
    assert [block["kind"] for block in rule.blocks] == ["template"], "its three buttons lead there"
    assert hours.unmanned(session, today=NOW.date(), now=NOW) == []
    assert [each.name for each in providers.in_order(session)] == ["佐藤", "鈴木", "高橋"]


def test_its_event_is_full_on_its_first_date_and_somebody_waits(session):
    demo.seed(session, password_hash="-", now=NOW)
    demo_story.tell(session, now=NOW)
    demo_timed.tell(session, now=NOW)
    demo_reservations.tell(session, now=NOW)
    demo_events.tell(session, now=NOW)
    demo_events.fill(session, now=NOW)
    [listed] = listing.listed(session, now=NOW)
    first, *others = listing.offered(session, listed.event, None, now=NOW).offered
    assert (first.is_full, first.waiting, len(others)) == (True, 1, 3)
    assert all(each.can_book for each in others)


def test_its_menus_can_be_published_and_members_get_their_own(session):
    demo.seed(session, password_hash="-", now=NOW)
    demo_menus.tell(session, now=NOW)
    everybody, members = rich_menus.in_order(session)
    for menu in (everybody, members):
        examined = rich_menus.examine(session, menu.document)
        assert (examined.problems, examined.warnings) == ([], [])
        rich_menus.go_live(session, menu, a_publication(session, menu), now=NOW)
    told = sum(placed.tap["do"] == "actions" for placed in taps.placed(rich_menus.INPUTS, everybody.document))
    assert told == len(demo_menus.ANSWERS), "every answer has its button"
    friend = a_friend(session)
    assert showing.effective_menu_id(session, friend, NOW) == everybody.id
    rule = session.scalars(sa.select(AutoReply).filter_by(name=demo_menus.JOIN)).one()
    actions.run_at(session, PLACE, rule.id, friend, Trigger(occurrence="joined", now=NOW))
    assert showing.effective_menu_id(session, friend, NOW) == members.id


@pytest.mark.parametrize("later", [3, *(pytest.param(each, marks=pytest.mark.slow) for each in (0, 11, 36, 96))])
def test_its_desk_has_work_and_its_past_has_numbers(session, later):
    now = NOW + timedelta(hours=later)
    demo.seed(session, password_hash="-", now=now)
    demo_story.tell(session, now=now)
    demo_timed.tell(session, now=now)
    demo_reservations.tell(session, now=now)
    demo_bookings.tell(session, now=now)
    demo_bookings.tell_day(session, now=now)
    count = sa.select(Reservation.state, sa.func.count()).group_by(Reservation.state)
    states = dict(session.execute(count).all())
    assert states[ReservationState.COMPLETED] > 250 and states[ReservationState.REQUESTED] == 1
    assert states[ReservationState.NO_SHOW] and states[ReservationState.CANCELLED]
    assert session.scalars(sa.select(Reservation).where(Reservation.needs_look)).one()
    assert states[ReservationState.CONFIRMED] >= 4
    assert not session.scalars(sa.select(Delivery).where(Delivery.source.contains("reservation"))).all()
    for friend in session.scalars(sa.select(Friend)):
        kept, found = session.get(BookingCustomer, friend.id), counting.counts(session, friend.id)
        assert kept is None or (kept.visits, kept.next_due_on) == (found["visits"], found["next_due_on"])
