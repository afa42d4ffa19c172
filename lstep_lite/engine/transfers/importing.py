"""From a stored file to changed friends: a pass that only looks, and after a confirmation the pass that does it.

Both passes go through the lines in small units that a killed worker loses whole: the number of the last line that was
looked at moves in the unit that does what the lines say, so that no line is done twice and none is left out.
"""

import logging
import time
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from lstep_lite.db import Database, insert_new
from lstep_lite.engine import agenda
from lstep_lite.engine.transfers import columns, plans
from lstep_lite.engine.transfers.lines import Desk, Held, Verdict, Wish
from lstep_lite.engine.transfers.plans import Options
from lstep_lite.engine.transfers.receiving import Record
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import Friend, Import, ImportLine, ImportPart, ImportState, Lane, LineOutcome

log = logging.getLogger(__name__)

OPEN = (ImportState.CHECKING, ImportState.RUNNING)
APPLIED_AT_ONCE = 40
UNIT_SECONDS = 0.1
"""After so much work of its own a unit ends, however many lines it has done."""
OVER = (LineOutcome.SKIPPED, LineOutcome.FAILED)
"""What checking found about a line that is then left alone."""
UNKNOWN_FAILURE = "うまく処理できませんでした。この行は取り込んでいません。"


# What staff do -------------------------------------------------------------------------------------------------------


def get(session: Session, import_id: int) -> Import:
    """Raises NotFound, also for a file that never arrived whole."""
    found = session.get(Import, import_id)
    if found is None or found.state is ImportState.RECEIVING:
        raise NotFound("この取り込みは見つかりませんでした。")
    return found


def preview(session: Session, job: Import, *, limit: int = 5) -> list[list[str]]:
    """The first lines of the file."""
    first = sa.select(ImportPart.records).where(ImportPart.import_id == job.id).order_by(ImportPart.last_line).limit(1)
    records = session.scalar(first) or []
    width = len(job.headings)
    return [(cells + [""] * width)[:width] for _, cells in records[:limit]]


def check(session: Session, job: Import, mapping: Sequence[str], options: Options) -> None:
    """Look what the file would do; nothing is changed. Raises DomainError naming the field."""
    _must_be(job, ImportState.UPLOADED, ImportState.CHECKED)
    plans.check(mapping, options, columns.columns(session))
    job.mapping, job.options = list(mapping), options.to_json()
    _begin(job, ImportState.CHECKING)


def run(session: Session, job: Import) -> None:
    """Do what was shown."""
    _must_be(job, ImportState.CHECKED)
    if not job.new + job.changed:
        raise DomainError("取り込む内容がありません。どの行も、今の内容と同じか、取り込めない行です。")
    _begin(job, ImportState.RUNNING)


def cancel(session: Session, job: Import, *, now: datetime) -> None:
    """Stop. What is done stays done."""
    if job.state in (ImportState.DONE, ImportState.CANCELLED):
        raise DomainError("この取り込みは、すでに終わっています。")
    job.state, job.finished_at = ImportState.CANCELLED, now


def _must_be(job: Import, *states: ImportState) -> None:
    if job.state not in states or job.expires_at is None:
        raise DomainError("この取り込みは先へ進んでいます。画面を読み込み直してください。")


def _begin(job: Import, state: ImportState) -> None:
    job.state = state
    job.line = job.seen = job.new = job.changed = job.unchanged = job.skipped = job.failed = 0


# What the worker does ------------------------------------------------------------------------------------------------


@agenda.work(Lane.BULK, due=lambda now, wall: sa.exists().where(Import.state.in_(OPEN)))
def work(database: Database, *, now: datetime, wall: datetime) -> bool:
    """Some lines of the oldest file that waits. True when there is more."""
    with database.read() as session:
        waiting = sa.select(Import.id, Import.state).where(Import.state.in_(OPEN)).order_by(Import.id).limit(1)
        found = session.execute(waiting).one_or_none()
    if found is None:
        return False
    if found.state is ImportState.CHECKING:
        _check_some(database, found.id, now)
    else:
        _apply_some(database, found.id, now)
    return True


@agenda.pending
def _pending(session: Session, *, now: datetime, wall: datetime) -> agenda.Pending:
    return agenda.Pending(due=session.scalar(sa.select(sa.func.count()).where(Import.state.in_(OPEN))) or 0)


def _check_some(database: Database, import_id: int, now: datetime) -> None:
    """The looking is done outside any unit; what was seen is written down in one."""
    with database.read() as session:
        job = session.get_one(Import, import_id)
        line, records = job.line, _next_records(session, job)
        verdicts = _judge(session, Desk(session, job), records, now)
    with database.unit() as session:
        job = _locked(session, import_id)
        if job.state is ImportState.CHECKING and job.line == line:
            _refuse_doubles(session, job, verdicts)
            _write_down(session, job, verdicts)
            if not records:
                job.state = ImportState.CHECKED


def _next_records(session: Session, job: Import) -> list[Record]:
    """The lines after the last one that was looked at, up to the end of their part; none at the end of the file."""
    part = sa.select(ImportPart.records).where(ImportPart.import_id == job.id, ImportPart.last_line > job.line)
    records = session.scalar(part.order_by(ImportPart.last_line).limit(1)) or []
    return [(line, cells) for line, cells in records if line > job.line]


def _locked(session: Session, import_id: int) -> Import:
    return session.scalars(sa.select(Import).where(Import.id == import_id).with_for_update()).one()


def _judge(session: Session, desk: Desk, records: Sequence[Record], now: datetime) -> dict[int, Verdict]:
    wishes, verdicts = _read(desk, records)
    found = desk.find(wishes)
    held = desk.held(friend for people in found.values() for friend in people)
    for wish in wishes:
        try:
            verdicts[wish.line] = desk.verdict(wish, desk.only(wish, found), held, now)
        except DomainError as error:
            verdicts[wish.line] = Verdict(LineOutcome.FAILED, reason=error.message)
    return verdicts


def _read(desk: Desk, records: Sequence[Record]) -> tuple[list[Wish], dict[int, Verdict]]:
    wishes: list[Wish] = []
    verdicts: dict[int, Verdict] = {}
    for record in records:
        try:
            wishes.append(desk.read(record))
        except DomainError as error:
            verdicts[record[0]] = Verdict(LineOutcome.FAILED, reason=error.message)
    return wishes, verdicts


def _refuse_doubles(session: Session, job: Import, verdicts: dict[int, Verdict]) -> None:
    """One line, one person: a second line about somebody is not done."""
    people = {verdict.person for verdict in verdicts.values() if verdict.person}
    first = min(verdicts, default=0)
    earlier = sa.select(ImportLine.person, ImportLine.line).where(
        ImportLine.import_id == job.id, ImportLine.person.in_(people), ImportLine.line < first
    )
    seen = {row.person: row.line for row in session.execute(earlier)} if people else {}
    for line, verdict in sorted(verdicts.items()):
        if verdict.person and (other := seen.setdefault(verdict.person, line)) != line:
            verdicts[line] = Verdict(LineOutcome.FAILED, reason=f"{other:,}行目と同じ方です。先の行だけ取り込みます。")


def _write_down(session: Session, job: Import, verdicts: dict[int, Verdict]) -> None:
    """What checking found out, in place of what it found out last time."""
    if not verdicts:
        return
    last = max(verdicts)
    old = sa.delete(ImportLine).where(
        ImportLine.import_id == job.id, ImportLine.line > job.line, ImportLine.line <= last
    )
    session.execute(old)
    rows = [
        {"import_id": job.id, "line": line, "outcome": it.outcome, "person": it.person, "reason": it.reason}
        for line, it in verdicts.items()
    ]
    session.execute(insert_new(session, ImportLine), rows)
    for verdict in verdicts.values():
        _count(job, verdict.outcome)
    job.line = last


def _count(job: Import, outcome: LineOutcome) -> None:
    job.seen += 1
    setattr(job, outcome.value, getattr(job, outcome.value) + 1)


def _apply_some(database: Database, import_id: int, now: datetime) -> None:
    with database.read() as session:
        job = session.get_one(Import, import_id)
        line, records = job.line, _next_records(session, job)[:APPLIED_AT_ONCE]
    with database.unit() as session:
        job = _locked(session, import_id)
        if job.state is not ImportState.RUNNING or job.line != line:
            return
        if not records:
            job.state, job.finished_at = ImportState.DONE, now
            return
        _apply(session, job, records, now)


def _apply(session: Session, job: Import, records: Sequence[Record], now: datetime) -> None:
    """As many of these lines as fit into one unit."""
    started = time.thread_time()
    desk = Desk(session, job)
    lines = {line.line: line for line in _lines(session, job, records)}
    wishes = {wish.line: wish for wish in _read(desk, records)[0]}
    found = desk.find(wishes.values())
    held = desk.held(_lock(session, found))
    outcomes: list[LineOutcome] = []
    for line, _ in records:
        outcomes.append(_apply_line(session, job, desk, lines[line], wishes.get(line), found, held, now))
        if time.thread_time() - started > UNIT_SECONDS:
            break
    for outcome in outcomes:
        _count(job, outcome)
    job.line = records[len(outcomes) - 1][0]


def _lines(session: Session, job: Import, records: Sequence[Record]) -> Sequence[ImportLine]:
    first, last = records[0][0], records[-1][0]
    query = sa.select(ImportLine).where(ImportLine.import_id == job.id, ImportLine.line.between(first, last))
    return session.scalars(query).all()


def _lock(session: Session, found: dict[str, list[Friend]]) -> Sequence[Friend]:
    """In the order of their ids, as everybody who locks several."""
    ids = [friend.id for people in found.values() for friend in people]
    query = sa.select(Friend).where(Friend.id.in_(ids)).order_by(Friend.id).with_for_update()
    return session.scalars(query, execution_options={"populate_existing": True}).all()


def _apply_line(
    session: Session,
    job: Import,
    desk: Desk,
    line: ImportLine,
    wish: Wish | None,
    found: dict[str, list[Friend]],
    held: Held,
    now: datetime,
) -> LineOutcome:
    if wish is not None and line.outcome not in OVER:
        try:
            with session.begin_nested():
                verdict = desk.apply(wish, desk.only(wish, found), held, staff_id=job.staff_id, now=now)
        except DomainError as error:
            verdict = Verdict(LineOutcome.FAILED, reason=error.message)
        except OperationalError:
            raise  # a lost connection or lock: the whole unit is tried again
        except Exception:
            log.exception("import %s: line %s failed", job.id, line.line)
            verdict = Verdict(LineOutcome.FAILED, reason=UNKNOWN_FAILURE)
        line.outcome, line.reason = verdict.outcome, verdict.reason
    return line.outcome


# What became of it ---------------------------------------------------------------------------------------------------


def imports(session: Session, *, limit: int = 30) -> Sequence[Import]:
    """The newest first."""
    whole = sa.select(Import).where(Import.state != ImportState.RECEIVING).options(sa.orm.joinedload(Import.staff))
    return session.scalars(whole.order_by(Import.id.desc()).limit(limit)).all()


def problems(session: Session, job: Import, *, after: int = 0, limit: int = 50) -> Sequence[ImportLine]:
    """The lines that are left alone, from the top of the file."""
    query = sa.select(ImportLine).where(
        ImportLine.import_id == job.id, ImportLine.outcome.in_(OVER), ImportLine.line > after
    )
    return session.scalars(query.order_by(ImportLine.line).limit(limit)).all()
