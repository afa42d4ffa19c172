"""One line of a file: what it says, whom it is about, and what it changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import fields, friends, marks, settings, tags, text
from lstep_lite.engine.fields import Value
from lstep_lite.engine.transfers.plans import MATCHES, Match, Options
from lstep_lite.engine.transfers.receiving import Record
from lstep_lite.errors import DomainError
from lstep_lite.models import ChangedBy, Friend, FriendTag, Import, LineOutcome, Mark, Tag

YES = {text.normalise(word) for word in ("1", "○", "◯", "はい", "あり", "有", "yes", "true", "on")}
NO = {text.normalise(word) for word in ("0", "×", "いいえ", "なし", "無", "no", "false", "off")}
MOST_DIGITS = 15


@dataclass
class Wish:
    """What one line says. A key that is missing says nothing."""

    line: int
    person: str
    """The cell by which the person is found, as it is compared."""
    values: dict[str, Value] = field(default_factory=dict)
    tags: dict[int, bool] = field(default_factory=dict)
    marks: tuple[int | None, ...] = ()
    """The one mark it gives, or none at all."""


@dataclass(frozen=True)
class Verdict:
    outcome: LineOutcome
    person: str | None = None
    reason: str | None = None


class Desk:
    """What reading lines needs, loaded once for many of them."""

    def __init__(self, session: Session, job: Import) -> None:
        self.session = session
        self.options = Options.from_json(job.options)
        self.mapping: list[str] = job.mapping
        self.headings: list[str] = job.headings
        self._zone = settings.zone(session)
        self.targets = fields.some(session, [key for key in self.mapping if key])
        tag_ids = [int(key.partition(":")[2]) for key in self.mapping if key.startswith("tag:")]
        self.tags = {tag.id: tag for tag in session.scalars(sa.select(Tag).where(Tag.id.in_(tag_ids)))}
        self.marks = {mark.id: mark for mark in session.scalars(sa.select(Mark))}
        self._mark_ids = {text.normalise(mark.name): mark.id for mark in self.marks.values()}

    # What a line says

    def read(self, record: Record) -> Wish:
        """Raises DomainError naming the column and what is wrong in it."""
        line, cells = record
        wish = Wish(line, self._person(cells))
        for key, heading, cell in zip(self.mapping, self.headings, cells, strict=False):
            if key and key != Match.ID and (cell or self.options.clears):
                try:
                    self._read_cell(wish, key, cell)
                except DomainError as error:
                    raise DomainError(f"「{heading}」の列：{error.message}") from error
        return wish

    def _person(self, cells: Sequence[str]) -> str:
        place = self.mapping.index(self.options.match)
        cell = cells[place] if place < len(cells) else ""
        key = self._key(cell)
        if not key:
            raise DomainError(f"{MATCHES[self.options.match]}がないため、どの方か分かりません。")
        return key

    def _key(self, cell: str) -> str:
        if self.options.match is Match.PHONE:
            return text.phone_key(cell)
        if self.options.match is Match.EMAIL:
            return text.email_key(cell)
        digits = text.normalise(cell)
        return str(int(digits)) if digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS else ""

    def _read_cell(self, wish: Wish, key: str, cell: str) -> None:
        if key.startswith("tag:"):
            if cell:
                wish.tags[int(key.partition(":")[2])] = _flag(cell)
        elif key == "mark":
            wish.marks = (self._mark(cell),)
        elif (target := self.targets.get(key)) is not None:
            wish.values[key] = target.parse(cell, self._zone)

    def _mark(self, cell: str) -> int | None:
        if not cell:
            return None
        if (mark_id := self._mark_ids.get(text.normalise(cell))) is None:
            raise DomainError(f"「{cell}」という対応マークはありません。")
        return mark_id

    # Whom it is about

    def find(self, wishes: Iterable[Wish]) -> dict[str, list[Friend]]:
        """Everybody who fits, by the cell of the file: one query for all lines."""
        keys = {wish.person for wish in wishes}
        column = {Match.ID: Friend.id, Match.PHONE: Friend.phone_key, Match.EMAIL: Friend.email_key}[self.options.match]
        wanted = [int(key) for key in keys] if self.options.match is Match.ID else list(keys)
        query = sa.select(column, Friend).where(column.in_(wanted), Friend.erased_at.is_(None)).order_by(Friend.id)
        found: dict[str, list[Friend]] = {}
        for key, friend in self.session.execute(query):
            found.setdefault(str(key), []).append(friend)
        return found

    def only(self, wish: Wish, found: dict[str, list[Friend]]) -> Friend | None:
        """The one person, or None for nobody. Raises DomainError where several fit."""
        people = found.get(wish.person, [])
        if len(people) > 1:
            raise DomainError(f"同じ{MATCHES[self.options.match]}の方が{len(people)}人いるため、どの方か分かりません。")
        return people[0] if people else None

    # What it changes

    def held(self, people: Iterable[Friend]) -> "Held":
        """What these people have now of all that the file speaks of."""
        everybody = {friend.id: friend for friend in people}
        values = fields.read_targets(self.session, list(everybody.values()), list(self.targets.values()))
        carried = sa.select(FriendTag.friend_id, FriendTag.tag_id).where(
            FriendTag.friend_id.in_(everybody), FriendTag.tag_id.in_(self.tags)
        )
        found = {(friend_id, tag_id) for friend_id, tag_id in self.session.execute(carried)}
        return Held(self.options.match, values, found)

    def verdict(self, wish: Wish, friend: Friend | None, held: "Held", now: datetime) -> Verdict:
        """What would become of the line. Raises DomainError when it can't be."""
        if friend is not None:
            outcome = LineOutcome.CHANGED if held.differs(wish, friend) else LineOutcome.UNCHANGED
            return Verdict(outcome, f"friend:{friend.id}")
        if not self.options.creates:
            return Verdict(LineOutcome.SKIPPED, None, f"この{MATCHES[self.options.match]}の方は見つかりませんでした。")
        friends.check_new(self._draft(wish), now=now)
        return Verdict(LineOutcome.NEW, f"new:{wish.person}")

    def apply(self, wish: Wish, friend: Friend | None, held: "Held", *, staff_id: int | None, now: datetime) -> Verdict:
        """Do what the line says. Raises DomainError when it can't be done."""
        if friend is None:
            made = friends.add_without_line(self.session, self._draft(wish), now=now)
            known = {key: value for key, value in wish.values.items() if key.startswith("system:")}
            self._write(wish, made, Held(self.options.match, {made.id: known}, set()), staff_id, now)
            return Verdict(LineOutcome.NEW)
        return Verdict(LineOutcome.CHANGED if self._write(wish, friend, held, staff_id, now) else LineOutcome.UNCHANGED)

    def _draft(self, wish: Wish) -> friends.FriendDraft:
        system: dict[str, Any] = {
            key.partition(":")[2]: value
            for key, value in wish.values.items()
            if key.startswith("system:") and value is not None
        }
        return friends.FriendDraft(**system)

    def _write(self, wish: Wish, friend: Friend, held: "Held", staff_id: int | None, now: datetime) -> bool:
        by = ChangedBy.AUTOMATION if self.options.runs_actions else ChangedBy.IMPORT
        is_changed = False
        for key, value in held.changed_values(wish, friend):
            target = self.targets[key]
            is_changed |= fields.write(self.session, friend, target, value, changed_by=by, now=now, staff_id=staff_id)
        for mark_id in wish.marks:
            mark = self.marks.get(mark_id) if mark_id is not None else None
            is_changed |= marks.put(self.session, friend, mark, changed_by=by, now=now, staff_id=staff_id)
        for tag_id, is_on in held.changed_tags(wish, friend):
            is_changed |= self._tag(self.tags[tag_id], friend, is_on, by, staff_id, now)
        return is_changed

    def _tag(self, tag: Tag, friend: Friend, is_on: bool, by: ChangedBy, staff_id: int | None, now: datetime) -> bool:
        if not is_on:
            return tags.detach(self.session, tag, friend, now=now, staff_id=staff_id)
        if tags.attach(self.session, tag, friend, changed_by=by, now=now, staff_id=staff_id):
            return True
        if not tags.carries(self.session, tag, friend):
            raise DomainError(f"タグ「{tag.name}」は定員に達しているため、付けられませんでした。")
        return False


@dataclass(frozen=True)
class Held:
    """What people have, as far as the file speaks of it."""

    match: Match
    """What people were found by is theirs already, however it is written."""
    values: dict[int, fields.Values]
    tags: set[tuple[int, int]]

    def differs(self, wish: Wish, friend: Friend) -> bool:
        return bool(
            self.changed_values(wish, friend)
            or any(friend.mark_id != mark_id for mark_id in wish.marks)
            or self.changed_tags(wish, friend)
        )

    def changed_values(self, wish: Wish, friend: Friend) -> list[tuple[str, Value]]:
        before = self.values[friend.id]
        return [
            (key, value)
            for key, value in wish.values.items()
            if key != self.match and _compared(key, before.get(key)) != _compared(key, value)
        ]

    def changed_tags(self, wish: Wish, friend: Friend) -> list[tuple[int, bool]]:
        return [(tag_id, is_on) for tag_id, is_on in wish.tags.items() if ((friend.id, tag_id) in self.tags) != is_on]


def _compared(key: str, value: Value) -> Value:
    """Hyphens make no other phone number."""
    return text.phone_key(str(value)) if key == Match.PHONE and value else value


def _flag(cell: str) -> bool:
    word = text.normalise(cell)
    if word in YES:
        return True
    if word in NO:
        return False
    raise DomainError(f"「{cell}」は読み取れません。付ける方は1、付けない方は0にしてください。")
