"""Transfers (データ移行/CSV): lists that leave as a file, and files that come in."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lstep_lite.db import Base, one_of, primary_key
from lstep_lite.models.staff import Staff


class Encoding(StrEnum):
    UTF8 = "utf8"
    """With a byte order mark, so that spreadsheets recognise it."""
    CP932 = "cp932"
    """What Windows calls Shift_JIS."""


class Export(Base):
    """That somebody took customers' data out: who, when, how many."""

    __tablename__ = "exports"

    id: Mapped[int] = primary_key()
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    at: Mapped[datetime]
    columns: Mapped[list[Any]]
    """The headings of the file."""
    encoding: Mapped[Encoding] = mapped_column(one_of(Encoding, "encoding"))
    row_count: Mapped[int] = mapped_column(default=0)
    """How many people have left so far."""
    replaced_count: Mapped[int] = mapped_column(default=0)
    """How many characters the encoding lacks, and were replaced."""
    finished_at: Mapped[datetime | None]
    """Null while it is being fetched, and for one that was broken off."""

    staff: Mapped[Staff | None] = relationship()


class ImportState(StrEnum):
    RECEIVING = "receiving"
    """Its lines are still being stored; one that stays so was broken off."""
    UPLOADED = "uploaded"
    """Nobody has said yet what its columns mean."""
    CHECKING = "checking"
    CHECKED = "checked"
    """It is known what it would change; nothing has been changed."""
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


class Import(Base):
    """One file, on its way into the list of friends."""

    __tablename__ = "imports"
    __table_args__ = (Index("ix_imports_state_id", "state", "id"), Index("ix_imports_expires_at", "expires_at"))

    id: Mapped[int] = primary_key()
    file_name: Mapped[str]
    """As the sender named it."""
    state: Mapped[ImportState] = mapped_column(one_of(ImportState, "state"))
    headings: Mapped[list[Any]]
    line_count: Mapped[int] = mapped_column(default=0)
    """Lines of data, empty ones left out."""
    mapping: Mapped[list[Any]]
    """For each column of the file the key of what it goes into; empty for a column that is passed over."""
    options: Mapped[dict[str, Any]]
    """{"match", "creates", "runs_actions", "clears"}; see engine/transfers/plans.py."""
    line: Mapped[int] = mapped_column(default=0)
    """The last line that was looked at, as spreadsheets count. It moves in the unit that does what the lines say."""
    seen: Mapped[int] = mapped_column(default=0)
    """How many lines were looked at in this pass."""
    new: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    """When its lines are removed; null once they are."""

    staff: Mapped[Staff | None] = relationship()


class ImportPart(Base):
    """Some hundred lines of the file, as they came."""

    __tablename__ = "import_parts"

    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True)
    last_line: Mapped[int] = mapped_column(primary_key=True)
    records: Mapped[list[Any]]
    """[[line, [cell…]]…]"""


class LineOutcome(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    """Nobody was found for it."""
    FAILED = "failed"


class ImportLine(Base):
    """What would become of one line of the file, or what has."""

    __tablename__ = "import_lines"
    __table_args__ = (
        Index("ix_import_lines_outcome", "import_id", "outcome", "line"),
        Index("ix_import_lines_person", "import_id", "person", "line"),
    )

    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    outcome: Mapped[LineOutcome] = mapped_column(one_of(LineOutcome, "outcome"))
    person: Mapped[str | None]
    """Whom it is about: a second line about the same person is refused."""
    reason: Mapped[str | None]
