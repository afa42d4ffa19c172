"""Condition trees: their SQL against plain Python, whom lists and sending mean, saved searches."""

from datetime import timedelta

import hypothesis
import pytest
from hypothesis import strategies as st

from lstep_lite.engine import friends, mentions, segments
from lstep_lite.engine.friends import Audience, FriendState
from lstep_lite.engine.friends.search import page_of_few
from lstep_lite.engine.rows import Values
from lstep_lite.engine.segments import EVERYBODY, Reach, SegmentDraft
from lstep_lite.errors import DomainError
from lstep_lite.models import Tag
from tests import judging, people, trees
from tests.factories import NOW, a_friend, a_shop
from tests.judging import asked
from tests.people import GONE, one

SAME = hypothesis.HealthCheck.function_scoped_fixture
QUICK = hypothesis.settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[SAME])
LONG = hypothesis.settings(max_examples=200, deadline=None, suppress_health_check=[SAME])


@pytest.fixture
def world(session):
    return people.a_world(session, seed=1)


def test_every_kind_has_an_answer_in_python():
    offered = {kind.name for kind in segments.offered()}
    assert offered <= set(judging.ANSWERS), "tell tests/judging.py what the new kind means in plain Python"


@QUICK
@hypothesis.given(data=st.data())
def test_the_sql_of_any_tree_says_what_python_says(session, world, data):
    compare(session, world, data.draw(trees.trees(world)))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_the_sql_of_very_many_trees_says_what_python_says(session, seed):
    world = people.a_world(session, seed, size=80)

    @LONG
    @hypothesis.given(trees.trees(world))
    def ask(tree):
        compare(session, world, tree)

    ask()


def compare(session, world, tree):
    assert asked(session, segments.condition(session, tree, now=NOW)) == judging.matching(world, tree)


@pytest.mark.parametrize("kind", sorted(judging.ANSWERS))
def test_an_editor_gives_back_what_is_stored(session, kind):
    world = people.a_world(session, seed=1, size=0)

    @hypothesis.settings(QUICK, max_examples=20)
    @hypothesis.given(trees.conditions(world)[kind])
    def edit(data):
        stored = segments.kinds[kind]
        texts = Values({name: [str(text) for text in found] for name, found in stored.values(data).items()})
        hypothesis.assume(not mentions.missing(session, stored.mentions(data)))
        assert stored.parse(session, texts) == data

    edit()


# Whom lists and sending mean -----------------------------------------------------------------------------------------


@pytest.fixture
def five(session):
    """One of each: an ordinary friend, one who left, a hidden one, one we blocked, one without LINE."""
    states = {
        "友": {},
        "去": {"is_following": False},
        "隠": {"is_hidden": True},
        "断": {"is_blocked": True},
        "無": {"line_user_id": None, "is_following": False},
    }
    made = {name: a_friend(session, display_name=name, **state) for name, state in states.items()}
    for friend in made.values():
        friends.refresh_search_text(friend)
    session.flush()
    return {friend.id: name for name, friend in made.items()}


@pytest.mark.parametrize(
    ("reach", "condition", "names"),
    [
        (Reach.LIST, None, "友"),
        (Reach.SEND, None, "友隠"),
        (Reach.ACT, None, "友隠"),
        (Reach.LIST, ("user_block", "yes"), "友去"),
        (Reach.LIST, ("user_block", "only"), "去"),
        (Reach.LIST, ("shelved", "yes"), "友隠断"),
        (Reach.LIST, ("without_line", "yes"), "友無"),
        (Reach.LIST, ("without_line", "only"), "無"),
        (Reach.SEND, ("user_block", "yes"), "友隠"),
        (Reach.SEND, ("without_line", "yes"), "友隠"),
        (Reach.SEND, ("shelved", "yes"), "友隠"),
        (Reach.ACT, ("user_block", "yes"), "友去隠"),
        (Reach.ACT, ("without_line", "yes"), "友隠無"),
        (Reach.ACT, ("shelved", "yes"), "友隠"),
    ],
)
def test_lists_sending_and_acting_leave_out_different_people(session, five, reach, condition, names):
    tree = one(condition[0], shown=condition[1]) if condition else EVERYBODY
    found = asked(session, segments.within(session, tree, reach, now=NOW))
    assert "".join(sorted(five[friend_id] for friend_id in found)) == "".join(sorted(names))
    assert segments.count(session, tree, reach=reach, now=NOW) == len(names)


def test_a_saved_search_decides_about_people_as_its_conditions_do(session, five):
    saved = segments.create(session, SegmentDraft("去った人", one("user_block", shown="only")), now=NOW)
    found = asked(session, segments.listed(session, segments.asking(saved.id), now=NOW))
    assert [five[friend_id] for friend_id in found] == ["去"]


def test_a_tab_and_a_tree_narrow_each_other(session, five):
    tree = one("name", how="contains", text="隠")
    audience = Audience(tree, FriendState.HIDDEN)
    assert audience.count(session, now=NOW) == 1
    assert Audience(tree, FriendState.FRIENDS).count(session, now=NOW) == 0
    page, counts = audience.page(session, now=NOW)
    assert ([friend.name for friend in page.friends], counts) == (["隠"], {FriendState.HIDDEN: 1})
    assert Audience.from_json(audience.to_json()) == audience
    assert Audience(ids=tuple(five)).count(session, now=NOW) == 5


# What is gone, and what contains itself ------------------------------------------------------------------------------


def test_a_condition_on_something_deleted_holds_for_nobody_and_says_so(session):
    friend = a_friend(session)
    tree = one("tag", how="none", tag_ids=[GONE])
    assert not segments.matches(session, tree, friend, now=NOW)
    assert "削除された" in segments.sentence(session, tree)
    assert segments.broken(session, tree)


def test_a_saved_search_on_something_deleted_breaks_what_asks_it(session):
    inner = segments.create(session, SegmentDraft("内", one("tag", how="none", tag_ids=[GONE])), now=NOW)
    tree = segments.asking(inner.id)
    assert segments.broken(session, tree)
    assert not segments.matches(session, tree, a_friend(session), now=NOW)


def test_a_saved_search_can_not_ask_itself_and_if_it_does_it_matches_nobody(session):
    first = segments.create(session, SegmentDraft("一", one("memo", how="empty")), now=NOW)
    second = segments.create(session, SegmentDraft("二", segments.asking(first.id)), now=NOW)
    with pytest.raises(DomainError, match="自身"):
        segments.update(session, first, SegmentDraft("一", segments.asking(second.id)), now=NOW)
    first.tree = segments.asking(second.id)
    assert segments.count(session, first.tree, now=NOW) == 0
    assert segments.sentence(session, first.tree) == "カスタム検索「二」に当てはまる"


def test_a_saved_search_is_known_where_it_is_used(session):
    a_shop(session)
    tag = Tag(name="VIP", position=1, created_at=NOW, updated_at=NOW)
    session.add(tag)
    session.flush()
    saved = segments.create(session, SegmentDraft("VIPの人", one("tag", how="any", tag_ids=[tag.id])), now=NOW)
    asking = segments.create(session, SegmentDraft("重ねた検索", segments.asking(saved.id)), now=NOW)
    assert [place.label for place in mentions.places(session, "tags", tag.id)] == ["カスタム検索「VIPの人」"]
    assert [place.label for place in mentions.places(session, "segments", saved.id)] == ["カスタム検索「重ねた検索」"]
    twin = segments.copy(session, asking, now=NOW)
    assert len(mentions.places(session, "segments", saved.id)) == 2
    segments.delete(session, twin)
    assert len(mentions.places(session, "segments", saved.id)) == 1


# What conditions compare ---------------------------------------------------------------------------------------------


def test_names_and_memos_are_compared_as_they_are_now(session):
    friend = a_friend(session, display_name="Hanako")
    friends.update(session, friend, friends.FriendDraft(kana="ハナ コ", memo="ペット：ねこ"), now=NOW)
    for kind, words in (("name", "はなこ"), ("name", "ＨＡＮＡ"), ("memo", "ネコ")):
        assert segments.matches(session, one(kind, how="contains", text=words), friend, now=NOW)


def test_reactions_are_the_newest_by_line_s_clock(session):
    friend = a_friend(session)
    friends.reacted(friend, at=NOW, wrote=True)
    friends.reacted(friend, at=NOW - timedelta(days=3), wrote=True)
    friends.reacted(friend, at=NOW + timedelta(days=1))
    assert (friend.last_message_at, friend.last_reaction_at) == (NOW, NOW + timedelta(days=1))


def test_days_are_the_shop_s(session):
    a_shop(session)
    just_before = a_friend(session, followed_at=NOW.replace(day=4, hour=14, minute=59))  # 23:59 on the 4th in Tokyo
    just_after = a_friend(session, followed_at=NOW.replace(day=4, hour=15))  # midnight
    today = one("added", how="within", days=0)
    assert asked(session, segments.condition(session, today, now=NOW)) == {just_after.id}
    fourth = one("added", how="between", **{"from": None, "to": "2026-03-04"})
    assert asked(session, segments.condition(session, fourth, now=NOW)) == {just_before.id}


def test_a_percentage_is_about_that_part_of_the_friends_and_always_the_same(session):
    for _ in range(400):
        a_friend(session)
    tree = one("percent", percent=25)
    found = asked(session, segments.condition(session, tree, now=NOW))
    assert 70 <= len(found) <= 130
    assert asked(session, segments.condition(session, tree, now=NOW + timedelta(days=9))) == found
    assert asked(session, segments.condition(session, tree, now=NOW, occurrence="again")) != found


def test_conditions_are_read_back_with_and_and_or(session):
    tree = one("memo", how="filled") | {
        "any": [
            {"id": "a", "kind": "name", "data": {"how": "contains", "text": "花"}},
            {"id": "b", "kind": "percent", "data": {"percent": 10}},
        ]
    }
    assert (
        segments.sentence(session, tree)
        == "メモが書いてある かつ （名前に「花」がある または くじ引きで選ばれた10%の人）"
    )
    assert segments.sentence(session, EVERYBODY) == "すべての友だち"


def test_a_verdict_tells_each_condition_s_answer(session):
    friend = a_friend(session, display_name="花子")
    friends.refresh_search_text(friend)
    tree = one("name", how="contains", text="花")
    tree["all"].append({"id": "c2", "kind": "memo", "data": {"how": "filled"}})
    assert [verdict.holds for verdict in segments.verdicts(session, tree, friend, now=NOW)] == [True, False]


def test_pages_of_a_narrowed_list_stand_in_order_and_end_where_they_end(session):
    for number in range(5):
        a_friend(session, followed_at=NOW - timedelta(days=number % 2), memo_key="紅茶")
    audience = Audience(one("memo", how="filled"), FriendState.FRIENDS)
    condition = audience.condition(session, now=NOW)
    pages = [page_of_few(session, condition, number=number, size=2) for number in (1, 2, 3)]
    found = [friend for page in pages for friend in page.friends]
    assert found == sorted(found, key=lambda friend: (friend.followed_at, friend.id), reverse=True)
    assert [page.total_count for page in pages] == [5, 5, 5]
    assert page_of_few(session, condition, number=9, size=2).number == 1
