"""Tags: keeping them, attaching by hand and by automation, limits, many at once."""

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import actions, batches, folders, friends, mentions, registry, segments, tags
from lstep_lite.engine.actions import SetDraft, Trigger
from lstep_lite.engine.tags import TagDraft, leftovers, samples
from lstep_lite.errors import DomainError
from lstep_lite.models import ActionRun, ChangedBy, Color, Friend, FriendTag, Tag, TagLeftover, TimelineEntry
from tests.factories import NOW, a_friend, a_mark, a_staff, a_tag

assert registry


def kinds(session: Session, friend: Friend) -> list[str]:
    query = sa.select(TimelineEntry.kind).filter_by(friend_id=friend.id).order_by(TimelineEntry.id)
    return list(session.scalars(query))


def names(session: Session, friend: Friend) -> list[str]:
    return [carried.tag.name for carried in tags.of(session, friend)]


def step(kind: str, **data: object) -> dict[str, object]:
    return {"id": f"{kind}-{len(data)}", "kind": kind, "data": data, "segment": None}


def hang(session: Session, place: str, tag: Tag, *steps: dict[str, object], repeats: bool = False) -> None:
    actions.keep(session, place, tag.id, SetDraft(steps, repeats), now=NOW)


def automatically(session: Session, tag: Tag, friend: Friend) -> bool:
    return tags.attach(session, tag, friend, changed_by=ChangedBy.AUTOMATION, now=NOW)


# Keeping -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["VIP", "ｖｉｐ", " V I P "])
def test_a_name_is_given_once_whatever_its_width_and_case(session: Session, name: str) -> None:
    tags.create(session, TagDraft("vip"), now=NOW)
    with pytest.raises(DomainError, match="もうあります") as refusal:
        tags.create(session, TagDraft(name), now=NOW)
    assert refusal.value.field == "name"
    other = tags.create(session, TagDraft("常連"), now=NOW)
    with pytest.raises(DomainError, match="もうあります"):
        tags.update(session, other, TagDraft(name), now=NOW)


@pytest.mark.parametrize(
    ("draft", "field"),
    [(TagDraft(" "), "name"), (TagDraft("あ" * 51), "name"), (TagDraft("a", capacity=0), "capacity")],
)
def test_a_tag_that_makes_no_sense_is_refused(session: Session, draft: TagDraft, field: str) -> None:
    with pytest.raises(DomainError) as refusal:
        tags.create(session, draft, now=NOW)
    assert refusal.value.field == field


def test_the_list_is_searched_and_counted_and_warns_of_broken_actions(session: Session) -> None:
    vip, gone = a_tag(session, name="ＶＩＰ"), a_tag(session)
    tags.attach(session, vip, a_friend(session), changed_by=ChangedBy.STAFF, now=NOW)
    hang(session, tags.ATTACHED, vip, step("tags", way="attach", tag_ids=[gone.id]))
    assert tags.page(session, text="vip").broken == set()
    tags.delete(session, gone)
    found = tags.page(session, text="vip")
    assert (found.tags, found.counts, found.broken) == ([vip], {vip.id: 1}, {vip.id})


def test_a_copy_has_the_actions_and_no_friends(session: Session) -> None:
    tag = a_tag(session, name="来店", color=Color.PINK, capacity=5)
    hang(session, tags.FULL, tag, step("display", way="hide"))
    automatically(session, tag, a_friend(session))
    first, second = tags.copy(session, tag, now=NOW), tags.copy(session, tag, now=NOW)
    assert (first.name, second.name, first.color) == ("来店のコピー", "来店のコピー2", Color.PINK)
    assert actions.at(session, tags.FULL, first.id).steps[0]["kind"] == "display"
    assert tags.friend_counts(session, [first.id]) == {}


def test_a_deleted_tag_is_gone_at_once_and_its_rows_are_swept(database: Database) -> None:
    with database.unit() as session:
        tag, friend = a_tag(session), a_friend(session)
        automatically(session, tag, friend)
        condition = {"id": "c", "kind": "tag", "data": {"how": "any", "tag_ids": [tag.id]}}
        tags.delete(session, tag)
        assert tags.of(session, friend) == []
        assert not segments.matches(session, {"all": [condition], "any": []}, friend, now=NOW)
    while leftovers.sweep(database, now=NOW, wall=NOW):
        pass
    with database.read() as session:
        left = [session.scalar(sa.select(sa.func.count()).select_from(model)) for model in (FriendTag, TagLeftover)]
        assert left == [0, 0]


def test_a_tag_knows_where_it_is_used(session: Session) -> None:
    used, user = a_tag(session), a_tag(session, name="来店")
    hang(session, tags.ATTACHED, user, step("tags", way="detach", tag_ids=[used.id]))
    assert [place.label for place in mentions.places(session, "tags", used.id)] == ["タグ「来店」が付いたとき"]


def test_samples_are_made_once(session: Session) -> None:
    tags.create(session, TagDraft("ｖｉｐ"), now=NOW)
    assert samples.create(session, now=NOW) == len(samples.SAMPLES) - 1
    assert samples.create(session, now=NOW) == 0


# Attaching -----------------------------------------------------------------------------------------------------------


def test_by_hand_nothing_follows_and_it_is_written_down(session: Session) -> None:
    tag, friend, person = a_tag(session), a_friend(session), a_staff(session)
    hang(session, tags.ATTACHED, tag, step("display", way="hide"))
    assert tags.attach(session, tag, friend, changed_by=ChangedBy.STAFF, now=NOW, staff_id=person.id)
    assert not friend.is_hidden
    assert kinds(session, friend) == ["tag.attached"]
    (carried,) = tags.of(session, friend)
    assert (carried.tag, carried.attached_at, carried.changed_by) == (tag, NOW, ChangedBy.STAFF)


def test_by_automation_the_actions_follow_once(session: Session) -> None:
    tag, friend = a_tag(session), a_friend(session)
    hang(session, tags.ATTACHED, tag, step("display", way="hide"))
    assert automatically(session, tag, friend)
    assert friend.is_hidden
    friends.show(session, friend, now=NOW)
    assert not automatically(session, tag, friend), "it was there already"
    assert tags.detach(session, tag, friend, now=NOW)
    assert not tags.detach(session, tag, friend, now=NOW)
    assert automatically(session, tag, friend)
    assert not friend.is_hidden, "the set runs once a friend"
    entry = session.scalars(sa.select(TimelineEntry).filter_by(kind="tag.attached").order_by(TimelineEntry.id)).all()[
        -1
    ]
    assert "前に実行したことがある" in entry.results[0]


def test_with_the_switch_on_the_actions_follow_every_time(session: Session) -> None:
    tag, friend = a_tag(session), a_friend(session)
    hang(session, tags.ATTACHED, tag, step("display", way="hide"), repeats=True)
    automatically(session, tag, friend)
    friends.show(session, friend, now=NOW)
    tags.detach(session, tag, friend, now=NOW)
    automatically(session, tag, friend)
    assert friend.is_hidden


def test_the_first_two_get_the_tag_and_for_the_next_the_other_actions_run(session: Session) -> None:
    tag, waiting = a_tag(session, capacity=2), a_tag(session, name="キャンセル待ち")
    hang(session, tags.FULL, tag, step("tags", way="attach", tag_ids=[waiting.id]))
    first, second, third, by_hand, imported = (a_friend(session) for _ in range(5))
    assert [automatically(session, tag, friend) for friend in (first, second, third)] == [True, True, False]
    assert names(session, third) == ["キャンセル待ち"]
    with pytest.raises(DomainError, match="定員（2人）"):
        tags.attach(session, tag, by_hand, changed_by=ChangedBy.STAFF, now=NOW)
    assert not tags.attach(session, tag, imported, changed_by=ChangedBy.IMPORT, now=NOW)
    assert names(session, imported) == []


def test_the_last_place_goes_to_one_of_two_who_come_at_once(fresh_database: Database) -> None:
    with fresh_database.unit() as session:
        tag_id = a_tag(session, capacity=3).id
        ids = [a_friend(session).id for _ in range(6)]
    threads = [threading.Thread(target=_attach_in_own_unit, args=(fresh_database, tag_id, key)) for key in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with fresh_database.read() as session:
        assert tags.friend_counts(session, [tag_id]) == {tag_id: 3}


def _attach_in_own_unit(database: Database, tag_id: int, friend_id: int) -> None:
    with database.unit() as session:
        automatically(session, tags.get(session, tag_id), session.get_one(Friend, friend_id))


def test_two_records_of_one_person_keep_each_tag_once_even_beyond_the_limit(session: Session) -> None:
    both, full = a_tag(session, name="両方"), a_tag(session, name="満員", capacity=1)
    kept, gone, person = a_friend(session), a_friend(session, line_user_id=None), a_staff(session)
    for friend in (kept, gone):
        automatically(session, both, friend)
    automatically(session, full, gone)
    friends.merge(session, kept, gone, staff_id=person.id, now=NOW)
    assert names(session, kept) == ["両方", "満員"]


def test_a_block_takes_the_tags_and_gives_back_those_that_still_exist(session: Session) -> None:
    friend, person, gone = a_friend(session), a_staff(session), a_tag(session, name="消える")
    for tag in (a_tag(session, name="残る"), gone):
        automatically(session, tag, friend)
    friends.block(session, friend, now=NOW, staff_id=person.id)
    assert names(session, friend) == []
    tags.delete(session, gone)
    friends.restore(session, friend, staff_id=person.id, now=NOW)
    assert names(session, friend) == ["残る"]
    assert session.scalar(sa.select(sa.func.count()).select_from(FriendTag)) == 1


# Steps ---------------------------------------------------------------------------------------------------------------


def test_a_step_makes_the_tag_it_names_when_it_is_saved(session: Session) -> None:
    saved = actions.keep(session, tags.ATTACHED, a_tag(session).id, SetDraft([_new_tag_step("春")]), now=NOW)
    made = tags.find(session, "春")
    assert saved.steps[0]["data"] == {"way": "attach", "tag_ids": [made.id]}
    again = actions.keep(session, tags.FULL, made.id, SetDraft([_new_tag_step("春")]), now=NOW)
    assert again.steps[0]["data"]["tag_ids"] == [made.id]


def _new_tag_step(name: str) -> dict[str, object]:
    return step("tags", way="attach", tag_ids=[], new_name=name)


def test_steps_say_what_they_did_and_what_there_was_nothing_to_do_about(session: Session) -> None:
    holder, vip, mark, friend = (
        a_tag(session),
        a_tag(session, name="VIP"),
        a_mark(session, name="常連"),
        a_friend(session),
    )
    attach, put, hide = (
        step("tags", way="attach", tag_ids=[vip.id]),
        step("mark", mark_id=mark.id),
        step("display", way="hide"),
    )
    hang(session, tags.ATTACHED, holder, attach, put, hide, repeats=True)
    runs = [_run(session, holder, friend, occurrence) for occurrence in ("1", "2")]
    assert [result["text"] for result in runs[0].results] == [
        "タグ「VIP」を付けました。",
        "対応マークを「常連」にしました。",
        "非表示にしました。",
    ]
    assert {result["state"] for result in runs[1].results} == {"skipped"}
    assert (friend.mark_id, friend.is_hidden, names(session, friend)) == (mark.id, True, ["VIP"])


def _run(session: Session, holder: Tag, friend: Friend, occurrence: str) -> ActionRun:
    run = actions.run_at(session, tags.ATTACHED, holder.id, friend, Trigger(occurrence, NOW))
    assert run is not None
    return run


# Many at once --------------------------------------------------------------------------------------------------------


@pytest.fixture
def in_bulk(database: Database) -> Callable[..., batches.Outcome | None]:
    """`in_bulk(kind, friends, **params)`: do it to one chunk, as a batch would."""

    def apply(kind: str, friend_ids: list[int], **params: object) -> batches.Outcome | None:
        with database.unit() as session:
            batch = batches.start(
                session,
                kind,
                label="一括",
                params=params,
                audience=friends.Audience(ids=tuple(friend_ids)),
                dedupe_key=f"{kind}{params}",
                staff_id=None,
                now=NOW,
            )
            return batches.kinds[kind].apply(session, batch, friend_ids, now=NOW)

    return apply


def test_many_are_tagged_by_hand_up_to_the_limit(session: Session, in_bulk: Callable[..., batches.Outcome]) -> None:
    tag = a_tag(session, capacity=3)
    hang(session, tags.ATTACHED, tag, step("display", way="hide"))
    people = [a_friend(session) for _ in range(5)]
    automatically(session, tag, people[0])
    people[0].is_hidden = False
    session.commit()
    outcome = in_bulk("tags.attach", [friend.id for friend in people], tag_id=tag.id)
    session.expire_all()
    assert sorted(outcome.skipped) == [people[0].id, people[3].id, people[4].id]
    assert "定員" in outcome.skipped[people[4].id]
    assert [names(session, friend) for friend in people] == [[tag.name]] * 3 + [[]] * 2
    assert not any(friend.is_hidden for friend in people), "nothing follows from what is done by hand"
    assert kinds(session, people[1]) == ["tag.attached"]


def test_many_lose_a_tag(session: Session, in_bulk: Callable[..., batches.Outcome]) -> None:
    tag, carrier, other = a_tag(session), a_friend(session), a_friend(session)
    automatically(session, tag, carrier)
    session.commit()
    outcome = in_bulk("tags.detach", [carrier.id, other.id], tag_id=tag.id)
    session.expire_all()
    assert outcome.skipped == {other.id: "付いていません。"}
    assert (names(session, carrier), kinds(session, carrier)) == ([], ["tag.attached", "tag.detached"])


def test_many_are_hidden_and_shown_again(session: Session, in_bulk: Callable[..., batches.Outcome]) -> None:
    people = [a_friend(session), a_friend(session, is_hidden=True)]
    session.commit()
    outcome = in_bulk("friends.hide", [friend.id for friend in people])
    assert outcome.skipped == {people[1].id: "もうその状態です。"}
    in_bulk("friends.show", [friend.id for friend in people])
    session.expire_all()
    assert not any(friend.is_hidden for friend in people)
    assert kinds(session, people[0]) == ["friend.hidden", "friend.shown"]


def test_a_batch_with_a_deleted_tag_fails_with_words(session: Session, in_bulk: Callable[..., batches.Outcome]) -> None:
    friend = a_friend(session)
    session.commit()
    assert in_bulk("tags.attach", [friend.id], tag_id=999).failed == {friend.id: "選んだタグが削除されています。"}


def test_tags_are_put_into_folders_of_their_own(session: Session) -> None:
    folder = folders.create(session, "tags", name="来店")
    tag = tags.create(session, TagDraft("来店済み", folder_id=folder.id), now=NOW)
    a_tag(session)
    assert tags.page(session, folder_id=folder.id).tags == [tag]
