"""What customers are shown: weeks near and far, people with their own times and prices, a file for their calendar."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.availability.plans import Wish
from lstep_lite.engine.reservations.customer import calendar_file, details, offering, week_view
from lstep_lite.engine.reservations.customer.offering import Looking
from lstep_lite.engine.reservations.transitions import booking
from lstep_lite.models import BookingCustomer, Friend, ProviderSkill
from tests.engine.reservations.salon import FRIDAY, NOON, TEN, TODAY, Salon, a_salon, order
from tests.factories import NOW, a_friend, a_question, a_survey_page


@pytest.fixture
def salon(session: Session) -> Salon:
    return a_salon(session)


@pytest.fixture
def ann(session: Session, salon: Salon) -> Friend:
    return a_friend(session)


def looking(session: Session, salon: Salon, friend: Friend, provider_id: int | None = None) -> Looking:
    return offering.looking(session, salon.page, friend, Wish((salon.cut,), (), provider_id))


def test_a_week_knows_its_neighbours_and_the_soonest_days(session: Session, salon: Salon, ann: Friend) -> None:
    for_cut = looking(session, salon, ann)
    first = week_view.week(session, for_cut, None, now=NOW)
    assert (first.days[0], first.previous, first.next) == (TODAY, None, TODAY + timedelta(days=7))
    assert [(each.day, each.minute) for each in first.soonest] == [
        (TODAY, NOON),
        (FRIDAY, TEN),
        (FRIDAY + timedelta(days=1), TEN),
    ]
    far = week_view.week(session, for_cut, date(2026, 4, 30), now=NOW)
    assert (far.previous, far.next, far.opens) == (date(2026, 4, 23), None, "60日前")
    assert not far.soonest and not far.is_empty
    later = week_view.week(session, for_cut, date(2026, 6, 1), now=NOW)
    assert later.is_empty and later.following is None


def test_the_week_of_a_booking_that_moves_has_its_own_time_open(session: Session, salon: Salon, ann: Friend) -> None:
    made = booking.order(session, ann, order(salon, provider_id=salon.sato), page=salon.page, now=NOW)
    again = looking(session, salon, ann, salon.sato)
    moving = Looking(again.plan, again.policy, again.page, ann.id, made.id)
    assert mark_at(week_view.week(session, again, None, now=NOW)) == "×"
    assert mark_at(week_view.week(session, moving, None, now=NOW)) == "○"


def mark_at(week: week_view.Week) -> str:
    """On Friday at ten."""
    row = next(each for each in week.rows if each.minute == TEN)
    cell = row.cells[week.days.index(FRIDAY)]
    return cell.mark.value if cell is not None else ""


def test_people_stand_with_their_own_time_and_price(session: Session, salon: Salon, ann: Friend) -> None:
    skill = session.get_one(ProviderSkill, (salon.sato, salon.cut))
    skill.segments, skill.price = [{"kind": "work", "minutes": 90}], 6600
    session.flush()
    found = offering.people(session, looking(session, salon, ann), now=NOW)
    sato = next(each for each in found.persons if each.provider.id == salon.sato)
    assert (sato.minutes, sato.plan.price, sato.plan.fee) == (90, 6600 + 550, 550)
    assert found.takes_free and found.soonest is not None and found.soonest.minute == NOON


def test_what_is_known_is_not_asked_again(session: Session, salon: Salon, ann: Friend) -> None:
    first, again = (details.document(salon.page, is_repeat=each) for each in (False, True))
    assert not details.is_settled(session, first, ann, now=NOW)
    ann.real_name, ann.kana, ann.phone = "花田 桜", "はなだ さくら", "09012345678"
    session.flush()
    assert details.is_settled(session, first, ann, now=NOW)
    salon.page.first_document = {"pages": [a_survey_page(a_question(label="ご紹介者"), a_question("file"))]}
    asked = details.document(salon.page, is_repeat=False)
    assert [part["label"] for part in asked["pages"][0]["parts"]][3:] == ["ご紹介者", "ご要望（任意）"]
    assert not details.is_settled(session, asked, ann, now=NOW), "a question was not answered yet"
    session.add(BookingCustomer(friend_id=ann.id, visits=1))
    session.flush()
    assert details.for_friend(session, salon.page, ann) == again


def test_the_file_for_calendars_folds_long_lines_between_characters(
    session: Session, salon: Salon, ann: Friend
) -> None:
    made = booking.order(session, ann, order(salon), page=salon.page, now=NOW)
    place = "東京都渋谷区神南1-2-3, ハナビル; 2階のいちばん奥にある小さなサロンです。" * 3
    text = calendar_file.text(made, title="サロン花 ご予約", place=place, now=NOW)
    lines = text.split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    unfolded = text.replace("\r\n ", "")
    assert "LOCATION:" + place.replace(",", "\\,").replace(";", "\\;") in unfolded
    assert f"UID:{made.code}@lstep-lite" in unfolded and "カット" not in unfolded
