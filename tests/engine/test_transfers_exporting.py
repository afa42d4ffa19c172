"""Lists that leave as a file."""

import csv
import io
import tracemalloc
from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from lstep_lite.engine import fields, scores, tags, transfers
from lstep_lite.engine.friends import Audience, FriendState
from lstep_lite.engine.transfers import cells
from lstep_lite.errors import DomainError
from lstep_lite.models import ChangedBy, Encoding, Export, FieldType, Friend, Origin
from tests.factories import NOW, a_field, a_friend, a_mark, a_score, a_shop, a_staff, a_tag

BY_HAND = {"changed_by": ChangedBy.STAFF, "now": NOW}


@pytest.fixture
def staff(session):
    a_shop(session)
    staff = a_staff(session)
    session.commit()
    return staff


def file_of(database, staff, keys, *, audience=None, encoding=Encoding.UTF8):
    with database.unit() as session:
        export_id = transfers.begin(session, keys, encoding, staff_id=staff.id, now=NOW).id
    return b"".join(transfers.lines(database, export_id, audience or Audience(), keys, encoding, now=NOW))


def rows_of(data, encoding="utf-8-sig"):
    return list(csv.reader(io.StringIO(data.decode(encoding), newline="")))


def test_the_file_holds_what_is_known_of_each_friend(database, session, staff):
    mark, tag, score = a_mark(session, name="要フォロー"), a_tag(session, name="常連"), a_score(session, name="来店")
    number, day = a_field(session, FieldType.NUMBER, name="回数"), a_field(session, FieldType.DATE, name="初来店")
    ann = a_friend(
        session, display_name="あん", phone="09012345678", memo="1行目\n2行目", mark_id=mark.id, last_message_at=NOW
    )
    tags.attach(session, tag, ann, **BY_HAND)
    scores.add(session, score, ann, -5, reason="調整", **BY_HAND)
    fields.write(session, ann, f"field:{number.id}", Decimal("2.5"), **BY_HAND)
    fields.write(session, ann, f"field:{day.id}", date(2025, 4, 1), **BY_HAND)
    a_friend(session, display_name="べん", is_following=False)
    session.commit()
    keys = [column.key for column in transfers.columns(session)]

    heading, *rows = rows_of(file_of(database, staff, keys, audience=Audience(state=FriendState.FRIENDS)))

    assert len(rows) == 1, "the filter says who is in it"
    row = dict(zip(heading, rows[0], strict=True))
    assert row["ID"] == str(ann.id)
    assert (row["表示名"], row["電話番号"], row["個別メモ"]) == ("あん", "09012345678", "1行目\n2行目")
    assert (row["対応マーク"], row["表示状態"], row["ユーザーブロック"]) == ("要フォロー", "表示", "0")
    assert (row["友だち追加日時"], row["最終メッセージ日時"]) == ("2026-03-05 10:00", "2026-03-05 10:00")
    assert (row["タグ：常連"], row["スコア：来店"]) == ("1", "-5")
    assert (row["情報：回数"], row["情報：初来店"]) == ("2.5", "2025-04-01")


def test_every_file_is_written_down(database, session, staff):
    for _ in range(3):
        a_friend(session)
    session.commit()
    file_of(database, staff, ["id", "name"])
    session.expire_all()
    export = session.scalars(sa.select(Export)).one()
    assert (export.staff_id, export.at, export.row_count, export.finished_at) == (staff.id, NOW, 3, NOW)
    assert export.columns == ["ID", "表示名"]


def test_a_file_that_was_broken_off_is_written_down_as_far_as_it_went(database, session, staff):
    session.execute(sa.insert(Friend), [_row(number) for number in range(700)])
    session.commit()
    with database.unit() as unit:
        export_id = transfers.begin(unit, ["id"], Encoding.UTF8, staff_id=staff.id, now=NOW).id
    pieces = transfers.lines(database, export_id, Audience(), ["id"], Encoding.UTF8, now=NOW)
    next(pieces), next(pieces)
    pieces.close()
    session.expire_all()
    export = session.get_one(Export, export_id)
    assert (export.row_count, export.finished_at) == (500, None)


def test_without_a_column_there_is_no_file(session, staff):
    with pytest.raises(DomainError, match="1つ以上") as refusal:
        transfers.begin(session, ["nonsense"], Encoding.UTF8, staff_id=staff.id, now=NOW)
    assert refusal.value.field == "columns"


def test_what_windows_lacks_is_replaced_and_counted(database, session, staff):
    a_friend(session, display_name="花子😊〜𠮷")
    session.commit()
    data = file_of(database, staff, ["name"], encoding=Encoding.CP932)
    assert rows_of(data, "cp932")[1] == ["花子〓～〓"], "the wave dash has a twin there"
    session.expire_all()
    assert session.scalars(sa.select(Export.replaced_count)).one() == 2


def test_no_cell_is_a_formula(database, session, staff):
    for name in ("=1+1", "+81", "-x", "@sum", "\tx", "＝1"):
        a_friend(session, display_name=name, followed_at=NOW)
    session.commit()
    names = [row[0] for row in rows_of(file_of(database, staff, ["name"]))[1:]]
    assert all(name.startswith("'") for name in names)


@given(st.text("'=+-@\t\r\nあa1", max_size=8))
def test_guarding_is_undone_exactly(text):
    guarded = cells.guarded(text)
    assert cells.unguarded(guarded) == text
    assert not guarded.startswith(tuple("=+-@\t\r"))


def _row(number):
    return {
        "code": f"c{number}", "line_user_id": f"U{number:032d}", "origin": Origin.ADDED, "lot_number": number,
        "display_name": f"友だち{number}", "is_following": True, "followed_at": NOW, "created_at": NOW,
        "memo": "長いメモ" * 50,
    }  # fmt: skip


def test_memory_does_not_grow_with_the_list(database, session, staff):
    session.execute(sa.insert(Friend), [_row(number) for number in range(5000)])
    session.commit()
    keys = [column.key for column in transfers.columns(session)]
    with database.unit() as unit:
        export_id = transfers.begin(unit, keys, Encoding.UTF8, staff_id=staff.id, now=NOW).id
    pieces = transfers.lines(database, export_id, Audience(), keys, Encoding.UTF8, now=NOW)
    for _ in range(3):
        next(pieces)
    tracemalloc.start()
    next(pieces)
    early = tracemalloc.get_traced_memory()[1]
    size = sum(len(piece) for piece in pieces)
    late = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 2_000_000
    assert late < early * 1.5, f"{late:,} bytes at the end, {early:,} for the first chunks"
