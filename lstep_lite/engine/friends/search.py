"""Lists of friends: states, filters, paging."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select, true
from sqlalchemy.orm import Session, aliased

from lstep_lite.engine import text
from lstep_lite.engine.paging import Paged, nearest
from lstep_lite.models import Friend

PAGE_SIZE = 50


class FriendState(StrEnum):
    """The tabs of the friend list."""

    FRIENDS = "friends"
    LEFT = "left"
    HIDDEN = "hidden"
    BLOCKED = "blocked"
    WITHOUT_LINE = "without_line"


class Shown(StrEnum):
    """What a list does with people of some kind: 表示しない, 表示する, のみ表示."""

    NO = "no"
    YES = "yes"
    ONLY = "only"


@dataclass(frozen=True)
class Filters:
    """*state* chooses one tab. Without it, *left* (people who blocked us) and *shelved* (hidden or blocked by staff)
    say what becomes of those; people without LINE are then left out.
    """

    text: str = ""
    state: FriendState | None = None
    left: Shown = Shown.NO
    shelved: Shown = Shown.NO


@dataclass(frozen=True)
class Page(Paged):
    friends: Sequence[Friend]


HAS_LINE = Friend.line_user_id.is_not(None)
HAS_LEFT = and_(HAS_LINE, not_(Friend.is_following))
IS_SHELVED = or_(Friend.is_hidden, Friend.is_blocked)
STATES: dict[FriendState, ColumnElement[bool]] = {
    FriendState.FRIENDS: and_(HAS_LINE, Friend.is_following, not_(Friend.is_hidden), not_(Friend.is_blocked)),
    FriendState.LEFT: and_(HAS_LEFT, not_(Friend.is_hidden), not_(Friend.is_blocked)),
    FriendState.HIDDEN: and_(Friend.is_hidden, not_(Friend.is_blocked)),
    FriendState.BLOCKED: and_(Friend.is_blocked, Friend.erased_at.is_(None)),
    FriendState.WITHOUT_LINE: and_(not_(HAS_LINE), not_(Friend.is_hidden), not_(Friend.is_blocked)),
}
"""Everybody is in exactly one state, except people who were forgotten: they are in none."""


def search(session: Session, filters: Filters, *, page: int = 1, size: int = PAGE_SIZE) -> Page:
    """One page of friends, those known last first."""
    return page_of(session, matching(filters), page=page, size=size)


def page_of(
    session: Session, condition: ColumnElement[bool], *, page: int = 1, size: int = PAGE_SIZE, count: int | None = None
) -> Page:
    """One page of the friends for whom *condition* holds, those known last first; *count* if it is known already."""
    if count is None:
        count = session.scalar(select(func.count()).select_from(Friend).where(condition)) or 0
    number = nearest(page, count, size)
    rows = session.scalars(
        select(Friend)
        .where(condition)
        .order_by(Friend.followed_at.desc(), Friend.id.desc())
        .limit(size)
        .offset((number - 1) * size)
    )
    return Page(rows.all(), total_count=count, number=number, size=size)


def page_of_few(session: Session, condition: ColumnElement[bool], *, number: int, size: int = PAGE_SIZE) -> Page:
    """`page_of` for a condition that costs much: it is asked once, for the count and the page together."""
    found = select(Friend.id, Friend.followed_at).where(condition).cte("found").prefix_with("MATERIALIZED")
    count = select(func.count()).select_from(found).scalar_subquery()
    offset = (max(1, number) - 1) * size
    some = select(found.c.id, count.label("total")).order_by(found.c.followed_at.desc(), found.c.id.desc())
    shown = some.limit(size).offset(offset).subquery()
    query = select(Friend, shown.c.total).join(shown, shown.c.id == Friend.id)
    rows = session.execute(query.order_by(Friend.followed_at.desc(), Friend.id.desc())).all()
    if not rows and number > 1:
        return page_of_few(session, condition, number=1, size=size)
    total = rows[0].total if rows else 0
    return Page([friend for friend, _ in rows], total_count=total, number=max(1, number), size=size)


def count_by_state(session: Session) -> dict[FriendState, int]:
    """How many people each tab holds."""
    columns = [select(func.count()).select_from(Friend).where(of).scalar_subquery() for of in STATES.values()]
    counts = session.execute(select(*columns)).one()
    return dict(zip(STATES, counts, strict=True))


def matching(filters: Filters) -> ColumnElement[bool]:
    """The filters as one condition over Friend, for lists of any kind."""
    conditions = (
        [STATES[filters.state]]
        if filters.state
        else [HAS_LINE, *_shown(filters.left, HAS_LEFT), *_shown(filters.shelved, IS_SHELVED)]
    )
    return and_(*conditions, named(filters.text))


def named(searched: str) -> ColumnElement[bool]:
    """Everybody with *searched* in a name, the phone number or the e-mail address; empty means everybody."""
    wanted = text.normalise(searched)
    return Friend.id.in_(_named(wanted)) if wanted else true()


def _named(wanted: str) -> Select[int]:
    """The ids of everybody with *wanted* in a name, the phone number or the e-mail address.

    A query of its own: so the texts are read once, from their index, and not row by row in the order of a list.
    """
    friend = aliased(Friend)
    return select(friend.id).where(friend.search_text.contains(wanted, autoescape=True))


def _shown(shown: Shown, condition: ColumnElement[bool]) -> list[ColumnElement[bool]]:
    return {Shown.NO: [not_(condition)], Shown.YES: [], Shown.ONLY: [condition]}[shown]
