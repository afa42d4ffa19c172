"""What is kept about friends: typed in, stored, counted, asked about and remembered."""

import threading
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from lstep_lite.engine import actions, fields, friends, mentions, registry, segments
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.fields import FieldDraft, OptionDraft, comparisons, sweeping
from lstep_lite.engine.rows import Values
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import (
    ActionRun,
    ChangedBy,
    Field,
    FieldLeftover,
    FieldPick,
    FieldType,
    FieldValue,
    Friend,
    Media,
    MediaKind,
    MediaState,
    TimelineEntry,
)
from tests.counting import statements_of
from tests.factories import NOW, a_field, a_friend, a_staff, a_tag

TOKYO = ZoneInfo("Asia/Tokyo")
assert registry  # the kinds of steps and conditions


def put(session, friend, field, text, changed_by=ChangedBy.STAFF, **more):
    """Have *field* hold what *text* says."""
    target = fields.target(session, field if isinstance(field, str) else fields.key_of(field.id))
    value = fields.parse(session, target, text)
    return fields.write(session, friend, target, value, changed_by=changed_by, now=NOW, **more)


def shown(session, friend, field):
    key = field if isinstance(field, str) else fields.key_of(field.id)
    return fields.show(session, fields.target(session, key), fields.read(session, friend, key))


# Types ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type", "text", "value", "reads"),
    [
        (FieldType.TEXT, " Ａ型 ", "Ａ型", "Ａ型"),
        (FieldType.LONG_TEXT, "一行目\r\n二行目", "一行目\n二行目", "一行目\n二行目"),
        (FieldType.NUMBER, "１,２３４．５", Decimal("1234.5"), "1,234.5"),
        (FieldType.NUMBER, "-0.125", Decimal("-0.125"), "-0.125"),
        (FieldType.NUMBER, "−3", Decimal(-3), "-3"),
        (FieldType.DATE, "２０２６/3/5", date(2026, 3, 5), "2026年3月5日"),
        (FieldType.DATE, "2026年3月5日", date(2026, 3, 5), "2026年3月5日"),
        (FieldType.DATE, "20260305", date(2026, 3, 5), "2026年3月5日"),
        (FieldType.MOMENT, "2026-03-05T10:00", datetime(2026, 3, 5, 1, tzinfo=UTC), "2026年3月5日 10:00"),
        (FieldType.MOMENT, "2026年3月5日 10時30分", datetime(2026, 3, 5, 1, 30, tzinfo=UTC), "2026年3月5日 10:30"),
        (FieldType.PHONE, "０９０ー１２３４ー５６７８", "09012345678", "09012345678"),
        (FieldType.PHONE, "+81 90-1234-5678", "09012345678", "09012345678"),
        (FieldType.PHONE, "+1 (415) 555-0100", "+14155550100", "+14155550100"),
        (FieldType.EMAIL, "ｈanako＠example.com", "hanako@example.com", "hanako@example.com"),
    ],
)
def test_what_people_type_is_understood_and_reads_well(session, type, text, value, reads):
    target = fields.target(session, fields.key_of(a_field(session, type).id))
    found = fields.parse(session, target, text)
    assert found == value
    assert fields.show(session, target, found) == reads
    assert fields.parse(session, target, fields.typed(session, target, found)) == found
    assert fields.parse(session, target, fields.show(session, target, found)) == found


@pytest.mark.parametrize(
    ("type", "text", "words"),
    [
        (FieldType.TEXT, "あ" * 201, "200文字以内"),
        (FieldType.NUMBER, "たくさん", "数字で入力"),
        (FieldType.NUMBER, "1.2345", "小数は3けたまで"),
        (FieldType.NUMBER, "9" * 13, "数字で入力"),
        (FieldType.DATE, "2026-02-30", "カレンダーにない"),
        (FieldType.DATE, "1850-01-01", "1900年"),
        (FieldType.MOMENT, "2026-03-05 25:00", "日時は"),
        (FieldType.PHONE, "なし", "数字とハイフン"),
        (FieldType.PHONE, "12-34", "数字とハイフン"),
        (FieldType.EMAIL, "hanako", "メールアドレスの形"),
        (FieldType.FILE, "写真", "お客様のページ"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words_that_help(session, type, text, words):
    target = fields.target(session, fields.key_of(a_field(session, type).id))
    with pytest.raises(DomainError, match=words):
        fields.parse(session, target, text)


def test_choices_are_read_by_their_words_whatever_the_width(session):
    target = fields.target(session, fields.key_of(a_field(session, FieldType.CHOICES, "カット", "カラー", "パーマ").id))
    cut, colour, _ = (option.id for option in target.options)
    assert fields.parse(session, target, "ｶﾗｰ、カット") == (cut, colour)
    with pytest.raises(DomainError, match="カット、カラー、パーマから選んで"):
        fields.parse(session, target, "カット、シャンプー")


# Writing and its history ---------------------------------------------------------------------------------------------


def test_a_change_is_kept_with_before_after_and_who(session):
    friend, staff, field = a_friend(session), a_staff(session, name="花子"), a_field(session, name="血液型")
    assert put(session, friend, field, "A", staff_id=staff.id)
    assert put(session, friend, field, "B", ChangedBy.AUTOMATION)
    assert not put(session, friend, field, "B"), "nothing changed"
    assert put(session, friend, field, "")
    lines = [
        (change.name, change.before, change.after, change.by) for change in fields.changes(session, friend, limit=9)
    ]
    assert sorted(lines) == sorted(
        [("血液型", "", "A", "花子さん"), ("血液型", "A", "B", "自動"), ("血液型", "B", "", "スタッフ")]
    )
    assert fields.read(session, friend, fields.key_of(field.id)) is None
    kinds = session.scalars(sa.select(TimelineEntry.kind).where(TimelineEntry.friend_id == friend.id)).all()
    assert kinds == ["field.changed"] * 3


def test_the_system_fields_are_used_the_same_way(session):
    friend = a_friend(session)
    put(session, friend, "system:real_name", "山田 花子")
    put(session, friend, "system:birthday", "1990-02-28")
    put(session, friend, "system:phone", "090-1234-5678")
    put(session, friend, "system:memo", "紅茶が好き")
    assert (friend.real_name, friend.birthday, friend.phone, friend.memo) == (
        "山田 花子", date(1990, 2, 28), "09012345678", "紅茶が好き",
    )  # fmt: skip
    assert "山田花子" in friend.search_text, "found by the new name"
    put(session, friend, "system:memo", "")
    assert friend.memo == "", "the memo is never null"
    with pytest.raises(DomainError, match="100文字以内"):
        put(session, friend, "system:kana", "あ" * 101)


def test_what_staff_write_on_the_friends_form_is_remembered_too(session):
    friend, staff = a_friend(session, memo="前"), a_staff(session, name="花子")
    draft = friends.FriendDraft(real_name="山田", memo="後", birthday=date(1990, 3, 5))
    friends.update(session, friend, draft, now=NOW, staff_id=staff.id)
    found = {
        change.name: (change.before, change.after, change.by) for change in fields.changes(session, friend, limit=9)
    }
    assert found == {
        "本名": ("", "山田", "花子さん"),
        "誕生日": ("", "1990年3月5日", "花子さん"),
        "メモ": ("前", "後", "花子さん"),
    }
    entry = session.scalars(sa.select(TimelineEntry)).one()
    assert (entry.kind, entry.facts["label"]) == ("field.changed", "本名、誕生日、メモ")


def test_a_newer_value_in_the_database_is_seen_even_by_a_session_with_an_older_copy(fresh_database):
    with fresh_database.unit() as session:
        friend_id = a_friend(session, real_name="あ").id
    with fresh_database.read() as reading:
        friend = reading.get_one(Friend, friend_id)
        reading.expunge(friend)
    with fresh_database.unit() as session:
        session.execute(sa.update(Friend).values(real_name="い"))
    with fresh_database.unit() as session:
        session.add(friend)  # still says あ
        assert put(session, friend, "system:real_name", "あ")
    with fresh_database.read() as session:
        assert session.get_one(Friend, friend_id).real_name == "あ"


def test_only_automation_and_customers_let_the_action_set_run(session):
    friend, field, tag = a_friend(session), a_field(session), a_tag(session)
    step = {"id": "s1", "kind": "tags", "data": {"way": "attach", "tag_ids": [tag.id]}, "segment": None}
    actions.keep(session, fields.PLACE, field.id, SetDraft([step], repeats=True), now=NOW)
    put(session, friend, field, "手で")
    put(session, friend, field, "CSVで", ChangedBy.IMPORT)
    assert session.scalars(sa.select(ActionRun)).all() == []
    put(session, friend, field, "自動で", ChangedBy.AUTOMATION)
    put(session, friend, field, "お客様が", ChangedBy.CUSTOMER)
    runs = session.scalars(sa.select(ActionRun)).all()
    assert len(runs) == 2, "each change is an occurrence of its own"
    assert {entry.kind for entry in session.scalars(sa.select(TimelineEntry))} >= {"field.changed", "action.run"}


def test_many_friends_are_read_in_a_constant_number_of_statements(session):
    made = [
        a_field(session, FieldType.TEXT),
        a_field(session, FieldType.NUMBER),
        a_field(session, FieldType.CHOICE, "A", "B"),
        a_field(session, FieldType.CHOICES, "C", "D"),
    ]
    people = [a_friend(session) for _ in range(12)]
    for friend in people:
        for field, text in zip(made, ("文", "5", "B", "C、D"), strict=True):
            put(session, friend, field, text)
    keys = [*(fields.key_of(field.id) for field in made), "system:phone", "field:999999"]
    statements = statements_of(session)
    found = fields.read_many(session, people, keys)
    assert len(statements) <= 4
    assert all(len(values) == 4 for values in found.values())
    assert found[people[0].id][fields.key_of(made[1].id)] == Decimal(5)


# Operations ----------------------------------------------------------------------------------------------------------


def operate(session, friend, field, op, **data):
    target = fields.target(session, fields.key_of(field.id))
    value = fields.result(session, friend, target, {"op": op, **data}, now=NOW)
    return fields.write(session, friend, target, value, changed_by=ChangedBy.AUTOMATION, now=NOW)


def test_numbers_are_counted_and_empty_is_nought(session):
    friend, visits, note = a_friend(session), a_field(session, FieldType.NUMBER), a_field(session)
    operate(session, friend, visits, "add", amount="1.5")
    operate(session, friend, visits, "subtract", amount="2")
    assert shown(session, friend, visits) == "-0.5"
    operate(session, friend, note, "add", amount="3")
    operate(session, friend, note, "add", amount="4")
    assert shown(session, friend, note) == "7", "a text that holds a number is counted too"


def test_two_that_count_at_once_lose_nothing(fresh_database):
    with fresh_database.unit() as session:
        friend_id, field_id = a_friend(session).id, a_field(session, FieldType.NUMBER).id

    def count() -> None:
        for _ in range(5):
            with fresh_database.unit() as session:
                friend = session.get_one(Friend, friend_id)
                operate(session, friend, session.get_one(Field, field_id), "add", amount="1")

    threads = [threading.Thread(target=count) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with fresh_database.read() as session:
        friend = session.get_one(Friend, friend_id)
        assert fields.read(session, friend, fields.key_of(field_id)) == 10
        assert len(fields.changes(session, friend, limit=99)) == 10


def test_counting_what_is_no_number_or_too_large_changes_nothing(session):
    friend, visits, note = a_friend(session), a_field(session, FieldType.NUMBER), a_field(session, name="ランク")
    put(session, friend, note, "ゴールド")
    with pytest.raises(DomainError, match="「ランク」に数字ではない内容"):
        operate(session, friend, note, "add", amount="1")
    put(session, friend, visits, "999999999999")
    with pytest.raises(DomainError, match="大きすぎます"):
        operate(session, friend, visits, "add", amount="1")
    assert (shown(session, friend, note), shown(session, friend, visits)) == ("ゴールド", "999,999,999,999")


def test_dates_are_stamped_and_moved_on_the_shops_calendar(session):
    friend, day, moment = a_friend(session), a_field(session, FieldType.DATE), a_field(session, FieldType.MOMENT)
    late = datetime(2026, 3, 5, 15, 30, tzinfo=UTC)  # half past midnight of the 6th in the shop
    target = fields.target(session, fields.key_of(day.id))
    assert fields.result(session, friend, target, {"op": "today", "days": -1}, now=late) == date(2026, 3, 5)
    operate(session, friend, day, "today", days=30)
    operate(session, friend, day, "shift", days=-3)
    assert shown(session, friend, day) == "2026年4月1日"
    operate(session, friend, moment, "today", days=1)
    assert shown(session, friend, moment) == "2026年3月6日 10:00"
    with pytest.raises(DomainError, match="空のため"):
        operate(session, a_friend(session), day, "shift", days=1)
    with pytest.raises(DomainError, match="1900年"):
        operate(session, friend, day, "shift", days=36_500 * 2)


def test_answers_are_added_and_taken_away_one_by_one(session):
    friend, likes = a_friend(session), a_field(session, FieldType.CHOICES, "カット", "カラー", "パーマ")
    cut, colour, perm = (option.id for option in fields.options(session, likes))
    operate(session, friend, likes, "pick", option_ids=[perm, cut])
    operate(session, friend, likes, "pick", option_ids=[cut, colour])
    assert shown(session, friend, likes) == "カット、カラー、パーマ"
    operate(session, friend, likes, "drop", option_ids=[cut, perm])
    assert shown(session, friend, likes) == "カラー"
    operate(session, friend, likes, "drop", option_ids=[colour])
    assert fields.read(session, friend, fields.key_of(likes.id)) is None


def test_a_step_counts_says_what_came_of_it_and_fails_in_words(session):
    friend, visits = a_friend(session), a_field(session, FieldType.NUMBER, name="来店回数")
    kind = actions.kinds["field"]
    typed = {"target": [fields.key_of(visits.id)], "op_number": ["add"], "amount_number": ["１"], "op_text": ["clear"]}
    data = kind.parse(session, Values(typed))
    assert kind.sentence(session, data) == "友だち情報「来店回数」に1を足す"
    assert kind.parse(session, Values(kind.values(data))) == data
    step = {"id": "s1", "kind": "field", "data": data, "segment": None}
    kept = actions.keep(session, "actions.saved", 1, SetDraft([step], repeats=True), now=NOW)
    for occurrence in ("a", "b"):
        run = actions.run(session, kept, friend, actions.Trigger(occurrence, NOW))
    assert run.results[0]["text"] == "友だち情報「来店回数」を「2」にしました。"
    fields.delete(session, visits)
    gone = actions.run(session, kept, friend, actions.Trigger("c", NOW))
    assert gone.results[0]["state"] == "failed"
    assert "参照先がありません" in gone.results[0]["text"]


# Questions -----------------------------------------------------------------------------------------------------------


def ask(session, field, how, now=NOW, **inputs):
    """The friends of whom the condition holds, parsed as it is typed."""
    key = field if isinstance(field, str) else fields.key_of(field.id)
    own = fields.target(session, key).inputs
    typed = {f"{name}_{own}": [str(text) for text in ([each] if not isinstance(each, list) else each)]
             for name, each in inputs.items()}  # fmt: skip
    kind = segments.kinds["field"]
    data = kind.parse(session, Values({"target": [key], f"how_{own}": [how]} | typed))
    assert kind.parse(session, Values(kind.values(data))) == data
    tree = {"all": [{"id": "c1", "kind": "field", "data": data}], "any": []}
    session.flush()
    found = session.scalars(sa.select(Friend.display_name).where(segments.condition(session, tree, now=now)))
    return set(found), kind.sentence(session, data)


def people(session, *names):
    return [a_friend(session, display_name=name) for name in names]


def test_texts_are_compared_whatever_the_width_and_negations_include_empty_ones(session):
    field = a_field(session, name="紹介者")
    ann, ben, _ = people(session, "ann", "ben", "cat")
    put(session, ann, field, "サトウ 100%")
    put(session, ben, field, "佐藤")
    assert ask(session, field, "contains", text="ｻﾄｳ")[0] == {"ann"}
    assert ask(session, field, "contains", text="100%")[0] == {"ann"}, "a percent sign is no wild card"
    assert ask(session, field, "equals", text="佐藤 ")[0] == {"ben"}
    assert ask(session, field, "lacks", text="佐")[0] == {"ann", "cat"}
    assert ask(session, field, "empty")[0] == {"cat"}
    assert ask(session, field, "filled") == ({"ann", "ben"}, "友だち情報「紹介者」が入っている")


def test_long_texts_are_searched_to_their_end(session):
    field, (ann,) = a_field(session, FieldType.LONG_TEXT), people(session, "ann")
    put(session, ann, field, "あ" * 3000 + "アレルギーあり")
    assert ask(session, field, "contains", text="あれるぎー")[0] == {"ann"}
    put(session, ann, field, "い" * 700)
    assert ask(session, field, "equals", text="い" * 100)[0] == set()


def test_numbers_in_a_range(session):
    field = a_field(session, FieldType.NUMBER, name="来店回数")
    ann, ben, _ = people(session, "ann", "ben", "cat")
    put(session, ann, field, "2.5")
    put(session, ben, field, "10")
    assert ask(session, field, "between", least="2.5", most="9")[0] == {"ann"}
    assert ask(session, field, "between", least="3") == ({"ben"}, "友だち情報「来店回数」が3以上")
    with pytest.raises(DomainError, match="より小さく") as refused:
        ask(session, field, "between", least="3", most="1")
    assert refused.value.field == "least_number"


def test_birthdays_this_month_today_and_on_the_29th_of_february(session):
    ann, ben, cat, _ = people(session, "ann", "ben", "cat", "dan")
    for friend, day in ((ann, "1990-03-05"), (ben, "2004-02-29"), (cat, "1985-03-31")):
        put(session, friend, "system:birthday", day)
    assert ask(session, "system:birthday", "same_day")[0] == {"ann"}
    assert ask(session, "system:birthday", "month")[0] == {"ann", "cat"}
    noon = datetime(2026, 2, 28, 3, tzinfo=UTC)
    assert ask(session, "system:birthday", "same_day", now=noon)[0] == {"ben"}, "kept on the 28th in other years"
    assert ask(session, "system:birthday", "same_day", now=noon.replace(year=2028))[0] == set()
    assert ask(session, "system:birthday", "same_day", now=noon.replace(year=2028, day=29))[0] == {"ben"}
    assert ask(session, "system:birthday", "empty")[0] == {"dan"}
    # Half past midnight of 1 March in the shop, still February in UTC.
    assert ask(session, "system:birthday", "month", now=datetime(2026, 2, 28, 15, 30, tzinfo=UTC))[0] == {"ann", "cat"}


def test_days_ahead_and_behind_are_the_shops_days(session):
    day, moment = a_field(session, FieldType.DATE), a_field(session, FieldType.MOMENT)
    ann, ben, cat = people(session, "ann", "ben", "cat")
    put(session, ann, day, "2026-03-05")
    put(session, ben, day, "2026-03-12")
    put(session, cat, day, "2026-03-04")
    assert ask(session, day, "next_days", days=7)[0] == {"ann", "ben"}
    assert ask(session, day, "past_days", days=1)[0] == {"ann", "cat"}
    assert ask(session, day, "period", first="2026-03-05", last="2026-03-11")[0] == {"ann"}
    put(session, ann, moment, "2026-03-05 00:00")
    put(session, ben, moment, "2026-03-05 23:59")
    put(session, cat, moment, "2026-03-06 00:00")
    assert ask(session, moment, "next_days", days=0)[0] == {"ann", "ben"}
    assert ask(session, moment, "period", last="2026-03-05")[0] == {"ann", "ben"}


def test_choices_any_all_and_none(session):
    field = a_field(session, FieldType.CHOICES, "カット", "カラー", name="メニュー")
    cut, colour = (option.id for option in fields.options(session, field))
    ann, ben, _ = people(session, "ann", "ben", "cat")
    put(session, ann, field, "カット、カラー")
    put(session, ben, field, "カラー")
    assert ask(session, field, "any", option_ids=[cut, colour])[0] == {"ann", "ben"}
    assert ask(session, field, "all", option_ids=[cut, colour])[0] == {"ann"}
    assert ask(session, field, "none", option_ids=[cut]) == (
        {"ben", "cat"},
        "友だち情報「メニュー」が「カット」ではない",
    )


def test_phones_and_mails_are_compared_as_they_are_dialled_and_addressed(session):
    phone, (ann, ben) = a_field(session, FieldType.PHONE), people(session, "ann", "ben")
    put(session, ann, phone, "090-1234-5678")
    put(session, ben, "system:email", "Ben@Example.com")
    friends.update(session, ann, friends.FriendDraft(phone="03-1111-2222"), now=NOW)
    assert ask(session, phone, "equals", text="０９０-1234-5678")[0] == {"ann"}
    assert ask(session, phone, "contains", text="1234")[0] == {"ann"}
    assert ask(session, "system:phone", "equals", text="0311112222")[0] == {"ann"}
    assert ask(session, "system:email", "contains", text="@EXAMPLE")[0] == {"ben"}


def test_a_question_about_a_deleted_field_or_option_matches_nobody_even_negated(session):
    field, (ann,) = a_field(session, FieldType.CHOICE, "A", "B"), people(session, "ann")
    first, _ = fields.options(session, field)
    tree = {"all": [{"id": "c", "kind": "field", "data": {
        "target": fields.key_of(field.id), "inputs": "", "how": "none", "typed": {"option_ids": [first.id]},
    }}], "any": []}  # fmt: skip
    assert segments.matches(session, tree, ann, now=NOW)
    fields.update(session, field, FieldDraft(field.name, options=[OptionDraft("B")]), now=NOW)
    assert not segments.matches(session, tree, ann, now=NOW)
    assert segments.broken(session, tree)


def test_the_anniversaries_of_a_day_are_looked_up_in_an_index(session):
    assert len(comparisons.anniversaries(date(2026, 3, 5))) == 300
    query = sa.select(Friend.id).where(
        comparisons.comparisons["same_day"].condition({}, fields.target(session, "system:birthday"), NOW, TOKYO)
    )
    if session.get_bind().dialect.name == "sqlite":
        plan = session.execute(sa.text(f"EXPLAIN QUERY PLAN {_literal(query, session)}")).all()
        assert "ix_friends_birthday" in str(plan)


def _literal(query, session):
    return query.compile(session.get_bind(), compile_kwargs={"literal_binds": True})


# Keeping fields ------------------------------------------------------------------------------------------------------


def test_names_and_words_stay_apart(session):
    made = fields.create(session, FieldDraft("血液 型[仮]"), FieldType.TEXT, now=NOW)
    assert made.word == "血液型仮"
    with pytest.raises(DomainError, match="すでにあります") as refused:
        fields.create(session, FieldDraft("血液型［仮］"), FieldType.DATE, now=NOW)
    assert refused.value.field == "name"
    twin = fields.copy(session, made, now=NOW)
    assert (twin.name, twin.word) == ("血液 型[仮]のコピー", "血液型仮のコピー")
    with pytest.raises(DomainError, match="すでにあります"):
        fields.create(session, FieldDraft("電話番号"), FieldType.PHONE, now=NOW)
    fields.update(session, made, FieldDraft("血液"), now=NOW)
    assert made.word == "血液型仮", "renaming breaks no message"
    again = fields.create(session, FieldDraft("血液型仮"), FieldType.TEXT, now=NOW)
    assert again.word == "血液型仮2"


def test_options_are_renamed_and_moved_with_their_picks_and_go_with_them(session, database):
    field, friend = a_field(session, FieldType.CHOICES, "A", "B", "C"), a_friend(session)
    a, b, c = (option.id for option in fields.options(session, field))
    put(session, friend, field, "A、B")
    assert fields.picked(session, [a, b, c]) == {a: 1, b: 1}
    wanted = [OptionDraft("C", c), OptionDraft("AA", a), OptionDraft("新")]
    fields.update(session, field, FieldDraft(field.name, options=wanted), now=NOW)
    assert [option.label for option in fields.options(session, field)] == ["C", "AA", "新"]
    assert shown(session, friend, field) == "AA"
    session.commit()
    while sweeping.sweep(database, now=NOW, wall=NOW):
        pass
    assert session.scalars(sa.select(FieldPick.option_id)).all() == [a]
    for label, words in (("X、Y", "使えません"), ("a a", "2つあります")):
        draft = FieldDraft(field.name, options=[OptionDraft("AA"), OptionDraft(label)])
        with pytest.raises(DomainError, match=words):
            fields.update(session, field, draft, now=NOW)


def test_a_deleted_field_is_gone_at_once_and_its_values_by_and_by(session, database, monkeypatch):
    monkeypatch.setattr(sweeping, "CHUNK", 2)
    field = a_field(session)
    for friend in people(session, "ann", "ben", "cat"):
        put(session, friend, field, "あ")
    assert fields.holders(session, [field.id]) == {field.id: 3}
    old_id = field.id
    fields.delete(session, field)
    with pytest.raises(NotFound):
        fields.target(session, fields.key_of(old_id))
    assert a_field(session).id != old_id, "steps and conditions would take the new one for the old"
    session.commit()
    assert sweeping.sweep(database, now=NOW, wall=NOW)
    while sweeping.sweep(database, now=NOW, wall=NOW):
        pass
    session.expire_all()
    assert session.scalars(sa.select(FieldValue)).all() == []
    assert session.scalars(sa.select(FieldLeftover)).all() == []
    assert [change.name for change in fields.changes(session, friend, limit=1)] == ["（削除された項目）"]


def test_where_a_field_is_used_is_known(session):
    field = a_field(session, name="ランク", word="ランク")
    step = {"id": "s", "kind": "field", "data": {"target": fields.key_of(field.id), "inputs": "text", "op": "clear"}}
    kept = actions.keep(session, fields.PLACE, a_field(session, name="別").id, SetDraft([step]), now=NOW)
    assert [place.label for place in fields.places(session, field)] == ["友だち情報「別」が変わったとき"]
    assert mentions.counts(session, "fields") == {str(field.id): 1}
    assert not actions.is_broken(session, kept)


def test_merging_keeps_what_the_kept_person_has_and_fills_the_gaps(session):
    staff = a_staff(session)
    kept, gone = a_friend(session), a_friend(session, line_user_id=None, is_following=False)
    text, number = a_field(session), a_field(session, FieldType.NUMBER)
    choice = a_field(session, FieldType.CHOICE, "A", "B")
    put(session, kept, text, "残る")
    put(session, gone, text, "負ける")
    put(session, gone, number, "5")
    put(session, kept, choice, "A")
    put(session, gone, choice, "B")
    friends.merge(session, kept, gone, staff_id=staff.id, now=NOW)
    assert [shown(session, kept, field) for field in (text, number, choice)] == ["残る", "5", "A"]
    assert session.scalar(sa.select(sa.func.count()).select_from(FieldPick)) == 1


def test_a_file_goes_when_another_takes_its_place(session):
    friend, field = a_friend(session), a_field(session, FieldType.FILE)
    key, files = fields.key_of(field.id), []
    for number in (1, 2):
        row = Media(code=f"{number}" * 32, kind=MediaKind.IMAGE, state=MediaState.STORED, file_name=f"{number}.jpg",
                    friend_id=friend.id, created_at=NOW)  # fmt: skip
        session.add(row)
        session.flush()
        files.append(row)
        value = fields.Attachment(row.id, row.code, row.file_name, is_image=True)
        fields.write(session, friend, key, value, changed_by=ChangedBy.STAFF, now=NOW)
    assert shown(session, friend, field) == "2.jpg"
    assert [row.state for row in files] == [MediaState.DELETED, MediaState.STORED]
    assert ask(session, field, "filled")[0] == {friend.display_name}


def test_every_type_can_be_asked_about_and_operated_on(session):
    assert set(fields.types) == set(FieldType)
    for kind in fields.types.values():
        assert set(kind.comparisons) <= set(comparisons.comparisons)
        assert "clear" in kind.operations
