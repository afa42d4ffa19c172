"""Coupons (クーポン): what is offered, each friend's ticket, and each use of one."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lstep_lite.db import Base, one_of, primary_key
from lstep_lite.models.friends import ChangedBy, Friend, to_entry
from lstep_lite.models.names import from_name


class CouponHome(StrEnum):
    """Who keeps the tickets."""

    OWN = "own"
    LINE = "line"
    """LINE itself; we only make the coupon and send it."""


class CouponState(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    """Friends can get it."""
    CLOSED = "closed"
    """Nobody gets it any more; what friends hold already stays good."""


class CodeKind(StrEnum):
    """What a ticket shows for the shop's till."""

    NONE = "none"
    COMMON = "common"
    """The same code on all tickets."""
    SINGLE = "single"
    """Each ticket's own number."""


class CodeShape(StrEnum):
    TEXT = "text"
    QR = "qr"
    BARCODE = "barcode"
    """Code 128."""


class Reward(StrEnum):
    """What LINE's own coupon grants.

    https://developers.line.biz/en/reference/messaging-api/#create-coupon
    """

    YEN_OFF = "yen_off"
    PERCENT_OFF = "percent_off"
    FREE = "free"
    GIFT = "gift"
    OTHERS = "others"


class Coupon(Base):
    __tablename__ = "coupons"
    __table_args__ = (Index("ix_coupons_folder_id", "folder_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(unique=True)
    """Stands in the postback of its messages."""
    folder_id: Mapped[int | None] = mapped_column(ForeignKey("folders.id", ondelete="SET NULL"))
    position: Mapped[int]
    home: Mapped[CouponHome] = mapped_column(one_of(CouponHome, "home"), default=CouponHome.OWN)
    state: Mapped[CouponState] = mapped_column(one_of(CouponState, "state"), default=CouponState.DRAFT)
    name: Mapped[str]
    """For staff; customers never see it."""
    name_key: Mapped[str] = mapped_column(default=from_name)
    """For the search."""
    title: Mapped[str]
    price_text: Mapped[str]
    """What it is worth, large: 「500円OFF（税込）」. Nobody computes with it."""
    description: Mapped[str]
    conditions: Mapped[str]
    media_id: Mapped[int | None] = mapped_column(ForeignKey("media.id", ondelete="SET NULL"))
    color: Mapped[str]
    """`#rrggbb` of its bar and buttons."""
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    """From then on it can be neither got nor used."""
    days: Mapped[int | None]
    """A ticket is good to the end of so many days after it was got; null for as long as the coupon."""
    supply: Mapped[int | None]
    """How many tickets there are, or how many win; null for any number."""
    taken: Mapped[int] = mapped_column(default=0)
    """How many of them are gone."""
    uses_each: Mapped[int | None]
    """How often one ticket can be used; null for any number of times."""
    percent: Mapped[int | None]
    """The chance of winning it; null where everybody gets it."""
    losing_text: Mapped[str]
    losing_media_id: Mapped[int | None] = mapped_column(ForeignKey("media.id", ondelete="SET NULL"))
    code_kind: Mapped[CodeKind] = mapped_column(one_of(CodeKind, "code_kind"), default=CodeKind.NONE)
    code_shape: Mapped[CodeShape] = mapped_column(one_of(CodeShape, "code_shape"), default=CodeShape.TEXT)
    common_code: Mapped[str]
    reward: Mapped[Reward] = mapped_column(one_of(Reward, "reward"), default=Reward.OTHERS)
    reward_amount: Mapped[int | None]
    """Yen, or percent, of a reward that has one."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    @property
    def is_lottery(self) -> bool:
        return self.percent is not None


class TicketState(StrEnum):
    HELD = "held"
    LOST = "lost"
    """The friend took part in the lottery and lost."""
    USED_UP = "used_up"


class CouponTicket(Base):
    """One friend's coupon. Whether it is past its time is asked of `expires_at`, not of its state."""

    __tablename__ = "coupon_tickets"
    __table_args__ = (
        Index("uq_coupon_tickets_coupon_id_friend_id", "coupon_id", "friend_id", unique=True),
        Index("ix_coupon_tickets_friend_id_state", "friend_id", "state"),
        Index("ix_coupon_tickets_coupon_id_state_obtained_at", "coupon_id", "state", "obtained_at"),
    )

    id: Mapped[int] = primary_key()
    coupon_id: Mapped[int] = mapped_column(ForeignKey("coupons.id", ondelete="CASCADE"))
    friend_id: Mapped[int] = mapped_column(ForeignKey("friends.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(unique=True)
    """In addresses and postbacks; nobody can guess it."""
    number: Mapped[str] = mapped_column(unique=True)
    """What people read out at the counter: `ABCD2345EF`."""
    state: Mapped[TicketState] = mapped_column(one_of(TicketState, "state"))
    obtained_at: Mapped[datetime]
    obtained_by: Mapped[ChangedBy] = mapped_column(one_of(ChangedBy, "obtained_by"))
    expires_at: Mapped[datetime | None]
    uses: Mapped[int] = mapped_column(default=0)
    """How often it was used; uses that were taken back don't count."""
    question: Mapped[str | None] = mapped_column(unique=True)
    """The code in the buttons of the last 「使いますか？」; a use answers it and takes it away."""
    asked_at: Mapped[datetime | None]
    cause_id: Mapped[int | None] = mapped_column(to_entry())
    """The timeline entry it follows from."""

    coupon: Mapped[Coupon] = relationship()
    friend: Mapped[Friend] = relationship()


class CouponUse(Base):
    """One use of a ticket, by the customer in the talk or by staff at the counter."""

    __tablename__ = "coupon_uses"
    __table_args__ = (
        Index("ix_coupon_uses_ticket_id", "ticket_id"),
        Index("ix_coupon_uses_coupon_id_at", "coupon_id", "at"),
    )

    id: Mapped[int] = primary_key()
    occurrence: Mapped[str] = mapped_column(unique=True)
    """The webhook event or the form behind it: the same one uses the ticket once."""
    ticket_id: Mapped[int] = mapped_column(ForeignKey("coupon_tickets.id", ondelete="CASCADE"))
    coupon_id: Mapped[int] = mapped_column(ForeignKey("coupons.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    used_by: Mapped[ChangedBy] = mapped_column(one_of(ChangedBy, "used_by"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))


class LineState(StrEnum):
    WAITING = "waiting"
    """To be made at LINE."""
    MAKING = "making"
    """LINE was asked, and its answer is not written down yet."""
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"
    FAILED = "failed"


class LineCoupon(Base):
    """A coupon at LINE (`CouponHome.LINE`): how far making or closing it has come."""

    __tablename__ = "line_coupons"
    __table_args__ = (Index("ix_line_coupons_due_at", "due_at"),)

    coupon_id: Mapped[int] = mapped_column(
        ForeignKey("coupons.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    state: Mapped[LineState] = mapped_column(one_of(LineState, "state"))
    line_id: Mapped[str | None] = mapped_column(unique=True)
    """LINE's own id of it."""
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None]
    """When to ask LINE next; on `wall`."""
    reason: Mapped[str | None]
    """Why it is not done yet."""

    coupon: Mapped[Coupon] = relationship()
