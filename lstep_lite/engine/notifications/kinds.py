"""Kinds of notifications, and what a rule about one says. A feature registers its own beside what it tells of."""

from dataclasses import dataclass

from lstep_lite.engine.notifications.hours import ALWAYS, Hours, Quiet
from lstep_lite.models import NotificationChannel, Role

LEADERS = (Role.OWNER, Role.ADMIN)
EVERYBODY = tuple(Role)


@dataclass(frozen=True)
class Recipients:
    """Everybody with one of the roles, and these members of staff besides."""

    roles: tuple[Role, ...] = ()
    staff_ids: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.roles or self.staff_ids)


NOBODY = Recipients()


@dataclass(frozen=True)
class Waiting:
    """How long something may wait, in minutes of opening time, before it is told, and before others are told too."""

    minutes: int
    hours: Hours = ALWAYS
    escalates_after: int | None = None
    """Minutes since the beginning, more than *minutes*; None means never."""
    second: Recipients = NOBODY


@dataclass(frozen=True)
class Rule:
    """The bell always rings; *channels*, *quiet* and *bundle_minutes* are about what goes out besides."""

    recipients: Recipients
    is_on: bool = True
    channels: tuple[NotificationChannel, ...] = ()
    quiet: Quiet | None = None
    bundle_minutes: int = 0
    waiting: Waiting | None = None


@dataclass(frozen=True)
class Kind:
    name: str
    label: str
    """What it tells of, in a few words without personal data: the subject of e-mails."""
    lead: str
    """One sentence for whoever decides about it."""
    icon: str
    order: int
    """Its place in the list of rules, lower first; 0 is not listed."""
    default: Rule
    """What holds until the shop decides otherwise."""


kinds: dict[str, Kind] = {}


def kind(
    name: str,
    *,
    label: str,
    lead: str,
    icon: str,
    order: int,
    roles: tuple[Role, ...] = LEADERS,
    waiting: Waiting | None = None,
) -> Kind:
    """Register a kind that *roles* are told of by the bell alone until the shop decides otherwise.

    *waiting* is for what is told only after a while.
    """
    default = Rule(recipients=Recipients(roles), waiting=waiting)
    kinds[name] = Kind(name, label, lead, icon, order, default)
    return kinds[name]


def listed() -> list[Kind]:
    """The kinds a shop decides about."""
    return sorted((each for each in kinds.values() if each.order), key=lambda each: (each.order, each.name))
