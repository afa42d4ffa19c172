"""Options (オプション): in groups, of which customers take at least and at most so many."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.availability.plans import Need
from lstep_lite.engine.reservations.keeping import courses, saving, words
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import CourseOption, CourseState, OptionGroup, ReservationLine

LONGEST_NAME = 60
LONGEST_TEXT = 300
MOST = 50


@dataclass(frozen=True)
class GroupDraft:
    name: str
    least: int | None = 0
    most: int | None = None
    course_ids: Sequence[int] | None = None
    """The courses it is offered with; None: all."""


@dataclass(frozen=True)
class OptionDraft:
    name: str
    group_id: int
    price: int | None = 0
    minutes: int | None = 0
    text: str = ""
    needs: Sequence[Need] = ()
    state: CourseState = CourseState.ACTIVE


def get(session: Session, option_id: int) -> CourseOption:
    option = session.get(CourseOption, option_id)
    if option is None:
        raise NotFound("このオプションは見つかりませんでした。削除された可能性があります。")
    return option


def get_group(session: Session, group_id: int) -> OptionGroup:
    group = session.get(OptionGroup, group_id)
    if group is None:
        raise NotFound("このグループは見つかりませんでした。削除された可能性があります。")
    return group


def groups(session: Session) -> Sequence[OptionGroup]:
    return session.scalars(sa.select(OptionGroup).order_by(OptionGroup.position, OptionGroup.id)).all()


def by_group(session: Session) -> dict[int, list[CourseOption]]:
    found: dict[int, list[CourseOption]] = {}
    for option in session.scalars(sa.select(CourseOption).order_by(CourseOption.position, CourseOption.id)):
        found.setdefault(option.group_id, []).append(option)
    return found


# Groups --------------------------------------------------------------------------------------------------------------


def create_group(session: Session, draft: GroupDraft, *, now: datetime) -> OptionGroup:
    """Raises DomainError naming the field."""
    last = session.scalar(sa.select(sa.func.max(OptionGroup.position))) or 0
    group = OptionGroup(position=last + 1)
    with saving.offering(session, now=now):
        _write_group(group, draft)
        session.add(group)
    return group


def update_group(session: Session, group: OptionGroup, draft: GroupDraft, *, now: datetime) -> None:
    """Raises DomainError naming the field."""
    with saving.offering(session, now=now):
        _write_group(group, draft)


def _write_group(group: OptionGroup, draft: GroupDraft) -> None:
    group.name = words.named(draft.name, LONGEST_NAME, "グループの名前")
    group.least = words.count(draft.least or 0, "least", least=0, most=MOST)
    group.most = draft.most and words.count(draft.most, "most", least=1, most=MOST)
    if group.most is not None and group.most < group.least:
        raise DomainError("「多くて」は「少なくとも」以上の数にしてください。", "most")
    group.course_ids = None if draft.course_ids is None else sorted(set(draft.course_ids))


def remove_group(session: Session, group: OptionGroup, *, now: datetime) -> None:
    """Raises DomainError while there are options in it."""
    if session.scalar(sa.select(CourseOption.id).where(CourseOption.group_id == group.id).limit(1)) is not None:
        raise DomainError("このグループにはオプションがあります。先にオプションを削除してください。")
    with saving.offering(session, now=now):
        session.delete(group)


# Options -------------------------------------------------------------------------------------------------------------


def create(session: Session, draft: OptionDraft, *, now: datetime) -> CourseOption:
    """Raises DomainError naming the field."""
    last = session.scalar(sa.select(sa.func.max(CourseOption.position))) or 0
    option = CourseOption(code=secrets.token_urlsafe(courses.CODE_BYTES), position=last + 1)
    with saving.offering(session, now=now):
        _write(session, option, draft)
        session.add(option)
    return option


def update(session: Session, option: CourseOption, draft: OptionDraft, *, now: datetime) -> None:
    """Raises DomainError naming the field."""
    with saving.offering(session, now=now):
        _write(session, option, draft)


def _write(session: Session, option: CourseOption, draft: OptionDraft) -> None:
    option.name = words.named(draft.name, LONGEST_NAME, "オプションの名前")
    if session.get(OptionGroup, draft.group_id) is None:
        raise DomainError("グループを選んでください。", "group_id")
    option.group_id, option.state = draft.group_id, draft.state
    option.text = words.told(draft.text, LONGEST_TEXT, "text")
    option.price = words.price(draft.price)
    option.minutes = words.minutes(draft.minutes, "minutes")
    option.needs = courses.checked_needs(session, draft.needs)


def remove(session: Session, option: CourseOption, *, now: datetime) -> bool:
    """Whether it is gone; one that bookings refer to is retired instead."""
    with saving.offering(session, now=now):  # from here on nobody books
        used = sa.select(ReservationLine.id).where(ReservationLine.option_id == option.id).limit(1)
        is_used = session.scalar(used) is not None
        if is_used:
            option.state = CourseState.RETIRED
        else:
            session.delete(option)
    return not is_used
