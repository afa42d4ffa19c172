"""The picker of conditions and saved searches."""

import pytest

from lstep_lite.models import FriendTag, Tag
from tests.factories import NOW, a_friend
from tests.web.conftest import regions


@pytest.fixture
def vip(session, owner):
    tag = Tag(name="VIP", position=1, created_at=NOW, updated_at=NOW)
    session.add(tag)
    session.flush()
    for number in range(3):
        friend = a_friend(session)
        if number:
            session.add(
                FriendTag(friend_id=friend.id, tag_id=tag.id, attached_at=NOW, changed_by="staff", cause_id=None)
            )
    session.commit()
    return tag


def picked(path="segment", **inputs):
    """What a browser posts for one condition on a tag."""
    return {f"{path}.all": "c1", f"{path}.all.c1.kind": "tag", **{f"{path}.all.c1.{k}": v for k, v in inputs.items()}}


def test_a_condition_is_added_copied_and_taken_away_without_saving_anything(htmx, owner):
    added = htmx("/segments/editor?path=segment", {"op": "segment.all:add:tag"})
    assert regions(added) == ["conditions-segment"]
    assert "タグの付き方" in added.text
    copied = htmx("/segments/editor?path=segment", picked() | {"op": "segment.all.c1:copy"})
    assert copied.text.count("タグの付き方") == 2
    assert "タグの付き方" not in htmx("/segments/editor?path=segment", picked() | {"op": "segment.all.c1:remove"}).text


def test_the_count_reads_the_conditions_back(htmx, vip):
    answer = htmx("/segments/count?path=steps.a.if", picked("steps.a.if", how="any", tag_ids=str(vip.id)))
    assert regions(answer) == ["conditions-steps-a-if-count"]
    assert "タグ「VIP」が付いている" in answer.text
    assert "<strong>2</strong> 人" in answer.text
    assert "条件をすべて入力すると" in htmx("/segments/count?path=segment", picked(how="any")).text
