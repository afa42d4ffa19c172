"""Rich menus (リッチメニュー): what staff compose, what of it is at LINE, and who is to see which.

https://developers.line.biz/en/docs/messaging-api/rich-menus-overview/
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from lstep_lite.db import Base, one_of, primary_key


class RichMenu(Base):
    """One menu as staff think of it: one tab or several, each of which is a rich menu of its own at LINE."""

    __tablename__ = "rich_menus"
    __table_args__ = (
        Index("ix_rich_menus_folder_id", "folder_id"),
        Index("ix_rich_menus_period_due_at", "period_due_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = primary_key()
    folder_id: Mapped[int | None] = mapped_column(ForeignKey("folders.id", ondelete="SET NULL"))
    name: Mapped[str]
    """For staff; customers never see it."""
    name_key: Mapped[str]
    """For the search."""
    position: Mapped[int]
    chat_bar_text: Mapped[str]
    """What stands on the bar that opens it: 1 to 14 graphemes."""
    is_open: Mapped[bool] = mapped_column(default=True)
    """Whether it is unfolded when the talk is opened."""
    document: Mapped[dict[str, Any]]
    """As last saved (engine/rich_menus/documents.py), the actions of its taps within."""
    live_document: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What is at LINE; the actions of its taps stand in action sets."""
    revision: Mapped[int] = mapped_column(default=1)
    """Rises whenever something customers see is saved."""
    live_revision: Mapped[int | None]
    """Which one is at LINE; null: none."""
    shows_from: Mapped[datetime | None]
    """The period in which it is shown, on `now`; null: no beginning, no end."""
    shows_until: Mapped[datetime | None]
    is_default_meanwhile: Mapped[bool] = mapped_column(default=False)
    """Whether it is the account's default during its period."""
    next_menu_id: Mapped[int | None]
    """What those to whom it was shown see after its period; null: the default."""
    period_due_at: Mapped[datetime | None]
    """When its period next changes who sees what; on `now`."""
    is_ending: Mapped[bool] = mapped_column(default=False)
    """Whether it is being deleted: it vanishes once nothing of it is left at LINE."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class MenuTab(Base):
    """A tab of a menu: its alias at LINE stays the same while the rich menus behind it are replaced."""

    __tablename__ = "menu_tabs"
    __table_args__ = (
        Index("ix_menu_tabs_menu_id", "menu_id"),
        Index("ix_menu_tabs_due_at", "due_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = primary_key()
    menu_id: Mapped[int] = mapped_column(ForeignKey("rich_menus.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(unique=True)
    """Its element's id in the document."""
    alias: Mapped[str] = mapped_column(unique=True)
    """LINE's name for it: a-z, 0-9, _ and -, up to 32."""
    label: Mapped[str]
    position: Mapped[int]
    is_live: Mapped[bool] = mapped_column(default=True)
    """Whether it still stands in the document."""
    line_menu_id: Mapped[int | None] = mapped_column(ForeignKey("line_menus.id", ondelete="SET NULL"))
    """What friends who see this tab see now."""
    aliased_line_id: Mapped[str | None]
    """Where the alias points at LINE, as far as we were told; null: LINE does not know the alias."""
    due_at: Mapped[datetime | None]
    """When to take the alias away at LINE; on `wall`."""


class LineMenuState(StrEnum):
    WAITING = "waiting"
    """To be made."""
    MADE = "made"
    """LINE knows it, its picture is missing."""
    READY = "ready"
    """It has its picture and can be shown."""
    LIVE = "live"
    RETIRING = "retiring"
    """Replaced, or given up; to be deleted at LINE."""
    GONE = "gone"


class LineMenu(Base):
    """One rich menu at LINE, which can't be changed once it is made. `name` is how a request without an answer is
    found again in LINE's own list."""

    __tablename__ = "line_menus"
    __table_args__ = (
        Index("ix_line_menus_menu_id", "menu_id"),
        Index("ix_line_menus_state_due_at", "state", "due_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = primary_key()
    menu_id: Mapped[int]
    tab_code: Mapped[str]
    publication_id: Mapped[int | None] = mapped_column(ForeignKey("publications.id", ondelete="SET NULL"))
    revision: Mapped[int]
    name: Mapped[str] = mapped_column(unique=True)
    body: Mapped[dict[str, Any]]
    """What is sent to make it."""
    areas: Mapped[list[Any]]
    """Who its areas are, in the order of `body`: {"code": the tap's, "label": …}."""
    image_path: Mapped[str]
    """Below the media directory."""
    content_type: Mapped[str]
    digest: Mapped[str]
    """Of all that customers see and what tapping does: an equal tab need not be made anew."""
    line_id: Mapped[str | None] = mapped_column(unique=True)
    state: Mapped[LineMenuState] = mapped_column(one_of(LineMenuState, "state"), default=LineMenuState.WAITING)
    was_asked: Mapped[bool] = mapped_column(default=False)
    """Whether LINE may have made it already."""
    attempts: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str | None]
    due_at: Mapped[datetime | None]
    """When to do the next thing with it; on `wall`."""
    insight_due_at: Mapped[datetime | None]
    """When to ask LINE for its numbers again; on `now`, by whose days they are counted."""
    created_at: Mapped[datetime]


class PublicationState(StrEnum):
    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"
    REPLACED = "replaced"
    """A newer one of the same menu took its place before it was done."""
    CANCELED = "canceled"


class PublicationStep(StrEnum):
    """What it is at, in this order. Up to MAKE customers see nothing of it, and it can still be given up."""

    DRAW = "draw"
    MAKE = "make"
    """Its rich menus are being made at LINE, and get their pictures."""
    ALIASES = "aliases"
    FRIENDS = "friends"
    """LINE takes those who see the old rich menus to the new ones."""
    RECORD = "record"
    """We write down that it did."""


class Publication(Base):
    """Bringing one revision of a menu to LINE. At most one of a menu is open."""

    __tablename__ = "publications"
    __table_args__ = (
        Index(
            "uq_publications_open",
            "menu_id",
            unique=True,
            sqlite_where=text("state in ('waiting', 'working')"),
            postgresql_where=text("state in ('waiting', 'working')"),
        ),
        Index("ix_publications_state_due_at", "state", "due_at"),
    )

    id: Mapped[int] = primary_key()
    menu_id: Mapped[int] = mapped_column(ForeignKey("rich_menus.id", ondelete="CASCADE"))
    revision: Mapped[int]
    document: Mapped[dict[str, Any]]
    chat_bar_text: Mapped[str]
    is_open: Mapped[bool]
    state: Mapped[PublicationState] = mapped_column(one_of(PublicationState, "state"), default=PublicationState.WAITING)
    step: Mapped[PublicationStep] = mapped_column(one_of(PublicationStep, "step"), default=PublicationStep.DRAW)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    requested_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    """Why it failed, or what it waits for."""
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None]
    """When to go on; on `wall`. Null: at once while it waits, else when its rich menus are made."""
    batch_key: Mapped[str | None]
    """LINE's resumeRequestKey of the request that takes friends from the old rich menus to the new ones."""
    batch_id: Mapped[str | None]
    """LINE's id of that request, once it answered."""


class MenuCallKind(StrEnum):
    CREATE = "create"
    DELETE = "delete"
    DELETE_ALIAS = "delete_alias"
    BATCH = "batch"


class MenuCall(Base):
    """A request of which LINE allows few an hour, written down before it is made; old ones are swept."""

    __tablename__ = "menu_calls"
    __table_args__ = (Index("ix_menu_calls_kind_at", "kind", "at"),)

    id: Mapped[int] = primary_key()
    kind: Mapped[MenuCallKind] = mapped_column(one_of(MenuCallKind, "kind"))
    at: Mapped[datetime]
    """On `wall`."""


class MenuOrigin(StrEnum):
    ACTION = "action"
    STAFF = "staff"
    RULE = "rule"
    CUSTOMER = "customer"
    """They only chose a tab of the default: LINE has shown it to them as their own since."""


FRIEND_MENU_DUE = "due_at IS NOT NULL"


class FriendMenu(Base):
    """A friend who is, or was, to see something else than the account's default."""

    __tablename__ = "friend_menus"
    __table_args__ = (
        Index("ix_friend_menus_menu_id_friend_id", "menu_id", "friend_id"),
        Index("ix_friend_menus_linked_id", "linked_id"),
        Index(
            "ix_friend_menus_due_at",
            "due_at",
            "friend_id",
            sqlite_where=text(FRIEND_MENU_DUE),
            postgresql_where=text(FRIEND_MENU_DUE),
        ),
    )

    friend_id: Mapped[int] = mapped_column(ForeignKey("friends.id", ondelete="CASCADE"), primary_key=True)
    menu_id: Mapped[int | None]
    """What they are to see; null: the default."""
    origin: Mapped[MenuOrigin] = mapped_column(one_of(MenuOrigin, "origin"))
    since: Mapped[datetime]
    linked_id: Mapped[int | None]
    """The LineMenu that LINE shows them as theirs, as far as we know; null: the default."""
    tab_id: Mapped[int | None]
    """The tab of it that they see, or chose last."""
    revision: Mapped[int] = mapped_column(default=1)
    """Rises with each change: an answer from LINE to an older one is no news."""
    due_at: Mapped[datetime | None]
    """When to tell LINE; on `wall`. Null: LINE knows."""
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str | None]


class MenuMode(StrEnum):
    ACTIONS = "actions"
    """Action sets and staff decide who sees which menu."""
    RULES = "rules"
    """The first rule that fits a friend decides."""


class LeavingStep(StrEnum):
    DEFAULT = "default"
    FRIENDS = "friends"
    ALIASES = "aliases"
    MENUS = "menus"
    DONE = "done"
    """Nothing of ours is at LINE; it stays so until the owner wants menus again."""


class MenuSettings(Base):
    """The account's default and how menus are chosen; `id` is always 1."""

    __tablename__ = "menu_settings"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = primary_key()
    mode: Mapped[MenuMode] = mapped_column(one_of(MenuMode, "mode"), default=MenuMode.ACTIONS)
    default_menu_id: Mapped[int | None]
    """The menu of everybody who has none of their own, outside the period of another default; null: none."""
    default_line_id: Mapped[str | None]
    """What LINE was last told to be the default; null: none."""
    default_due_at: Mapped[datetime | None]
    """When to tell LINE; on `wall`."""
    default_attempts: Mapped[int] = mapped_column(default=0)
    default_reason: Mapped[str | None]
    rules_due_at: Mapped[datetime | None]
    """When to look at all friends' rules again; on `now`."""
    rules_cursor: Mapped[int | None]
    """The last friend that look has come to."""
    friends_cursor: Mapped[int | None]
    """How far what friends see has been compared with what they should see, by friend; null: it was, for all."""
    leaving_at: Mapped[datetime | None]
    """Since when all menus are being taken away from LINE; nothing is published or shown meanwhile."""
    leaving_step: Mapped[LeavingStep | None] = mapped_column(one_of(LeavingStep, "leaving_step"))
    leaving_due_at: Mapped[datetime | None]
    """When to go on; on `wall`."""
    leaving_attempts: Mapped[int] = mapped_column(default=0)
    leaving_reason: Mapped[str | None]
    leaving_key: Mapped[str | None]
    """As `batch_key` of a publication."""
    leaving_batch_id: Mapped[str | None]
    looked_at: Mapped[datetime | None]
    """When LINE's own list was last compared with ours; on `wall`."""
    look_due_at: Mapped[datetime | None]


class MenuRule(Base):
    """Who sees which menu, in order; see MenuMode.RULES."""

    __tablename__ = "menu_rules"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = primary_key()
    position: Mapped[int]
    is_on: Mapped[bool] = mapped_column(default=True)
    tree: Mapped[dict[str, Any]]
    menu_id: Mapped[int | None]
    """Null: the default."""
    created_at: Mapped[datetime]


class MenuLook(Base):
    """A friend of whom something changed that a rule may ask for."""

    __tablename__ = "menu_looks"

    friend_id: Mapped[int] = mapped_column(ForeignKey("friends.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime]


class StrayMenu(Base):
    """A rich menu at LINE, or an alias, that is none of ours, as last seen in LINE's own list."""

    __tablename__ = "stray_menus"

    line_id: Mapped[str] = mapped_column(primary_key=True)
    """Of an alias: the alias."""
    is_alias: Mapped[bool] = mapped_column(default=False)
    name: Mapped[str]
    chat_bar_text: Mapped[str]
    was_ours: Mapped[bool]
    """Whether its name is one of those we give: it is cleaned away by itself."""
    seen_at: Mapped[datetime]
    delete_due_at: Mapped[datetime | None]
    """When to delete it at LINE; on `wall`."""
    reason: Mapped[str | None]


class MenuInsight(Base):
    """LINE's own numbers for one rich menu and day; LINE tells none while fewer than 20 people tapped."""

    __tablename__ = "menu_insights"

    line_menu_id: Mapped[int] = mapped_column(ForeignKey("line_menus.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    impressions: Mapped[int]
    viewers: Mapped[int]
    clicks: Mapped[list[Any]]
    """Of each area in the order of the rich menu's own: [taps, people]."""
