"""Files that come in."""

import io
from decimal import Decimal

import pytest
import sqlalchemy as sa

from lstep_lite.engine import actions, fields, friends, registry, tags, transfers
from lstep_lite.engine.friends import Audience, erasing
from lstep_lite.engine.transfers import Match, Options, importing, sweeping
from lstep_lite.engine.transfers.receiving import KEPT_FOR
from lstep_lite.errors import DomainError
from lstep_lite.models import (
    ActionRun,
    ChangedBy,
    Encoding,
    FieldType,
    Friend,
    FriendTag,
    Import,
    ImportLine,
    ImportPart,
    ImportState,
    LineOutcome,
    Origin,
    TimelineEntry,
)
from tests.factories import NOW, a_field, a_friend, a_mark, a_shop, a_staff, a_tag

assert registry
BY_PHONE = Options(match=Match.PHONE, creates=True)


@pytest.fixture
def staff(session):
    a_shop(session)
    staff = a_staff(session)
    session.commit()
    return staff


@pytest.fixture
def ann(session, staff):
    friend = a_friend(session, display_name="あん", real_name="山田 杏", phone="090-1234-5678")
    friends.refresh_search_text(friend)
    session.commit()
    return friend


def received(database, staff, text, encoding="utf-8"):
    data = text if isinstance(text, bytes) else text.encode(encoding)
    return transfers.receive(database, io.BytesIO(data), "名簿.csv", staff_id=staff.id, now=NOW)


def checked(database, session, staff, text, options=BY_PHONE, mapping=None):
    """The import of this file after looking."""
    import_id = received(database, staff, text)
    with database.unit() as unit:
        job = transfers.get(unit, import_id)
        columns = transfers.columns(unit)
        transfers.check(unit, job, mapping or transfers.guess(job.headings, columns), options)
    work_off(database)
    session.expire_all()
    return session.get_one(Import, import_id)


def done(database, session, job):
    with database.unit() as unit:
        transfers.run(unit, transfers.get(unit, job.id))
    work_off(database)
    session.expire_all()
    return session.get_one(Import, job.id)


def work_off(database):
    while importing.work(database, now=NOW, wall=NOW):
        pass


def counts(job):
    return {name: count for name in LineOutcome if (count := getattr(job, name))}


def reasons(session, job):
    return {line.line: line.reason for line in transfers.problems(session, job)}


# Reading files -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "delimiter", "newline"),
    [
        ("utf-8", ",", "\n"),
        ("utf-8-sig", "\t", "\r\n"),
        ("cp932", ",", "\r\n"),
        ("cp932", "\t", "\r"),
        ("utf-16", "\t", "\r\n"),
    ],
)
def test_files_of_every_make_are_read(database, session, staff, encoding, delimiter, newline):
    text = newline.join(["氏名,電話,備考", '髙橋 花子,090-1111-2222,"甘い物,好き"', "", "佐藤,090,x"])
    import_id = received(database, staff, text.replace(",", delimiter), encoding)
    job = session.get_one(Import, import_id)
    assert (job.state, job.line_count, job.headings) == (ImportState.UPLOADED, 2, ["氏名", "電話", "備考"])
    first = transfers.preview(session, job)[0]
    assert first == ["髙橋 花子", "090-1111-2222", f"甘い物{delimiter}好き"]
    assert session.scalars(sa.select(ImportPart.last_line)).one() == 4, "empty lines count, as in a spreadsheet"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "空です"),
        (b"PK\x03\x04rest", "xlsx"),
        (b"a,b\n\x81\x20,c\n", "文字を読み取れません"),
        ("名前,電話\n".encode(), "お客様の行がありません"),
        ('名前,電話\n"山田'.encode() + b"x" * 200_000, "閉じていない"),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_what_to_do(database, staff, data, words):
    with pytest.raises(DomainError, match=words) as refusal:
        received(database, staff, data)
    assert refusal.value.field == "file"


def test_headings_are_recognised(session, staff):
    tag, field = a_tag(session, name="常連"), a_field(session, name="血液型")
    headings = ["ＩＤ", "氏名", "フリガナ", "TEL", "E-mail", "生年月日", "タグ：常連", "血液型", "身長", "お名前"]
    found = transfers.guess(headings, transfers.columns(session))
    system = ["real_name", "kana", "phone", "email", "birthday"]
    assert found == ["id", *(f"system:{name}" for name in system), f"tag:{tag.id}", f"field:{field.id}", "", ""]


# Looking -------------------------------------------------------------------------------------------------------------


def test_looking_changes_nothing_and_tells_what_would_happen(database, session, staff, ann):
    before = session.scalar(sa.select(sa.func.count()).select_from(Friend))
    job = checked(
        database,
        session,
        staff,
        "氏名,電話,生年月日\n"
        "山田 杏子,09012345678,\n"
        "鈴木,03-1111-2222,1990-01-01\n"
        "田中,03-3333-4444,きのう\n"
        "山田,+81 90-1234-5678,\n"
        ",,\n"
        "無番号,,\n",
    )
    assert job.state is ImportState.CHECKED
    assert counts(job) == {"changed": 1, "new": 1, "failed": 3}
    told = reasons(session, job)
    assert "「生年月日」の列" in told[4]
    assert "2行目と同じ方" in told[5]
    assert "電話番号がない" in told[7]
    assert session.scalar(sa.select(sa.func.count()).select_from(Friend)) == before
    session.refresh(ann)
    assert ann.real_name == "山田 杏"


def test_people_who_are_not_found_are_left_out_unless_they_may_be_added(database, session, staff, ann):
    text = "氏名,電話\n鈴木,03-1111-2222\n"
    job = checked(database, session, staff, text, Options(match=Match.PHONE))
    assert counts(job) == {"skipped": 1}
    with pytest.raises(DomainError, match="取り込む内容がありません"):
        transfers.run(session, job)


def test_a_number_that_two_people_share_is_nobody_s(database, session, staff, ann):
    friends.add_without_line(session, friends.FriendDraft(real_name="母", phone="09012345678"), now=NOW)
    session.commit()
    job = checked(database, session, staff, "氏名,電話\n杏,09012345678\n")
    assert "2人いる" in reasons(session, job)[2]


@pytest.mark.parametrize(
    ("mapping", "options", "field"),
    [
        (["system:real_name", ""], BY_PHONE, "match"),
        (["", "system:phone"], BY_PHONE, "mapping"),
        (["system:phone", "system:phone"], BY_PHONE, "mapping"),
        (["id", "system:phone"], Options(match=Match.ID, creates=True), "creates"),
        (["system:memo", "system:phone"], BY_PHONE, "creates"),
        (["tag:999", "system:phone"], BY_PHONE, "mapping"),
    ],
)
def test_a_plan_that_can_t_work_is_refused_where_it_is_wrong(database, session, staff, mapping, options, field):
    job = transfers.get(session, received(database, staff, "a,b\n1,2\n"))
    with pytest.raises(DomainError) as refusal:
        transfers.check(session, job, mapping, options)
    assert refusal.value.field == field
    assert job.state is ImportState.UPLOADED


# Doing ---------------------------------------------------------------------------------------------------------------


def test_what_was_shown_is_done(database, session, staff, ann):
    tag, mark = a_tag(session, name="常連"), a_mark(session, name="要連絡")
    field = a_field(session, FieldType.NUMBER, name="回数")
    session.commit()
    job = checked(
        database,
        session,
        staff,
        "電話,氏名,タグ：常連,対応マーク,回数\n09012345678,山田 杏子,1,要連絡,3.5\n03-1111-2222,鈴木,0,,\n",
    )
    job = done(database, session, job)
    assert (job.state, counts(job)) == (ImportState.DONE, {"new": 1, "changed": 1})
    assert (ann.real_name, ann.mark_id, ann.phone) == ("山田 杏子", mark.id, "090-1234-5678")
    assert str(fields.read(session, ann, f"field:{field.id}")) == "3.5"
    assert session.scalars(sa.select(FriendTag.changed_by)).one() is ChangedBy.IMPORT
    new = session.scalars(sa.select(Friend).where(Friend.real_name == "鈴木")).one()
    assert (new.origin, new.line_user_id) == (Origin.WITHOUT_LINE, None)
    assert tag.id in [carried.tag.id for carried in tags.of(session, ann)]


def test_the_same_file_a_second_time_changes_nothing(database, session, staff, ann):
    text = "電話,氏名\n09012345678,山田 杏子\n03-1111-2222,鈴木\n"
    done(database, session, checked(database, session, staff, text))
    again = checked(database, session, staff, text)
    assert counts(again) == {"unchanged": 2}


@pytest.mark.parametrize(("clears", "memo"), [(False, "紅茶が好き"), (True, "")])
def test_an_empty_cell_means_what_was_chosen(database, session, staff, ann, clears, memo):
    ann.memo = "紅茶が好き"
    session.commit()
    options = Options(match=Match.PHONE, clears=clears)
    job = checked(database, session, staff, "電話,氏名,メモ\n09012345678,杏,\n", options)
    done(database, session, job)
    assert ann.memo == memo


@pytest.mark.parametrize(("runs_actions", "runs"), [(False, 0), (True, 1)])
def test_actions_follow_only_when_asked_for(database, session, staff, ann, runs_actions, runs):
    tag, other = a_tag(session, name="常連"), a_tag(session, name="次回割引")
    step = {"id": "s1", "kind": "tag", "data": {"how": "attach", "tag_ids": [other.id]}, "segment": None}
    actions.keep(session, tags.ATTACHED, tag.id, actions.SetDraft([step], repeats=False), now=NOW)
    session.commit()
    options = Options(match=Match.PHONE, runs_actions=runs_actions)
    job = checked(database, session, staff, "電話,常連\n09012345678,1\n", options)
    done(database, session, job)
    assert session.scalar(sa.select(sa.func.count()).select_from(ActionRun)) == runs


def test_a_full_tag_is_told_at_its_line_and_the_others_are_done(database, session, staff, ann):
    a_tag(session, name="先着", capacity=1)
    session.commit()
    job = checked(database, session, staff, "電話,氏名,先着\n09012345678,杏,1\n0311112222,鈴木,1\n0311113333,佐藤,0\n")
    job = done(database, session, job)
    assert counts(job) == {"changed": 1, "failed": 1, "new": 1}
    assert "定員" in reasons(session, job)[3]
    assert session.scalar(sa.select(Friend).where(Friend.real_name == "鈴木")) is None, "a line is done whole or not"


def test_a_worker_that_dies_repeats_nothing_and_leaves_nothing_out(database, session, staff, monkeypatch):
    lines = "".join(f"0311{number:06d},客{number}\n" for number in range(130))
    job = checked(database, session, staff, "電話,氏名\n" + lines)
    with database.unit() as unit:
        transfers.run(unit, transfers.get(unit, job.id))
    original, calls = importing.Desk.apply, []

    def dying(desk, *arguments, **more):
        calls.append(1)
        if len(calls) in (7, 60, 110):
            raise KeyboardInterrupt
        return original(desk, *arguments, **more)

    monkeypatch.setattr(importing.Desk, "apply", dying)
    deaths = 0
    while True:
        try:
            if not importing.work(database, now=NOW, wall=NOW):
                break
        except KeyboardInterrupt:
            deaths += 1
    session.expire_all()
    assert deaths == 3
    assert counts(session.get_one(Import, job.id)) == {"new": 130}
    names = session.scalars(sa.select(Friend.real_name)).all()
    assert len(names) == len(set(names)) == 130


def test_stopping_leaves_what_is_done(database, session, staff):
    lines = "".join(f"0311{number:06d},客{number}\n" for number in range(80))
    job = checked(database, session, staff, "電話,氏名\n" + lines)
    with database.unit() as unit:
        transfers.run(unit, transfers.get(unit, job.id))
    importing.work(database, now=NOW, wall=NOW)
    with database.unit() as unit:
        transfers.cancel(unit, transfers.get(unit, job.id), now=NOW)
    work_off(database)
    session.expire_all()
    job = session.get_one(Import, job.id)
    assert job.state is ImportState.CANCELLED
    assert 0 < job.new < 80
    assert session.scalar(sa.select(sa.func.count()).select_from(Friend)) == job.new


def test_what_was_exported_comes_back_exactly(database, session, staff, ann):
    number, choices = a_field(session, FieldType.NUMBER), a_field(session, FieldType.CHOICES, "A", "B,C")
    tag = a_tag(session)
    ann.memo = "=HYPERLINK(1)\n2行目"
    ann.kana = "'+やまだ"
    friends.refresh_search_text(ann)
    by_hand = {"changed_by": ChangedBy.STAFF, "now": NOW}
    fields.write(session, ann, f"field:{number.id}", Decimal(-1), **by_hand)
    ids = tuple(option.id for option in fields.target(session, f"field:{choices.id}").options)
    fields.write(session, ann, f"field:{choices.id}", ids, **by_hand)
    tags.attach(session, tag, ann, **by_hand)
    session.commit()
    keys = [column.key for column in transfers.columns(session)]
    with database.unit() as unit:
        export_id = transfers.begin(unit, keys, Encoding.UTF8, staff_id=staff.id, now=NOW).id
    data = b"".join(transfers.lines(database, export_id, Audience(), keys, Encoding.UTF8, now=NOW))

    job = checked(database, session, staff, data.decode(), Options(match=Match.ID, clears=True))
    assert counts(job) == {"unchanged": 1}, reasons(session, job)

    changed = data.decode().replace("2行目", "3行目")
    job = done(database, session, checked(database, session, staff, changed, Options(match=Match.ID, clears=True)))
    assert counts(job) == {"changed": 1}
    assert (ann.memo, ann.kana) == ("=HYPERLINK(1)\n3行目", "'+やまだ")
    kinds = session.scalars(sa.select(TimelineEntry.kind).where(TimelineEntry.friend_id == ann.id)).all()
    assert kinds.count("tag.attached") == 1, "nothing else was touched"


# Afterwards ----------------------------------------------------------------------------------------------------------


def test_the_lines_that_failed_come_back_as_a_file(database, session, staff, ann):
    job = checked(database, session, staff, "電話,氏名,生年月日\n09012345678,杏,\n0311112222,=鈴木,きのう\n")
    text = b"".join(transfers.report(database, job.id)).decode("utf-8-sig")
    assert text.splitlines()[0] == "行,理由,電話,氏名,生年月日"
    assert text.splitlines()[1].startswith("3,「生年月日」の列：")
    assert "'=鈴木" in text
    assert len(text.splitlines()) == 2


def test_after_a_week_the_lines_are_removed_and_the_counts_stay(database, session, staff, ann):
    job = done(database, session, checked(database, session, staff, "電話,氏名\n09012345678,杏子\n"))
    assert not sweeping.sweep(database, now=NOW, wall=NOW)
    while sweeping.sweep(database, now=NOW + KEPT_FOR, wall=NOW):
        pass
    session.expire_all()
    assert session.scalar(sa.select(ImportPart.last_line)) is None
    assert session.scalar(sa.select(ImportLine.line)) is None
    assert (job.state, counts(job)) == (ImportState.DONE, {"changed": 1})


def test_forgetting_somebody_removes_the_files_that_may_name_them(database, session, staff, ann):
    job = checked(database, session, staff, "電話,氏名\n09012345678,杏子\n")
    friends.erase(session, ann, typed_name="あん", staff_id=staff.id, now=NOW, wall=NOW)
    session.commit()
    while erasing.erase_due(database, now=NOW, wall=NOW):
        pass
    session.expire_all()
    assert session.scalar(sa.select(ImportPart.last_line)) is None
    assert job.state is ImportState.CANCELLED
