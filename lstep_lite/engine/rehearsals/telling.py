"""From what was played to what is shown: scenes with their messages and their reasons."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import settings, timeline
from lstep_lite.engine.rehearsals import warnings
from lstep_lite.engine.rehearsals.films import Choice, Film, LineObject, Note, Scene, Sending
from lstep_lite.engine.rehearsals.sending import Sent
from lstep_lite.engine.taps.registry import PREFIX
from lstep_lite.engine.timeline import Item
from lstep_lite.models import Enrolment, Friend, Passage, PassageState, ScenarioStep, Tap

MOST_ENTRIES = 1000
NOT_TAPPED = Note(
    "タップしなかった場合です",
    "",
    [("", "タップした場合は、前のメッセージの「タップした場合を見る」で確かめられます。")],
)


@dataclass(frozen=True)
class Log:
    """What was played."""

    start: datetime
    first_id: int
    """The newest entry of the timeline before anything was played."""
    root_id: int
    """The entry from which all that is rehearsed follows."""
    tapped_ids: Sequence[int]
    """Entries that follow from an assumed tap."""
    sent: Sequence[tuple[datetime, Sent]]
    next_due: datetime | None
    is_cut: bool
    goal_at: datetime | None


def told(session: Session, friend: Friend, log: Log) -> Film:
    """The film, without anything of the database in it."""
    items = [each for each in _items(session, friend) if each.entry.id > log.first_id]
    ours = _ours(items, log)
    labels = _tap_labels(session, [message for _, sent in log.sent for message in sent.objects])
    scenes = _scenes(items, log, ours, labels, _asked_about_taps(session, friend, log.start))
    film = Film(
        friend.name,
        log.start,
        scenes,
        ended_at=None if log.next_due or log.is_cut else _last_moment(scenes, log.start),
        is_cut=log.is_cut,
        goal_at=log.goal_at,
    )
    return warnings.looked_through(film, settings.zone(session))


def _items(session: Session, friend: Friend) -> list[Item]:
    """The newest entries, first to last."""
    return timeline.entries(session, friend, limit=MOST_ENTRIES)[::-1]


def _ours(items: Iterable[Item], log: Log) -> set[int]:
    """The entries that follow from what is rehearsed; the others would be there anyway."""
    found = {log.root_id, *log.tapped_ids}
    for item in sorted(items, key=lambda item: item.entry.id):
        if item.entry.cause_id in found:
            found.add(item.entry.id)
    return found


def _scenes(
    items: Sequence[Item], log: Log, ours: set[int], labels: dict[str, str], asked: set[datetime]
) -> list[Scene]:
    moments = sorted({at for at, _ in log.sent} | {item.entry.at for item in items})
    return [
        Scene(
            moment,
            [_sending(sent, ours, labels) for at, sent in log.sent if at == moment],
            [
                *(_note(item, ours) for item in items if item.entry.at == moment and _says_more(item, log)),
                *([NOT_TAPPED] if moment in asked else []),
            ],
        )
        for moment in moments
    ]


def _says_more(item: Item, log: Log) -> bool:
    """Whether it tells something that the messages beside it don't: a step that only sends is named with them."""
    only_sends = bool(item.deliveries) and "run_id" not in item.entry.facts
    return item.entry.id != log.root_id and not only_sends


def _sending(sent: Sent, ours: set[int], labels: dict[str, str]) -> Sending:
    codes = dict.fromkeys(_codes(sent.objects))
    return Sending(
        [row.source_label for row in sent.rows],
        sent.objects,
        sent.counted,
        sent.is_reply,
        sent.reason,
        is_other=not any(row.cause_id in ours for row in sent.rows),
        choices=[Choice(code, labels[code]) for code in codes if code in labels],
    )


def _note(item: Item, ours: set[int]) -> Note:
    return Note(item.label, item.detail, list(item.results), is_other=item.entry.id not in ours)


def _last_moment(scenes: Sequence[Scene], start: datetime) -> datetime:
    return scenes[-1].at if scenes else start


def _tap_labels(session: Session, objects: Iterable[LineObject]) -> dict[str, str]:
    """The words on the buttons of *objects* that we are told of, by their codes."""
    query = sa.select(Tap.code, Tap.label).where(Tap.code.in_(set(_codes(objects))))
    return {row.code: row.label for row in session.execute(query)}


def _codes(part: object) -> Iterator[str]:
    """The codes of the taps anywhere in *part* of a message."""
    if isinstance(part, dict):
        data = part.get("data")
        if isinstance(data, str) and data.startswith(PREFIX):
            yield data.removeprefix(PREFIX)
        part = list(part.values())
    if isinstance(part, (list, tuple)):
        for inner in part:
            yield from _codes(inner)


def _asked_about_taps(session: Session, friend: Friend, since: datetime) -> set[datetime]:
    """When a branch or a step was passed over by a condition on taps."""
    query = (
        sa.select(Passage.at, ScenarioStep.tree)
        .join(Enrolment, Enrolment.id == Passage.enrolment_id)
        .join(
            ScenarioStep,
            sa.and_(ScenarioStep.version_id == Enrolment.version_id, ScenarioStep.code == Passage.code),
        )
        .where(Passage.friend_id == friend.id, Passage.at >= since)
        .where(Passage.state.in_([PassageState.NO, PassageState.SKIPPED]))
    )
    return {at for at, tree in session.execute(query) if tree and _asks_about_taps(tree)}


def _asks_about_taps(tree: dict[str, list[dict[str, object]]]) -> bool:
    return any(row["kind"] == "tap" for rows in tree.values() if isinstance(rows, list) for row in rows)
