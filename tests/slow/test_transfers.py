"""A hundred thousand people leave as a file and come in as one, in little memory."""

import io
import resource
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

import lstep_lite.engine.registry  # noqa: F401 - what friends have is registered by features
from lstep_lite.db import Database, UTCDateTime
from lstep_lite.engine import transfers
from lstep_lite.engine.friends import Audience
from lstep_lite.engine.transfers import importing
from lstep_lite.engine.transfers.plans import Match, Options
from lstep_lite.models import Encoding, Friend, Import, Origin
from tests.factories import NOW, a_shop, a_staff

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

PEOPLE = 100_000
MOST_BYTES = 32_000_000
"""A list of the whole file, or of all friends, is several times as much."""


@pytest.fixture
def staff_id(fresh_database: Database) -> int:
    with fresh_database.unit() as session:
        a_shop(session)
        return int(a_staff(session).id)


class Lines(io.RawIOBase):
    """A file of *count* lines that is made while it is read."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.rest, self.lines = b"", self._lines()

    def _lines(self) -> Iterator[bytes]:
        yield "電話,氏名,メモ\n".encode()
        for number in range(self.count):
            yield f"090{number:08d},山田 花子{number},{'長いメモ' * 5}\n".encode()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, place: int, whence: int = 0) -> int:
        assert (place, whence) == (0, 0), "only back to the beginning"
        self.rest, self.lines = b"", self._lines()
        return 0

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        while len(self.rest) < len(buffer) and (line := next(self.lines, b"")):
            self.rest += line
        piece, self.rest = self.rest[: len(buffer)], self.rest[len(buffer) :]
        buffer[: len(piece)] = piece
        return len(piece)


def test_a_hundred_thousand_lines_come_in(fresh_database: Database, staff_id: int) -> None:
    import_id = begin_import(fresh_database, PEOPLE, staff_id)
    with fresh_database.read() as session:
        assert session.get_one(Import, import_id).new >= 2000


def test_coming_in_takes_little_memory(fresh_database: Database, staff_id: int) -> None:
    """A quarter of the lines in a quarter of the memory: watching it makes everything several times as slow."""
    tracemalloc.start()
    begin_import(fresh_database, PEOPLE // 4, staff_id)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < MOST_BYTES // 4, f"{peak:,} bytes"


def begin_import(database: Database, lines: int, staff_id: int) -> int:
    """Take in a file, and the first people of it; the id of the import."""
    import_id = transfers.receive(database, Lines(lines), "名簿.csv", staff_id=staff_id, now=NOW)
    with database.unit() as session:
        job = transfers.get(session, import_id)
        assert job.line_count == lines
        options = Options(match=Match.PHONE, creates=True)
        transfers.check(session, job, ["system:phone", "system:real_name", "system:memo"], options)
    for _ in range(12):
        importing.work(database, now=NOW, wall=NOW)
    return import_id


def test_a_hundred_thousand_people_leave(fresh_database: Database, staff_id: int) -> None:
    with fresh_database.engine.begin() as connection:
        connection.execute(_people())
    with fresh_database.read() as session:
        keys = [column.key for column in transfers.columns(session)]
    with fresh_database.unit() as session:
        export_id = transfers.begin(session, keys, Encoding.UTF8, staff_id=staff_id, now=NOW).id
    pieces = transfers.lines(fresh_database, export_id, Audience(), keys, Encoding.UTF8, now=NOW)
    lines = sum(next(pieces).count(b"\r\n") for _ in range(20))
    begin, most = _resident(), 0
    for piece in pieces:
        lines += piece.count(b"\r\n")
        most = max(most, _resident())
    assert lines == PEOPLE + 1
    assert most - begin < MOST_BYTES, f"{most - begin:,} bytes more at the end than after the first pieces"


def _people() -> sa.Insert:
    """PEOPLE friends, made by the database itself."""
    numbers = sa.select(sa.literal(1).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(sa.select(numbers.c.n + 1).where(numbers.c.n < PEOPLE))
    number = sa.cast(numbers.c.n, sa.Text)
    row = {
        "code": number, "line_user_id": sa.literal("U") + number, "display_name": sa.literal("友だち") + number,
        "origin": sa.literal(Origin.ADDED, Friend.origin.type), "lot_number": numbers.c.n,
        "is_following": sa.true(), "is_hidden": sa.false(), "is_blocked": sa.false(),
        "followed_at": sa.literal(NOW, UTCDateTime), "created_at": sa.literal(NOW, UTCDateTime),
        **dict.fromkeys(("memo", "search_text", "name_key", "memo_key", "phone_key", "email_key"), sa.literal("")),
    }  # fmt: skip
    return sa.insert(Friend).from_select(list(row), sa.select(*row.values()))


def _resident() -> int:
    """How much memory this process holds now, in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
