"""What each kind of question takes for an answer, and what it says to the rest."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from lstep_lite.engine.studio import Element, Items
from lstep_lite.engine.surveys import parsing, paths
from lstep_lite.engine.surveys.documents import elements
from lstep_lite.engine.surveys.kinds.registry import Given, Reading, Wrong, kinds, question_of
from tests.factories import a_question, a_survey_choice

TODAY = Reading(date(2026, 3, 5), frozenset({"file-1", "file-2"}), {"from": "店頭"})
A, B, OTHER = a_survey_choice("A", score=2), a_survey_choice("B", score=3), a_survey_choice("その他", is_other=True)
CHOICES = {"choices": [A, B, OTHER]}
ROWS = [{"kind": "survey_matrix_row", "id": f"row-{name}-0000", "label": name} for name in ("味", "量")]
COLUMNS = [
    {"kind": "survey_matrix_column", "id": f"column-{score}-000", "label": f"{score}点", "score": score}
    for score in (1, 2)
]
TABLE = {"rows": ROWS, "columns": COLUMNS}


def elements_below(element: Element) -> Iterator[Element]:
    yield element
    for input_ in element.inputs:
        for inner in input_.of() if isinstance(input_, Items) else ():
            yield from elements_below(inner)


def test_no_two_things_in_a_form_have_the_same_name() -> None:
    """The builder draws a part by its name alone."""
    found = {id(inner): inner for each in elements() for inner in elements_below(each)}
    names = Counter(element.name for element in found.values())
    assert [name for name, count in names.items() if count > 1] == []


def parse(kind: str, raw: dict[str, Any], **over: Any) -> Given | None:
    part = a_question(kind, **over)
    found = question_of(part)
    assert found is not None
    values = {name: [value] if isinstance(value, str) else value for name, value in raw.items()}
    return found.parse(part, values, TODAY)


@pytest.mark.parametrize(
    ("kind", "over", "raw", "text", "plain"),
    [
        ("one_line", {}, " 花\r\n子 ", "花 子", "花 子"),
        ("one_line", {"rule": "kana"}, "はなだ さくら", "ハナダ サクラ", "ハナダ サクラ"),
        ("one_line", {"rule": "kana"}, "ﾊﾅﾀﾞ", "ハナダ", "ハナダ"),
        ("one_line", {"rule": "phone"}, "０９０−1234-5678", "090-1234-5678", "09012345678"),
        ("one_line", {"rule": "phone"}, "03(1234)5678", "03-1234-5678", "0312345678"),
        ("one_line", {"rule": "integer"}, "１,２３０", "1230", "1230"),
        ("one_line", {"rule": "postal"}, "〒150ー0001", "150-0001", "1500001"),
        ("one_line", {"rule": "time"}, "9時5分", "9:05", "09:05"),
        ("one_line", {"rule": "url"}, "https://example.com/a", "https://example.com/a", "https://example.com/a"),
        ("long_text", {}, "一行\r\n二行", "一行\n二行", "一行\n二行"),
        ("radio", CHOICES, A["id"], "A", "A"),
        ("checkbox", CHOICES, [B["id"], A["id"]], "A、B", "A\nB"),
        ("prefecture", {}, "東京都", "東京都", "東京都"),
        ("date", {}, "2026-03-05", "2026年3月5日（木）", "2026-03-05"),
        ("time", {}, "23:59", "23:59", "23:59"),
        ("moment", {}, {"": "2026-03-05", "time": "9:30"}, "2026年3月5日（木） 9:30", "2026-03-05 09:30"),
        ("consent", {"text": "…", "version": "2"}, "yes", "同意しました（文章の版：2）", ""),
        ("hidden", {"parameter": "from"}, "偽物", "店頭", "店頭"),
        ("file", {"most": 2}, ["file-1", "file-2"], "ファイル2個", ""),
        ("scale", {"span": "nps"}, "0", "0", "0"),
    ],
)
def test_good_answers_are_kept_as_people_read_them_and_as_fields_keep_them(
    kind: str, over: dict[str, Any], raw: Any, text: str, plain: str
) -> None:
    given = parse(kind, raw if isinstance(raw, dict) else {"": raw}, **over)
    assert given is not None and (given.text, given.plain) == (text, plain)


@pytest.mark.parametrize(
    ("kind", "over", "raw", "says"),
    [
        ("one_line", {"rule": "kana"}, "花田", "カタカナ"),
        ("one_line", {"rule": "email"}, "hanako@", "メールアドレス"),
        ("one_line", {"rule": "phone"}, "12", "電話番号"),
        ("one_line", {"rule": "integer"}, "三十", "数字"),
        ("one_line", {"rule": "postal"}, "15000", "7けた"),
        ("one_line", {"rule": "time"}, "24:00", "10:30"),
        ("one_line", {"rule": "url"}, "javascript:alert(1)", "https://"),
        ("one_line", {"most": 3}, "四文字だ", "3文字まで"),
        ("one_line", {"least": 3, "most": 9}, "二字", "3文字以上"),
        ("long_text", {"most": 3}, "四文字だ", "3文字まで"),
        ("radio", CHOICES, "gone-choice", "選択肢が変わりました"),
        ("radio", CHOICES, [A["id"], B["id"]], "1つだけ"),
        ("radio", CHOICES, OTHER["id"], "その他"),
        ("checkbox", CHOICES | {"least": 2}, A["id"], "2個以上"),
        ("checkbox", CHOICES | {"most": 1}, [A["id"], B["id"]], "1個まで"),
        ("prefecture", {}, "東京", "都道府県"),
        ("date", {"limits": "future", "from_days": 1, "to_days": 0}, "2026-03-05", "以降の日付"),
        ("date", {"limits": "past"}, "2026-03-06", "までの日付"),
        ("date", {}, "2026-02-30", "日付"),
        ("moment", {}, "2026-03-05", "両方"),
        ("file", {"most": 2}, "somebody-elses", "もう一度"),
        ("file", {"most": 1}, ["file-1", "file-2"], "1個まで"),
        ("scale", {}, "6", "数字を1つ"),
        ("matrix", TABLE, {ROWS[0]["id"]: COLUMNS[0]["id"]}, "すべての行"),
        ("matrix", TABLE, {ROWS[0]["id"]: "gone"}, "選択肢が変わりました"),
    ],
)
def test_the_rest_is_told_what_to_do(kind: str, over: dict[str, Any], raw: Any, says: str) -> None:
    with pytest.raises(Wrong) as wrong:
        parse(kind, raw if isinstance(raw, dict) else {"": raw}, **over)
    assert says in wrong.value.message


def test_every_kind_of_question_takes_nothing_for_no_answer() -> None:
    over = {"hidden": {"parameter": "unknown"}, "matrix": TABLE}
    for name, kind in kinds.items():
        if kind.is_question:
            assert parse(name, {}, **over.get(name, {})) is None, name


def test_scores_come_from_choices_scales_and_tables() -> None:
    several = parse("checkbox", {"": [A["id"], B["id"]]}, **CHOICES)
    scale = parse("scale", {"": "4"}, is_scored=True)
    table = parse("matrix", {row["id"]: COLUMNS[1]["id"] for row in ROWS}, **TABLE)
    assert [given.score for given in (several, scale, table) if given] == [5, 4, 4]
    assert table is not None and table.text == "味：2点\n量：2点"


def test_what_is_kept_about_a_friend_stands_in_the_page_as_it_would_be_typed() -> None:
    part = a_question("checkbox", **CHOICES)
    kind = question_of(part)
    assert kind is not None
    assert kind.typed(part, "B、A") == {"": [B["id"], A["id"]]}
    assert kind.typed(part, "C") == {"": [OTHER["id"]], "other": ["C"]}
    given = kind.parse(part, kind.typed(part, "A、C"), TODAY)
    assert given is not None and given.text == "A、その他（C）"


def test_forms_of_browsers_may_hold_anything() -> None:
    part = a_question(id="question-x")
    form = {"question-x": ["a\x00\ud800", *["b"] * 500], "question-x.other": ["x" * 20_000], "_csrf_token": ["t"]}
    found = parsing.posted([part], form | {f"question-x.{number}": ["x"] for number in range(1000)})
    assert len(found["question-x"]) == parsing.MOST_NAMES
    assert found["question-x"][""][0] == "a?" and len(found["question-x"][""]) == parsing.MOST_VALUES
    assert len(found["question-x"]["other"][0]) == parsing.LONGEST_TYPED and len(found) == 1


def page(name: str, *parts: dict[str, Any], jumps: Any = (), next_: str = "") -> dict[str, Any]:
    return {"id": name, "parts": list(parts), "jumps": list(jumps), "next": next_}


def test_the_way_follows_the_first_jump_that_holds_and_never_goes_back() -> None:
    question = a_question("radio", **CHOICES)
    jumps = [
        {"question": question["id"], "choices": [A["id"]], "page": "three"},
        {"question": question["id"], "choices": [A["id"], B["id"]], "page": "end"},
    ]
    pages = [page("one", question, jumps=jumps), page("two", next_="one"), page("three")]
    document = {"pages": pages}

    def way(*codes: str) -> list[str]:
        return [stop.page["id"] for stop in paths.taken(document, {question["id"]: {"": list(codes)}})]

    assert way(A["id"]) == ["one", "three"]
    assert way(B["id"]) == ["one"]
    assert way() == ["one", "two", "three"], "a way back leads on"
    typed = {question["id"]: {"": [A["id"]]}}
    assert (paths.next_page(document, typed, "one") or {})["id"] == "three"
    assert paths.next_page(document, typed, "three") is None
    assert (paths.next_page(document, typed, "two") or {})["id"] == "one", "they were never on that page"


def test_a_condition_on_a_question_that_was_not_met_does_not_hold() -> None:
    question = a_question("radio", **CHOICES, is_hidden=True)
    shown = a_question(shown_if=[{"question": question["id"], "choices": [A["id"]]}])
    [stop] = paths.taken({"pages": [page("one", question, shown)]}, {question["id"]: {"": [A["id"]]}})
    assert stop.questions == []
