"""Keeping the taps of a document: each has a row by its code, and its action set hangs there."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import actions
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.studio import Actions, Data, Found, Input, new_code, title_of, walk
from lstep_lite.engine.taps.registry import TapInput, behaviours
from lstep_lite.models import Tap

PLACE = "taps.tapped"


@dataclass(frozen=True)
class Owner:
    """The row in whose document the taps stand."""

    feature: str
    id: int
    name: str


@dataclass(frozen=True)
class Placed:
    """One tap with the words on it and the panel it stands in."""

    tap: Data
    label: str
    panel: str


def placed(inputs: Sequence[Input], document: Data) -> Iterator[Placed]:
    """The taps of a document, in order."""
    for found in walk(inputs, document):
        if isinstance(found.input, TapInput):
            yield Placed(found.value, _label(found), _panel(found))


def _label(found: Found) -> str:
    """The words of the nearest thing around it that has any."""
    for element, data in reversed(found.parents):
        if words := title_of(element, data):
            return words
    return found.parents[-1][0].label if found.parents else found.input.label


def _panel(found: Found) -> str:
    return next((data["id"] for element, data in reversed(found.parents) if element.is_panel), "")


def keep(session: Session, owner: Owner, taps: Iterable[Placed], *, now: datetime) -> None:
    """Write down the taps of *owner*'s whole document; those that stood there before stay known, but do nothing more.

    The documents are changed: a code that belongs to somebody else is replaced (the document is a copy), and the
    actions move into action sets, from where `with_actions` brings them back.
    """
    found = list(taps)
    _rename_copied(session, owner, found)
    known = {tap.code: tap for tap in session.scalars(_of(owner))}
    for tap in known.values():
        tap.is_live, tap.owner_name = False, owner.name
    for position, each in enumerate(found):
        row = known.get(each.tap["id"]) or _new(session, owner, each.tap["id"], now)
        row.label, row.panel, row.position, row.is_live = each.label, each.panel, position, True
        row.is_counted = behaviours[each.tap["do"]].answers
    _keep_actions(session, [each.tap for each in found], now)
    _empty_sets(session, known.keys() - {each.tap["id"] for each in found}, now)
    session.flush()


def _rename_copied(session: Session, owner: Owner, found: Sequence[Placed]) -> None:
    codes = [each.tap["id"] for each in found]
    others = sa.select(Tap.code).where(
        Tap.code.in_(codes), sa.or_(Tap.owner != owner.feature, Tap.owner_id != owner.id)
    )
    taken = set(session.scalars(others))
    for each in found:
        if each.tap["id"] in taken:
            each.tap["id"] = new_code()


def _new(session: Session, owner: Owner, code: str, now: datetime) -> Tap:
    row = Tap(code=code, owner=owner.feature, owner_id=owner.id, owner_name=owner.name, created_at=now)
    session.add(row)
    return row


def _keep_actions(session: Session, taps: Sequence[Data], now: datetime) -> None:
    """Most taps never had any: nothing is looked up for those one by one."""
    known = actions.at_many(session, PLACE, [tap["id"] for tap in taps])
    for tap in taps:
        wanted = tap.pop("actions", None) or Actions().empty()
        if wanted["steps"] or tap["id"] in known:
            actions.keep(session, PLACE, tap["id"], SetDraft(wanted["steps"], wanted["repeats"]), now=now)


def _empty_sets(session: Session, codes: Collection[str], now: datetime) -> None:
    """What these taps did is no use of tags and fields any more; that it was done stays known."""
    for holder, found in actions.at_many(session, PLACE, codes).items():
        actions.keep(session, PLACE, holder, SetDraft((), found.repeats), now=now)


def with_actions(session: Session, documents: Iterable[tuple[Sequence[Input], Data]]) -> None:
    """Put the actions back into the taps of *documents*, for the editor and for a copy."""
    taps = [each.tap for inputs, document in documents for each in placed(inputs, document)]
    sets = actions.at_many(session, PLACE, [tap["id"] for tap in taps])
    for tap in taps:
        found = sets.get(tap["id"])
        tap["actions"] = {"steps": list(found.steps), "repeats": found.repeats} if found else Actions().empty()


def retire(session: Session, owner: Owner) -> None:
    """The document is being deleted; what is tapped in old messages gets a sensible answer all the same."""
    session.execute(sa.update(Tap).where(*_is(owner)).values(is_live=False, owner_name=owner.name))
    for holder in actions.at_many(session, PLACE, session.scalars(sa.select(Tap.code).where(*_is(owner))).all()):
        actions.drop(session, PLACE, holder)


def _of(owner: Owner) -> sa.Select[Tap]:
    return sa.select(Tap).where(*_is(owner))


def _is(owner: Owner) -> tuple[sa.ColumnElement[bool], ...]:
    return Tap.owner == owner.feature, Tap.owner_id == owner.id
