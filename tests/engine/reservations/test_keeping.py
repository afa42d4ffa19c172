"""Setting up bookings: what is refused, what bookings keep, and what is looked over."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from lstep_lite.db import savepoint
from lstep_lite.engine import business_days
from lstep_lite.engine.reservations import by_staff
from lstep_lite.engine.reservations.availability import facts, opening, policies, scenes
from lstep_lite.engine.reservations.availability.facts import Hours
from lstep_lite.engine.reservations.keeping import (
    closures,
    courses,
    hours,
    pages,
    pools,
    presets,
    providers,
    questions,
    quick,
    settings,
    shift_files,
    shifts,
)
from lstep_lite.engine.reservations.keeping.closures import ClosureDraft
from lstep_lite.engine.reservations.keeping.courses import CourseDraft
from lstep_lite.engine.reservations.keeping.hours import DayDraft, Holidays, WeekDraft
from lstep_lite.engine.reservations.keeping.pages import PageDraft
from lstep_lite.engine.reservations.keeping.pools import PoolDraft
from lstep_lite.engine.reservations.keeping.providers import ProviderDraft, SkillDraft
from lstep_lite.engine.reservations.keeping.questions import Which
from lstep_lite.engine.reservations.keeping.saving import WouldNotFit
from lstep_lite.engine.reservations.keeping.settings import SettingsDraft
from lstep_lite.engine.reservations.keeping.shifts import Week
from lstep_lite.engine.surveys import Refused
from lstep_lite.errors import DomainError
from lstep_lite.models import (
    Course,
    CourseState,
    DayKind,
    PoolKind,
    Provider,
    ProviderState,
    ReservationSettings,
    Shift,
    Shop,
    SpecialHours,
)
from tests.engine.reservations.salon import FRIDAY, NOON, TEN, TODAY, Salon, a_salon, at
from tests.engine.reservations.test_booking import book
from tests.factories import NOW, a_friend, a_question, a_shop, a_survey_choice

BY = by_staff(None)
ALL_DAY = ((TEN, 1140),)
WEEK = {str(day): ALL_DAY for day in range(7)}
NINE, THIRTEEN, FOURTEEN = 540, 780, 840


@pytest.fixture
def salon(session) -> Salon:
    return a_salon(session)


@pytest.fixture
def booked(session, salon):
    """On Friday from noon to one, with 佐藤."""
    return book(session, a_friend(session, display_name="山田 花子"), salon, minute=NOON, provider_id=salon.sato)


def version(session):
    return session.get_one(ReservationSettings, 1).version


# Hours ---------------------------------------------------------------------------------------------------------------


def test_hours_that_leave_a_booking_outside_are_told_before_they_are_kept(session, salon, booked):
    shorter = WeekDraft({**WEEK, "4": ((FOURTEEN, 1140),)}, (), Holidays.AS_WEEKDAY)
    with pytest.raises(WouldNotFit, match="山田 花子様") as refused, session.begin_nested():
        hours.update_week(session, shorter, by=BY, now=NOW)
    assert refused.value.field == "anyway"
    session.refresh(booked)
    assert not booked.needs_look
    hours.update_week(session, shorter, by=BY, now=NOW, anyway=True)
    session.refresh(booked)
    assert booked.needs_look and booked.state.value == "confirmed"
    hours.update_week(session, WeekDraft(WEEK, (), Holidays.AS_WEEKDAY), by=BY, now=NOW)
    session.refresh(booked)
    assert not booked.needs_look


@pytest.mark.parametrize(
    ("draft", "words"),
    [
        (WeekDraft({}, range(7), Holidays.CLOSED), "1つ以上"),
        (WeekDraft({**WEEK, "2": ()}, (), Holidays.AS_WEEKDAY), "水曜日"),
        (WeekDraft({**WEEK, "2": ((TEN, 2160),)}, (), Holidays.AS_WEEKDAY), "翌日の営業"),
        (WeekDraft({**WEEK, "2": ((603, 1140),)}, (), Holidays.AS_WEEKDAY), "5分単位"),
        (WeekDraft({**WEEK, "2": ((TEN, 900), (840, 1140))}, (), Holidays.AS_WEEKDAY), "重なっています"),
    ],
)
def test_a_week_that_does_not_hold_together_is_refused(session, salon, draft, words):
    with pytest.raises(DomainError, match=words) as refused:
        hours.update_week(session, draft, by=BY, now=NOW)
    assert refused.value.field == "hours"


@pytest.mark.parametrize("holidays", list(Holidays))
def test_what_is_said_of_holidays_is_read_back(session, salon, holidays):
    hours.update_week(session, WeekDraft(WEEK, (2,), holidays, ((1, 3),)), by=BY, now=NOW)
    kept, shop = session.get_one(ReservationSettings, 1), session.get_one(Shop, 1)
    assert (hours.holidays(kept, shop), shop.closed_weekdays) == (holidays, [2])
    known = opening.load(session)
    assert not known.ranges(date(2026, 3, 17)), "the third Tuesday is a rest"
    assert known.ranges(date(2026, 3, 10))
    assert bool(known.ranges(date(2026, 3, 20))) is (holidays is not Holidays.CLOSED)  # 春分の日, a Friday


def test_a_special_day_runs_neither_into_the_next_nor_from_the_one_before(session, salon):
    with pytest.raises(DomainError, match="重なっています"):
        hours.put_day(session, DayDraft(FRIDAY, ((TEN, 2160),)), by=BY, now=NOW)
    hours.put_day(session, DayDraft(FRIDAY, ((TEN, 1500),), "夜間営業"), by=BY, now=NOW)
    assert opening.load(session).ranges(FRIDAY) == ((TEN, 1500),)
    hours.remove_day(session, FRIDAY, by=BY, now=NOW)
    assert session.get(SpecialHours, FRIDAY) is None


def test_a_day_opened_specially_without_anybody_at_work_is_pointed_out(session, salon):
    for provider in providers.in_order(session):
        shifts.put(session, {(provider.id, FRIDAY): Hours()}, by=BY, now=NOW)
    assert hours.unmanned(session, today=TODAY, now=NOW) == [FRIDAY]


def test_business_days_set_elsewhere_flag_bookings_too(session, salon, booked):
    shut = business_days.DayDraft(FRIDAY, DayKind.CLOSED)
    hours.around(session, lambda: business_days.put(session, shut), by=BY, now=NOW)
    session.refresh(booked)
    assert booked.needs_look


# Every change is noticed ---------------------------------------------------------------------------------------------


def test_every_change_raises_the_version(session, salon):
    before = version(session)
    pool = pools.create(session, PoolDraft("個室", PoolKind.ROOM, 1), now=NOW)
    pools.update(session, pool, PoolDraft("個室", PoolKind.ROOM, 2), by=BY, now=NOW)
    pools.remove(session, pool, now=NOW)
    category = courses.create_category(session, "ケア", now=NOW)
    courses.move_category(session, category, by=-1, now=NOW)
    provider = providers.create(session, ProviderDraft("高橋"), now=NOW)
    providers.teach(session, provider, {salon.cut: SkillDraft((45,), 6000)}, now=NOW)
    closure = closures.create(session, ClosureDraft(at(FRIDAY, NOON), at(FRIDAY, THIRTEEN)), by=BY, now=NOW)
    closures.remove(session, closure, by=BY, now=NOW)
    assert version(session) == before + 9


def test_another_policy_to_agree_to_has_another_version(session, salon):
    draft = SettingsDraft(replace(policies.DEFAULTS, consent_text="前日まで"))
    settings.update(session, draft, now=NOW)
    settings.update(session, replace(draft, few_left=3), now=NOW)
    kept = policies.parse(session.get_one(ReservationSettings, 1).policy)
    assert (kept.consent_text, kept.consent_version) == ("前日まで", 2)


def test_whoever_decides_on_bookings_has_an_hour_to_answer(session, salon):
    late = policies.parse({"closes": [{"kind": "minutes", "minutes": 30}]})
    asking = replace(late, approval=policies.Approval.ALL)
    course = CourseDraft("縮毛矯正", [{"kind": "work", "minutes": 180}], policy={"approval": "all"})
    page = PageDraft("夜の予約", "ご予約", policy={"approval": "new"})
    settings.update(session, SettingsDraft(late), now=NOW)
    for do, field, words in (
        (lambda: settings.update(session, SettingsDraft(asking), now=NOW), "close_minutes", "60分以上前"),
        (lambda: courses.create(session, course, provider_ids=(), now=NOW), "own_close_minutes", "「縮毛矯正」"),
        (lambda: pages.create(session, page, now=NOW), "own_close_minutes", "「夜の予約」"),
    ):
        with pytest.raises(DomainError, match=words) as caught, savepoint(session):
            do()
        assert caught.value.field == field
    the_day_before = policies.Cut(policies.CutKind.DAY_BEFORE, days=1, at=1080)
    for closes in ((policies.Cut(minutes=60),), (policies.Cut(minutes=0), the_day_before)):
        settings.update(session, SettingsDraft(replace(asking, closes=closes)), now=NOW)


# What bookings refer to ----------------------------------------------------------------------------------------------


def test_a_course_with_bookings_is_retired_and_another_is_gone(session, salon, booked):
    assert not courses.remove(session, session.get_one(Course, salon.cut), now=NOW)
    assert session.get_one(Course, salon.cut).state is CourseState.RETIRED
    assert courses.remove(session, session.get_one(Course, salon.color), now=NOW)
    session.flush()
    assert session.get(Course, salon.color) is None


def test_somebody_with_bookings_ahead_does_not_go_and_later_is_retired(session, salon, booked):
    sato = providers.get(session, salon.sato)
    with pytest.raises(DomainError, match="1件"):
        providers.remove(session, sato, now=NOW)
    assert not providers.remove(session, sato, now=NOW + timedelta(days=3))
    assert sato.state is ProviderState.RETIRED
    assert providers.remove(session, providers.get(session, salon.suzuki), now=NOW)
    assert session.get(Provider, salon.suzuki) is None


def test_the_last_day_of_somebody_flags_what_lies_after_it(session, salon, booked):
    leaving = ProviderDraft("佐藤", retires_on=FRIDAY)
    with pytest.raises(WouldNotFit):
        providers.update(session, providers.get(session, salon.sato), leaving, by=BY, now=NOW)
    gone = replace(leaving, state=ProviderState.RETIRED)
    with pytest.raises(DomainError, match="退職日だけ") as refused:
        providers.update(session, providers.get(session, salon.sato), gone, by=BY, now=NOW)
    assert refused.value.field == "state", "they would be gone from today"


def test_a_closure_flags_and_never_refuses(session, salon, booked):
    draft = ClosureDraft(at(FRIDAY, NOON), at(FRIDAY, THIRTEEN), provider_id=salon.sato)
    closures.create(session, draft, by=BY, now=NOW)
    session.refresh(booked)
    assert booked.needs_look


def test_seats_that_the_menu_needs_stay(session, salon):
    with pytest.raises(DomainError, match="カット"):
        pools.remove(session, pools.get(session, salon.seats), now=NOW)


# The menu and who does it --------------------------------------------------------------------------------------------


def test_own_minutes_are_for_all_parts_or_none(session, salon):
    sato = providers.get(session, salon.sato)
    providers.teach(session, sato, {salon.color: SkillDraft((40, 30, 40), 9900), salon.cut: SkillDraft((60,))}, now=NOW)
    kept = providers.skills(session, sato)
    assert (kept[salon.color].minutes, kept[salon.color].price) == ([40, 30, 40], 9900)
    assert kept[salon.cut].minutes == [], "the same as the menu's is not their own"
    with pytest.raises(DomainError, match="すべての欄"):
        providers.teach(session, sato, {salon.color: SkillDraft((40, 30))}, now=NOW)


def test_who_did_a_course_already_keeps_their_own_time(session, salon):
    sato = providers.get(session, salon.sato)
    providers.teach(session, sato, {salon.cut: SkillDraft((45,))}, now=NOW)
    draft = CourseDraft("カット", [{"kind": "work", "minutes": 60}], 6600)
    both = [salon.sato, salon.suzuki]
    courses.update(session, session.get_one(Course, salon.cut), draft, provider_ids=both, now=NOW)
    assert providers.skills(session, sato)[salon.cut].minutes == [45]


# Shifts --------------------------------------------------------------------------------------------------------------


def test_a_pattern_from_a_day_on_leaves_the_days_before(session, salon):
    sato = providers.get(session, salon.sato)
    later = Week({"4": Hours(((NINE, NOON),))}, FRIDAY + timedelta(days=7))
    shifts.put_week(session, sato, later, by=BY, now=NOW)
    known = facts.load(session, FRIDAY, FRIDAY + timedelta(days=8), now=NOW)
    person = next(each for each in known.people if each.id == sato.id)
    assert scenes.hours_of(known, person, FRIDAY).ranges == ALL_DAY
    assert scenes.hours_of(known, person, FRIDAY + timedelta(days=7)).ranges == ((NINE, NOON),)
    assert scenes.hours_of(known, person, FRIDAY + timedelta(days=8)).ranges == (), "the other days are off"


def test_a_break_outside_the_hours_names_the_day(session, salon):
    week = Week({"4": Hours(((TEN, NOON),), ((THIRTEEN, FOURTEEN),))})
    with pytest.raises(DomainError, match="金曜日：休憩"):
        shifts.put_week(session, providers.get(session, salon.sato), week, by=BY, now=NOW)


def test_last_months_shifts_come_by_weekday_and_keep_what_is_there(session, salon):
    first, second = date(2026, 2, 6), date(2026, 2, 13)  # the first and second Friday of February
    shifts.put(session, {(salon.sato, first): Hours(), (salon.sato, second): Hours(ALL_DAY)}, by=BY, now=NOW)
    shifts.put(session, {(salon.sato, FRIDAY): Hours(((NINE, NOON),))}, by=BY, now=NOW)
    assert shifts.copy_month(session, date(2026, 3, 1), by=BY, now=NOW) == 1
    rows = {row.day: row.ranges for row in session.scalars(sa.select(Shift).where(Shift.day >= date(2026, 3, 1)))}
    assert rows == {FRIDAY: [[NINE, NOON]], date(2026, 3, 13): [[TEN, 1140]]}


def test_a_month_comes_back_from_its_file(session, salon):
    wanted = {(salon.sato, FRIDAY): Hours(((NINE, NOON), (THIRTEEN, 1500)), ((600, 630),))}
    shifts.put(session, wanted, by=BY, now=NOW)
    content = b"".join(shift_files.lines(shifts.month(session, date(2026, 3, 1), now=NOW)))
    assert shift_files.parse(session, content)[salon.sato, FRIDAY] == wanted[salon.sato, FRIDAY]
    assert shift_files.parse(session, content.decode("utf-8-sig").encode("cp932"))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("3月6日,,佐藤,10:00-19:00,", "日付"),
        ("9999-12-31,金,佐藤,10:00-19:00,", "日付"),
        ("2026/3/6,金,田中,10:00-19:00,", "田中"),
        ("2026-03-06,金,佐藤,朝から,", "10:00-19:00"),
        ("2026-03-06,金,佐藤,19:00-10:00,", "終わりの時刻"),
    ],
)
def test_one_wrong_line_of_a_file_is_named(session, salon, line, words):
    content = f"日付,曜日,担当者,勤務時間,休憩\r\n2026-03-05,木,佐藤,休み,\r\n{line}\r\n"
    with pytest.raises(DomainError, match=f"3行目.*{words}"):
        shift_files.parse(session, content.encode())


# Booking pages -------------------------------------------------------------------------------------------------------


def test_a_page_on_which_nobody_could_book_is_not_opened(session, salon):
    page = pages.get(session, salon.page_id)
    pages.switch(session, page, False, now=NOW)
    for provider in providers.in_order(session):
        providers.teach(session, provider, {}, now=NOW)
    with pytest.raises(DomainError, match="担当できるスタッフ"):
        pages.switch(session, page, True, now=NOW)
    assert not page.is_open


def test_questions_are_kept_without_what_only_forms_do(session, salon):
    page = pages.get(session, salon.page_id)
    limited = a_survey_choice("肩", seats=3, score=5)
    asked = a_question("radio", label="気になるところ", choices=[limited, a_survey_choice("腰")])
    questions.update(session, page, Which.FIRST, _asking(asked), now=NOW)
    [kept] = page.first_document["pages"][0]["parts"]
    assert [(each["label"], each["seats"], each["score"]) for each in kept["choices"]] == [("肩", 0, 0), ("腰", 0, 0)]
    with pytest.raises(Refused):
        questions.update(session, page, Which.FIRST, _asking({**asked, "label": ""}), now=NOW)
    questions.update(session, page, Which.FIRST, _asking(), now=NOW)
    assert page.first_document == {}


def _asking(*parts):
    return {"pages": [{"kind": questions.PAGE.name, "id": "p1", "parts": list(parts)}]}


# The guided path -----------------------------------------------------------------------------------------------------


def test_from_nothing_to_an_open_page(session):
    a_shop(session)
    presets.take(session, presets.get("hair"), now=NOW)
    quick.add_person(session, ProviderDraft("佐藤"), day_off=[0], breaks=((THIRTEEN, FOURTEEN),), by=BY, now=NOW)
    page = quick.open_first(session, now=NOW)
    assert page.is_open and all(step.is_done for step in quick.steps(session))
    [week] = shifts.weeks(session, providers.in_order(session)[0])
    assert week.hours["0"].ranges == () and week.hours["1"].breaks == ((THIRTEEN, FOURTEEN),)
