"""Documents told by inputs: checked wherever they come from, and looked through."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from lstep_lite.engine import registry, studio
from lstep_lite.errors import DomainError
from lstep_lite.models import MediaKind
from tests.factories import a_friend, a_media, a_tag

assert registry  # the kinds of conditions and steps

LEAF = studio.Element(
    name="test.leaf",
    label="葉",
    icon="leaf",
    title="words",
    inputs=(
        studio.Text(name="words", label="文章", most=5),
        studio.Choice(name="size", label="大きさ", options={"s": "小", "l": "大"}, start="s"),
        studio.Number(name="width", label="幅", least=1, most=9, start=3, shown_if={"size": ["l"]}),
        studio.Condition(),
    ),
)
INPUTS = (
    studio.Items(name="leaves", label="葉", of=lambda: (LEAF, BRANCH), least=1, most=3, noun="葉"),
    studio.Color(name="color", label="色"),
    studio.Moment(name="until", label="期限"),
    studio.File(name="picture", label="画像", required=False),
    studio.Flag(name="is_big", label="大きく"),
)
BRANCH = studio.Element(name="test.branch", label="枝", icon="tree", inputs=INPUTS[:1], is_panel=True)


def a_leaf(**over: Any) -> dict[str, Any]:
    return {"kind": "test.leaf", "id": "leaf-number-1", "words": "緑", "size": "s", "if": None} | over


def test_what_is_right_is_kept_as_it_is(session: Session) -> None:
    document = {
        "leaves": [{"kind": "test.branch", "id": "branch-no-1", "leaves": [a_leaf()]}],
        "color": "#00ff00",
        "until": "2027-03-05T10:00",
        "picture": a_media(session).id,
        "is_big": True,
    }
    assert studio.clean(session, INPUTS, document) == (document, [])


def test_a_file_that_cannot_be_sent_is_refused_where_it_stands(session: Session) -> None:
    private = a_media(session, friend_id=a_friend(session).id)
    sound = a_media(session, kind=MediaKind.AUDIO)
    for media_id in (private.id, sound.id, 4711):
        document = {"leaves": [a_leaf()], "picture": media_id}
        assert [problem.path for problem in studio.clean(session, INPUTS, document)[1]] == ["picture"]


def test_each_problem_names_its_input(session: Session) -> None:
    wrong = {"leaves": [a_leaf(words="とても緑です"), a_leaf(size="l", width="44"), {"kind": "?"}], "color": "green"}
    problems = studio.clean(session, INPUTS, wrong)[1]
    assert [problem.path for problem in problems] == [
        "leaves.0.words",
        "leaves.1.width",
        "leaves.2",
        "color",
    ]
    with pytest.raises(DomainError, match=r"文章は5文字までです（いま6文字）") as refused:
        studio.check(session, INPUTS, wrong)
    assert refused.value.field == "leaves.0.words"


def test_too_few_and_too_many_are_told(session: Session) -> None:
    for count in (0, 4):
        [problem] = studio.clean(session, INPUTS, {"leaves": [a_leaf() for _ in range(count)]})[1]
        assert (problem.path, problem.message) == ("leaves", f"葉は1〜3個にしてください（いま{count}個）。")


def test_a_copied_element_gets_a_code_of_its_own(session: Session) -> None:
    kept, problems = studio.clean(session, INPUTS, {"leaves": [a_leaf(), a_leaf(), a_leaf(id="<script>")]})
    codes = [leaf["id"] for leaf in kept["leaves"]]
    assert not problems and codes[0] == "leaf-number-1" and len(set(codes)) == 3 and "<script>" not in codes


def test_what_is_not_shown_is_not_kept(session: Session) -> None:
    kept, problems = studio.clean(session, INPUTS, {"leaves": [a_leaf(width=999), a_leaf(size="l", width="５")]})
    assert not problems
    assert "width" not in kept["leaves"][0] and kept["leaves"][1]["width"] == 5


def test_conditions_pass_the_same_check_as_in_forms(session: Session) -> None:
    tag = a_tag(session)
    row = {"id": "a", "kind": "tag", "data": {"how": "any", "tag_ids": [tag.id]}}
    kept, problems = studio.clean(session, INPUTS, {"leaves": [a_leaf(**{"if": {"all": [row], "any": []}})]})
    assert not problems and kept["leaves"][0]["if"]["all"][0]["data"]["tag_ids"] == [tag.id]
    for broken in (row | {"kind": "nobody"}, row | {"data": {"how": "any"}}, row | {"data": 5}, "row"):
        document = {"leaves": [a_leaf(**{"if": {"all": [broken], "any": []}})]}
        assert [problem.path for problem in studio.clean(session, INPUTS, document)[1]] == ["leaves.0.if"], broken


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=5), inside, max_size=3),
)
HALF_RIGHT = st.fixed_dictionaries(
    {
        "leaves": st.lists(
            st.fixed_dictionaries({"kind": st.sampled_from(["test.leaf", "test.branch"]), "if": JSON}) | JSON
        )
    }
    | dict.fromkeys(("color", "until", "picture", "is_big"), JSON)
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=JSON | HALF_RIGHT)
def test_whatever_a_browser_posts_is_refused_in_words(session: Session, document: Any) -> None:
    kept, problems = studio.clean(session, INPUTS, document)
    assert all(problem.message.endswith("。") for problem in problems)
    assert studio.clean(session, INPUTS, kept)[0] == kept, "what is kept stays as it is"


def test_a_new_document_and_its_description_fit_together(session: Session) -> None:
    described = studio.describe(session, INPUTS)
    assert set(described["elements"]) == {"test.leaf", "test.branch"}
    assert {each["name"] for each in described["inputs"]} == set(studio.fresh(INPUTS))


def test_walking_finds_the_inputs_inside_lists_and_what_is_around_them(session: Session) -> None:
    document = {"leaves": [{"kind": "test.branch", "id": "b", "leaves": [a_leaf()]}], "color": ""}
    found = {each.path: each for each in studio.walk(INPUTS, document)}
    words = found["leaves.0.leaves.0.words"]
    assert words.value == "緑"
    assert [element.name for element, _ in words.parents] == ["test.branch", "test.leaf"]
