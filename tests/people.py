"""Random friends: what the SQL of a condition (tests/trees.py) says about them is compared with tests/judging.py."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import (
    friends,
    registry,  # noqa: F401 - every kind of condition registers itself
    rich_menus,
    text,
)
from lstep_lite.engine.rich_menus.showing import defaults
from lstep_lite.engine.segments import Tree
from lstep_lite.models import (
    AnswerState,
    BookedBy,
    BookingCustomer,
    Countdown,
    CountdownState,
    CouponTicket,
    Course,
    DeliveryState,
    Enrolment,
    EnrolmentState,
    FieldOption,
    FieldPick,
    FieldType,
    FieldValue,
    Friend,
    FriendMenu,
    FriendTag,
    Mark,
    Recipient,
    RecipientState,
    Reservation,
    ReservationLine,
    ReservationState,
    ScoreTotal,
    Segment,
    SurveyAnswer,
    SurveyPick,
    Tag,
    Tap,
    TicketBook,
    TicketState,
)
from tests.factories import (
    NOW,
    a_broadcast,
    a_coupon,
    a_delivery,
    a_field,
    a_friend,
    a_menu_tab,
    a_question,
    a_reminder,
    a_rich_menu,
    a_scenario,
    a_score,
    a_shown_menu,
    a_step,
    a_survey,
    a_survey_choice,
    a_tap,
    a_template,
    an_answer,
)

CODES = ("first", "second")
GONE = 999_999
"""An id that no row has."""
WORDS = ("さくら", "サクラ", "佐藤", "ＡＢＣ", "abc", "100%", "a_b", "\\", "花 子", "")
MOMENTS = tuple(NOW - timedelta(days=days, hours=hours) for days in (0, 1, 29, 30, 31, 365) for hours in (0, 1, 2, 12))
BIRTHDAYS = tuple(
    date(year, *day) for year in (1990, 2000, 2026) for day in ((2, 28), (3, 4), (3, 5), (3, 6), (12, 31))
)
DAYS = tuple((NOW.date() - timedelta(days=days)).isoformat() for days in (0, 1, 29, 30, 31, 364, 365))


@dataclass
class Filled:
    """An answer to the form."""

    at: datetime
    score: int
    result: str
    picks: list[tuple[str, str, str, int | None]]
    """Question, choice, text and number."""


@dataclass
class Person:
    """One friend, as Python sees it."""

    friend: Friend
    tags: set[int] = field(default_factory=set)
    totals: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Total and recent total by score."""
    tickets: dict[int, tuple[TicketState, int, datetime | None]] = field(default_factory=dict)
    """State, uses and end by coupon."""
    answers: list[tuple[Tap, AnswerState, datetime]] = field(default_factory=list)
    """What was tapped, whether it counted, and when."""
    filled: list[Filled] = field(default_factory=list)
    got: dict[int, DeliveryState] = field(default_factory=dict)
    """What became of their message, by broadcast."""
    goals: dict[int, tuple[CountdownState, datetime]] = field(default_factory=dict)
    """By reminder."""
    ways: dict[int, tuple[EnrolmentState, str | None]] = field(default_factory=dict)
    """The state of the way through a scenario, and the step it waits for, by scenario."""
    menu: tuple[int | None, str | None] = (None, None)
    """The menu they are to see, and the code of the tab they chose."""
    bookings: list[tuple[ReservationState, datetime, int]] = field(default_factory=list)
    """What became of each, when it begins or began, and its course."""
    customer: BookingCustomer | None = None
    books: list[tuple[int, date | None]] = field(default_factory=list)
    """How many tickets are left of each, and its last day."""
    values: dict[str, Any] = field(default_factory=dict)
    """What fields hold, by key: a text, a whole number, a day, or the ids of options. Empty ones are missing."""


@dataclass
class World:
    people: list[Person]
    tags: list[int]
    marks: list[int]
    scores: list[int]
    coupons: list[int]
    taps: list[Tap]
    """Of two templates."""
    fields: dict[FieldType, str] = field(default_factory=dict)
    """The key of one field of some types."""
    options: list[int] = field(default_factory=list)
    broadcasts: list[int] = field(default_factory=list)
    """Two; the second is the first one sent again."""
    survey_id: int = 0
    asked: list[tuple[str, str]] = field(default_factory=list)
    """What can be asked of the form: question and choice; its results; all of it."""
    reminders: list[int] = field(default_factory=list)
    scenarios: dict[int, int] = field(default_factory=dict)
    """Their versions, by scenario."""
    menus: list[int] = field(default_factory=list)
    """The default, one for some, and one that is not published."""
    menu_tabs: dict[str, int] = field(default_factory=dict)
    """The default's, by code."""
    courses: list[int] = field(default_factory=list)
    segments: dict[int, Tree] = field(default_factory=dict)


def a_world(session: Session, seed: int, size: int = 40) -> World:
    chance = random.Random(seed)
    times = {"created_at": NOW, "updated_at": NOW}
    rows: list[Any] = [Tag(name=f"タグ{number}", position=number, **times) for number in range(4)]
    rows += [Mark(name=f"マーク{number}", position=number, **times) for number in range(3)]
    session.add_all(rows)
    session.flush()
    tags, marks = [[row.id for row in rows if isinstance(row, kind)] for kind in (Tag, Mark)]
    scores, coupons = [a_score(session).id for _ in range(2)], [a_coupon(session).id for _ in range(2)]
    world = World([], tags, marks, scores, coupons, _some_taps(session))
    for type in (FieldType.TEXT, FieldType.NUMBER, FieldType.DATE):
        world.fields[type] = f"field:{a_field(session, type).id}"
    choices = a_field(session, FieldType.CHOICES, "一", "二", "三")
    world.fields[FieldType.CHOICES] = f"field:{choices.id}"
    world.options = list(session.scalars(sa.select(FieldOption.id).filter_by(field_id=choices.id)))
    first = a_broadcast(session)
    world.broadcasts = [first.id, a_broadcast(session, resent_from_id=first.id).id]
    world.reminders = [a_reminder(session).id for _ in range(2)]
    found = [a_scenario(session, *(a_step("-", code=code) for code in CODES)) for _ in range(2)]
    world.scenarios = {scenario.id: scenario.live_version_id or 0 for scenario in found}
    _offer_menus(session, world)
    _ask(session, world)
    world.courses = [_a_course(session, name) for name in ("カット", "カラー")]
    for _ in range(size):
        world.people.append(_a_person(session, world, chance))
    session.flush()
    saved = Segment(name="保存した検索", position=1, tree=one("tag", how="any", tag_ids=tags[:1]), **times)
    session.add(saved)
    session.flush()
    world.segments[saved.id] = saved.tree
    return world


def one(kind: str, **data: Any) -> Tree:
    """A tree of one condition."""
    return {"all": [{"id": "c1", "kind": kind, "data": data}], "any": []}


def _some_taps(session: Session) -> list[Tap]:
    templates = [a_template(session, {"kind": "text", "text": "どうぞ"}) for _ in range(2)]
    return [a_tap(session, template) for template in templates for _ in range(2)]


def _a_person(session: Session, world: World, chance: random.Random) -> Person:
    has_line = chance.random() < 0.85
    friend = a_friend(
        session,
        line_user_id=f"U{chance.getrandbits(128):032x}" if has_line else None,
        display_name=chance.choice([None, *WORDS]),
        real_name=chance.choice([None, *WORDS]),
        memo=chance.choice(WORDS),
        lot_number=chance.getrandbits(31),
        mark_id=chance.choice([None, *world.marks]),
        is_following=has_line and chance.random() < 0.8,
        is_hidden=chance.random() < 0.15,
        is_blocked=chance.random() < 0.15,
        followed_at=chance.choice(MOMENTS),
        last_message_at=chance.choice([None, *MOMENTS]),
        last_reaction_at=chance.choice([None, *MOMENTS]),
    )
    friends.refresh_search_text(friend)
    person = Person(friend)
    for tag_id in chance.sample(world.tags, chance.randrange(len(world.tags))):
        session.add(FriendTag(friend_id=friend.id, tag_id=tag_id, attached_at=NOW, changed_by="staff"))
        person.tags.add(tag_id)
    for score_id in chance.sample(world.scores, chance.randrange(3)):
        total, recent = chance.randrange(-3, 12), chance.randrange(-3, 12)
        session.add(ScoreTotal(score_id=score_id, friend_id=friend.id, total=total, recent=recent))
        person.totals[score_id] = (total, recent)
    for coupon_id in chance.sample(world.coupons, chance.randrange(3)):
        _hold_coupon(session, coupon_id, person, chance)
    for tap in chance.sample(world.taps, chance.randrange(3)):
        state, at = chance.choice(list(AnswerState)), chance.choice(MOMENTS)
        an_answer(session, tap, friend, state=state, at=at)
        person.answers.append((tap, state, at))
    for _ in range(chance.randrange(3)):
        _fill_in(session, world, person, chance)
    for broadcast_id in chance.sample(world.broadcasts, chance.randrange(3)):
        _be_written_to(session, broadcast_id, person, chance)
    for reminder_id in chance.sample(world.reminders, chance.randrange(3)):
        _set_goal(session, reminder_id, person, chance)
    for scenario_id in chance.sample(list(world.scenarios), chance.randrange(3)):
        _send_on_way(session, world, scenario_id, person, chance)
    _show_a_menu(session, world, person, chance)
    _fill_fields(session, world, person, chance)
    for _ in range(chance.randrange(3)):
        _book(session, world, person, chance)
    if chance.random() < 0.6:
        _become_customer(session, person, chance)
    for _ in range(chance.choice((0, 0, 1, 2))):
        _buy_tickets(session, person, chance)
    return person


def _a_course(session: Session, name: str) -> int:
    course = Course(code=name, name=name, position=1, segments=[], created_at=NOW, updated_at=NOW)
    session.add(course)
    session.flush()
    return course.id


def _book(session: Session, world: World, person: Person, chance: random.Random) -> None:
    state, course_id = chance.choice(list(ReservationState)), chance.choice(world.courses)
    starts_at = NOW + chance.choice((-31, -30, -1, 0, 1, 7)) * timedelta(days=1) + timedelta(hours=1)
    person.bookings.append((state, starts_at, course_id))
    number = f"R-{person.friend.id}-{len(person.bookings)}"
    values = {"code": number, "number": number, "booked_by": BookedBy.LINE, "start_minute": 600, "price": 0}
    times = {"business_date": starts_at.date(), "starts_at": starts_at, "ends_at": starts_at + timedelta(hours=1)}
    line = ReservationLine(position=0, course_id=course_id, name="カット", minutes=60, price=0)
    stamps = {"created_at": NOW, "updated_at": NOW}
    row = Reservation(friend_id=person.friend.id, state=state, version=1, lines=[line], **values, **times, **stamps)
    session.add(row)


def _become_customer(session: Session, person: Person, chance: random.Random) -> None:
    counts = {name: chance.randrange(4) for name in ("visits", "no_shows", "cancellations", "late_cancellations")}
    dues = [None, *(NOW.date() + timedelta(days=days) for days in (-8, -7, 0, 7, 8))]
    values = {"last_visit_at": chance.choice([None, *MOMENTS]), "next_due_on": chance.choice(dues)}
    person.customer = BookingCustomer(friend_id=person.friend.id, **counts, **values)
    session.add(person.customer)


def _buy_tickets(session: Session, person: Person, chance: random.Random) -> None:
    left, end = chance.randrange(4), chance.choice([None, *(NOW.date() + timedelta(days=days) for days in (-1, 0, 7))])
    person.books.append((left, end))
    values = {"token": f"{len(person.books)}", "name": "回数券", "total": 5, "left": left, "expires_on": end}
    session.add(TicketBook(friend_id=person.friend.id, created_at=NOW, **values))


def _hold_coupon(session: Session, coupon_id: int, person: Person, chance: random.Random) -> None:
    state, uses = chance.choice(list(TicketState)), chance.randrange(3)
    end = chance.choice([None, *(NOW + timedelta(days=days) for days in (-1, 0, 1, 7))])
    person.tickets[coupon_id] = (state, uses, end)
    key = f"{coupon_id}-{person.friend.id}"
    values = {"state": state, "uses": uses, "expires_at": end, "obtained_at": NOW, "obtained_by": "customer"}
    session.add(CouponTicket(coupon_id=coupon_id, friend_id=person.friend.id, code=key, number=key, **values))


def _ask(session: Session, world: World) -> None:
    """A form with a choice, a number and a text."""
    question = a_question("radio", choices=[a_survey_choice(label) for label in ("赤", "青")])
    number, words = a_question("one_line", validation="integer"), a_question("long_text")
    results = [
        {"kind": "survey_result", "id": f"result-{n:04d}", "label": f"型{n}", "least": n, "most": n} for n in (1, 2)
    ]
    survey = a_survey(session, question, number, words, document={"scoring": "score", "results": results})
    choices = [(question["id"], each["id"]) for each in question["choices"]]
    world.survey_id, ids = survey.id, [each["id"] for each in results]
    world.asked = [("", ""), (question["id"], ""), *choices, (number["id"], ""), (words["id"], "")]
    world.asked += [("result", each) for each in ids]


def _fill_in(session: Session, world: World, person: Person, chance: random.Random) -> None:
    _, (question, _), (_, red), (_, blue), (number, _), (words, _), (_, first), (_, second) = world.asked
    score, typed = chance.randrange(5), chance.choice([word for word in WORDS if word])
    choice, label = chance.choice([(red, "赤"), (blue, "青")])
    picks = [(question, choice, label, None), (number, "", str(score), score), (words, "", typed, None)]
    filled = Filled(chance.choice(MOMENTS), score, chance.choice([first, second]), chance.sample(picks, 2))
    person.filled.append(filled)
    code = f"filled-{chance.getrandbits(64)}"
    values = {"code": code, "token": code, "survey_id": world.survey_id, "friend_id": person.friend.id}
    answer = SurveyAnswer(
        **values, revision=1, submitted_at=filled.at, values=[], score=score, result_code=filled.result
    )
    session.add(answer)
    session.flush()
    whose = {"answer_id": answer.id, "survey_id": world.survey_id, "friend_id": person.friend.id}
    for question_code, choice_code, said, held in filled.picks:
        about = {"question_code": question_code, "choice_code": choice_code, "text_key": text.normalise(said)}
        session.add(SurveyPick(**whose, **about, number=held))


def _be_written_to(session: Session, broadcast_id: int, person: Person, chance: random.Random) -> None:
    state = chance.choice([DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.UNKNOWN])
    person.got[broadcast_id] = state
    key = f"broadcasts:{broadcast_id}:{person.friend.id}"
    delivery = a_delivery(session, person.friend, state=state, dedupe_key=key)
    values = {"broadcast_id": broadcast_id, "friend_id": person.friend.id, "state": RecipientState.PUT}
    session.add(Recipient(delivery_id=delivery.id, **values))


def _set_goal(session: Session, reminder_id: int, person: Person, chance: random.Random) -> None:
    state = chance.choice(list(CountdownState))
    goal_at = NOW + timedelta(days=chance.choice((-1, 0, 1, 7)))
    person.goals[reminder_id] = (state, goal_at)
    values = {"origin": "test", "state": state, "goal_at": goal_at, "started_at": NOW, "version": 1}
    session.add(Countdown(reminder_id=reminder_id, friend_id=person.friend.id, **values))


def _send_on_way(session: Session, world: World, scenario_id: int, person: Person, chance: random.Random) -> None:
    state = chance.choice(list(EnrolmentState))
    next_code = chance.choice(CODES) if state is EnrolmentState.ACTIVE else None
    person.ways[scenario_id] = (state, next_code)
    values = {"version_id": world.scenarios[scenario_id], "state": state, "started_at": NOW, "anchor_at": NOW}
    row = Enrolment(scenario_id=scenario_id, friend_id=person.friend.id, lanes={}, next_code=next_code, **values)
    session.add(row)


def _offer_menus(session: Session, world: World) -> None:
    default = a_shown_menu(session, a_menu_tab("予約"), a_menu_tab("地図", label="アクセス"))
    defaults.set_default(session, default, now=NOW)
    world.menus = [default.id, a_shown_menu(session).id, a_rich_menu(session).id]
    world.menu_tabs = {tab.code: tab.id for tab in rich_menus.tabs_of(session, default)}


def _show_a_menu(session: Session, world: World, person: Person, chance: random.Random) -> None:
    menu_id, code = chance.choice([None, *world.menus]), chance.choice([None, *world.menu_tabs])
    if menu_id is None and code is None:
        return
    person.menu = (menu_id, code)
    values = {"menu_id": menu_id, "tab_id": world.menu_tabs.get(code or ""), "origin": "action", "since": NOW}
    session.add(FriendMenu(friend_id=person.friend.id, **values))


def _fill_fields(session: Session, world: World, person: Person, chance: random.Random) -> None:
    drawn = {
        FieldType.TEXT: ("text", [word for word in WORDS if word]),
        FieldType.NUMBER: ("number", range(-3, 8)),
        FieldType.DATE: ("day", BIRTHDAYS),
    }
    for type, (column, choices) in drawn.items():
        if chance.random() < 0.3:
            continue
        key, value = world.fields[type], chance.choice(list(choices))
        person.values[key] = value
        more = {"text_key": text.normalise(value)} if type is FieldType.TEXT else {}
        row = FieldValue(friend_id=person.friend.id, field_id=id_of(key), updated_at=NOW, **{column: value}, **more)
        session.add(row)
    if picks := set(chance.sample(world.options, chance.randrange(len(world.options) + 1))):
        key = world.fields[FieldType.CHOICES]
        person.values[key] = picks
        session.add_all(FieldPick(friend_id=person.friend.id, field_id=id_of(key), option_id=each) for each in picks)


def id_of(key: str) -> int:
    return int(key.removeprefix("field:"))
