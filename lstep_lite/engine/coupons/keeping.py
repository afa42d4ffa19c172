"""Keeping coupons: writing, copying, opening and closing them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import actions, folders, mentions
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.coupons import drafts
from lstep_lite.engine.coupons.drafts import CouponDraft
from lstep_lite.engine.paging import Paged, nearest
from lstep_lite.engine.staff import Permission
from lstep_lite.engine.studio import new_code, source
from lstep_lite.engine.text import storable
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import (
    Coupon,
    CouponHome,
    CouponState,
    CouponTicket,
    CouponUse,
    LineCoupon,
    LineState,
    TicketState,
)
from lstep_lite.models.names import name_key

FEATURE = "coupons"
OBTAINED = "coupons.obtained"
USED = "coupons.used"
LOST = "coupons.lost"
PLACES = (OBTAINED, USED, LOST)
PAGE_SIZE = 50
folders.shelf(FEATURE, Coupon, Permission.MESSAGES_EDIT)
mentions.target_rows(FEATURE, Coupon.id, Coupon.name)


@dataclass(frozen=True)
class Count:
    """How far a coupon has come."""

    obtained: int = 0
    """Tickets, without those that lost."""
    lost: int = 0
    users: int = 0
    """Friends who have used theirs at least once."""
    uses: int = 0

    @property
    def rate(self) -> int | None:
        """Of a hundred who got it, how many have used it; None while nobody has got it."""
        return round(100 * self.users / self.obtained) if self.obtained else None


@dataclass(frozen=True)
class Page(Paged):
    """One page of the list."""

    coupons: Sequence[Coupon]
    counts: Mapping[int, Count]
    at_line: Mapping[int, LineCoupon]
    broken: Collection[int]
    """Coupons whose actions use something that is gone."""


# Looking -------------------------------------------------------------------------------------------------------------


def get(session: Session, coupon_id: int) -> Coupon:
    coupon = session.get(Coupon, coupon_id)
    if coupon is None:
        raise NotFound("このクーポンは見つかりませんでした。削除された可能性があります。")
    return coupon


def find(session: Session, code: str) -> Coupon | None:
    """The coupon whose messages carry *code*."""
    return session.scalar(sa.select(Coupon).where(Coupon.code == code))


def own_in_order(session: Session) -> Sequence[Coupon]:
    """Those whose tickets we keep."""
    query = sa.select(Coupon).where(Coupon.home == CouponHome.OWN)
    return session.scalars(query.order_by(Coupon.position, Coupon.id)).all()


def open_now(session: Session, *, now: datetime) -> Sequence[Coupon]:
    """Those of ours that staff can hand over now."""
    goes_on = sa.or_(Coupon.ends_at.is_(None), Coupon.ends_at > now)
    is_left = sa.or_(Coupon.supply.is_(None), Coupon.taken < Coupon.supply)
    query = sa.select(Coupon).where(Coupon.home == CouponHome.OWN, Coupon.state == CouponState.OPEN, goes_on, is_left)
    return session.scalars(query.order_by(Coupon.position, Coupon.id)).all()


def page(
    session: Session, *, folder_id: int | None = None, text: str = "", number: int = 1, size: int = PAGE_SIZE
) -> Page:
    """The list, or what of it is in a folder or has *text* in its name."""
    wanted = [Coupon.folder_id == folder_id] if folder_id is not None else []
    if key := name_key(text):
        wanted.append(Coupon.name_key.contains(key, autoescape=True))
    total = session.scalar(sa.select(sa.func.count()).select_from(Coupon).where(*wanted)) or 0
    number = nearest(number, total, size)
    query = sa.select(Coupon).where(*wanted).order_by(Coupon.position, Coupon.id)
    found = session.scalars(query.limit(size).offset((number - 1) * size)).all()
    ids = [coupon.id for coupon in found]
    return Page(
        found,
        counts=counts(session, ids),
        at_line=line_coupons(session, ids),
        broken=_broken(session, ids),
        total_count=total,
        number=number,
        size=size,
    )


def counts(session: Session, coupon_ids: Collection[int]) -> dict[int, Count]:
    """How far each of *coupon_ids* has come; two statements."""
    ticket, use = CouponTicket, CouponUse
    lost = sa.case((ticket.state == TicketState.LOST, 1), else_=0)
    used = sa.case((ticket.uses > 0, 1), else_=0)
    tickets = sa.select(ticket.coupon_id, sa.func.count(), sa.func.sum(lost), sa.func.sum(used))
    tickets = tickets.where(ticket.coupon_id.in_(coupon_ids)).group_by(ticket.coupon_id)
    uses = sa.select(use.coupon_id, sa.func.count()).where(use.coupon_id.in_(coupon_ids), use.undone_at.is_(None))
    by_id: dict[int, int] = dict(session.execute(uses.group_by(use.coupon_id)).all())
    return {
        coupon_id: Count(every - losers, losers, users, by_id.get(coupon_id, 0))
        for coupon_id, every, losers, users in session.execute(tickets)
    }


def line_coupons(session: Session, coupon_ids: Collection[int]) -> dict[int, LineCoupon]:
    """How far each has come at LINE, by coupon."""
    rows = session.scalars(sa.select(LineCoupon).where(LineCoupon.coupon_id.in_(coupon_ids)))
    return {row.coupon_id: row for row in rows}


def _broken(session: Session, coupon_ids: Collection[int]) -> set[int]:
    sets = [each for place in PLACES for each in actions.at_many(session, place, coupon_ids).values()]
    return {int(each.holder) for each in actions.broken_among(session, sets)}


# Writing -------------------------------------------------------------------------------------------------------------


def create(session: Session, draft: CouponDraft, *, now: datetime) -> Coupon:
    """A new coupon at the end of the list, not handed out yet. Raises DomainError naming the field."""
    coupon = Coupon(code=new_code(), position=folders.next_position(session, FEATURE), created_at=now)
    _write(session, coupon, draft, now)
    session.add(coupon)
    _note_pictures(session, coupon)
    return coupon


def update(session: Session, coupon: Coupon, draft: CouponDraft, *, now: datetime) -> None:
    """From now on; tickets keep the time until which they are good. Raises DomainError naming the field."""
    check_editable(session, coupon)
    if draft.home is not coupon.home:
        raise DomainError("クーポンの種類は、あとから変えられません。新しく作ってください。", "home")
    _write(session, coupon, draft, now)
    _note_pictures(session, coupon)


def check_editable(session: Session, coupon: Coupon) -> None:
    """Raises DomainError for one that LINE keeps: it can't be changed there."""
    if session.get(LineCoupon, coupon.id) is not None:
        raise DomainError(
            "LINE公式アカウントに登録したクーポンの内容は、LINEの決まりで変えられません。"
            "「コピーを作る」で新しいクーポンを作り、こちらは配布を終了してください。"
        )


def keep_actions(session: Session, coupon: Coupon, sets: Mapping[str, SetDraft], *, now: datetime) -> None:
    """What follows when somebody gets it, uses it, or loses the lottery: a set for each of PLACES."""
    for place, wanted in sets.items():
        actions.keep(session, place, coupon.id, wanted, now=now)


def copy(session: Session, coupon: Coupon, *, now: datetime) -> Coupon:
    """A coupon like it, with its actions, that nobody has got yet."""
    same = {field.name: getattr(coupon, field.name) for field in fields(CouponDraft)}
    twin = create(session, CouponDraft(**same | {"name": f"{coupon.name[: drafts.LONGEST_NAME - 4]}のコピー"}), now=now)
    sets = {place: actions.draft(actions.at(session, place, coupon.id), place) for place in PLACES}
    keep_actions(session, twin, sets, now=now)
    return twin


def open_(session: Session, coupon: Coupon, *, now: datetime, wall: datetime) -> None:
    """From now on friends can get it; one of LINE's is first made there. Raises DomainError."""
    if coupon.ends_at is not None and coupon.ends_at <= now:
        raise DomainError("期間が終わっています。終わりの日時を直してから、配布を始めてください。")
    if coupon.home is CouponHome.LINE:
        _begin_at_line(session, coupon, wall)
    else:
        coupon.state = CouponState.OPEN
    coupon.updated_at = now


def _begin_at_line(session: Session, coupon: Coupon, wall: datetime) -> None:
    row = session.get(LineCoupon, coupon.id)
    if row is None:
        session.add(LineCoupon(coupon_id=coupon.id, state=LineState.WAITING, due_at=wall))
    elif row.state is LineState.FAILED and row.line_id is None:
        row.state, row.due_at, row.attempts = LineState.WAITING, wall, 0
    elif row.state in (LineState.CLOSING, LineState.CLOSED):
        raise DomainError("LINE公式アカウントで終了したクーポンは、もう一度始められません。コピーを作ってください。")
    session.flush()  # the page shows how far it has come


def close(session: Session, coupon: Coupon, *, now: datetime, wall: datetime) -> None:
    """Nobody gets it any more; tickets that friends hold stay good. LINE's own ends at once, for everybody."""
    coupon.state, coupon.updated_at = CouponState.CLOSED, now
    row = session.get(LineCoupon, coupon.id)
    if row is None:
        return
    if row.line_id is not None and row.state is not LineState.CLOSED:
        row.state, row.due_at, row.attempts = LineState.CLOSING, wall, 0
    elif row.state in (LineState.WAITING, LineState.FAILED):
        session.delete(row)
    elif row.state is LineState.MAKING:
        raise DomainError("LINEに登録しているところです。終わってから、もう一度お試しください。")
    session.flush()  # the page shows how far it has come


def delete(session: Session, coupon: Coupon) -> None:
    """Raises DomainError for one that somebody has got, or that LINE keeps: what happened must stay known."""
    got = sa.exists().where(CouponTicket.coupon_id == coupon.id)
    if session.scalar(sa.select(got)) or session.get(LineCoupon, coupon.id) is not None:
        raise DomainError(
            "受け取った方がいるクーポンや、LINEに登録したクーポンは、記録を残すため削除できません。"
            "配るのをやめるには「配布を終了」を押してください。"
        )
    for place in PLACES:
        actions.drop(session, place, coupon.id)
    mentions.forget(session, FEATURE, coupon.id)
    session.delete(coupon)
    session.flush()  # whatever asks next finds it gone


def _write(session: Session, coupon: Coupon, draft: CouponDraft, now: datetime) -> None:
    name = drafts.checked(session, draft)
    for field in fields(CouponDraft):
        value = getattr(draft, field.name)
        setattr(coupon, field.name, storable(value).strip() if type(value) is str else value)
    coupon.name, coupon.name_key = name, name_key(name)
    coupon.folder_id = folders.checked(session, FEATURE, draft.folder_id)
    coupon.updated_at = now


def _note_pictures(session: Session, coupon: Coupon) -> None:
    session.flush()  # they are written down under its id
    shown = (coupon.media_id, coupon.losing_media_id)
    mentions.write(session, FEATURE, coupon.id, [("media", media_id) for media_id in shown if media_id])


# What others know of coupons -----------------------------------------------------------------------------------------


@source(FEATURE)
def _offered(session: Session) -> list[tuple[int, str]]:
    """For messages: those that are over can't be sent any more."""
    query = sa.select(Coupon.id, Coupon.name).where(Coupon.state != CouponState.CLOSED)
    return [(row.id, row.name) for row in session.execute(query.order_by(Coupon.position, Coupon.id))]


@actions.place(OBTAINED, label="クーポンを受け取ったとき")
def _obtained_places(session: Session, holders: Collection[str]) -> dict[str, mentions.Place]:
    return _places(session, holders, "クーポン「{}」を受け取ったとき")


@actions.place(USED, label="クーポンを使ったとき")
def _used_places(session: Session, holders: Collection[str]) -> dict[str, mentions.Place]:
    return _places(session, holders, "クーポン「{}」を使ったとき")


@actions.place(LOST, label="クーポンの抽選にはずれたとき")
def _lost_places(session: Session, holders: Collection[str]) -> dict[str, mentions.Place]:
    return _places(session, holders, "クーポン「{}」の抽選にはずれたとき")


def _places(session: Session, holders: Collection[str], words: str) -> dict[str, mentions.Place]:
    named = mentions.names(session, FEATURE, holders).items()
    return {key: mentions.Place(words.format(name), "coupons.edit", {"coupon_id": int(key)}) for key, name in named}


@mentions.owner(FEATURE)
def _describe(session: Session, ids: Collection[str]) -> dict[str, mentions.Place]:
    return _places(session, ids, "クーポン「{}」")
