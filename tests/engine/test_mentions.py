"""Who mentions what: kept with every save, listed before a deletion."""

import pytest
import sqlalchemy as sa

from lstep_lite.engine import mentions
from lstep_lite.models import Mention, Tag
from tests.factories import NOW


@pytest.fixture(autouse=True)
def a_feature_that_mentions(monkeypatch):
    monkeypatch.setattr(mentions, "_owners", dict(mentions._owners))
    mentions.owner("stories")(lambda _, ids: {key: mentions.Place(f"物語{key}", "home.index") for key in ids})


@pytest.fixture
def tag(session):
    tag = Tag(name="常連", position=1, created_at=NOW, updated_at=NOW)
    session.add(tag)
    session.flush()
    return tag


def test_a_save_replaces_what_the_row_mentioned_before(session, tag):
    mentions.write(session, "stories", 7, [("tags", tag.id), ("tags", tag.id), ("marks", 1)])
    mentions.write(session, "stories", 7, [("tags", tag.id)])
    assert [place.label for place in mentions.places(session, "tags", tag.id)] == ["物語7"]
    assert mentions.counts(session, "tags") == {str(tag.id): 1}
    assert mentions.counts(session, "marks") == {}

    mentions.forget(session, "stories", 7)
    assert session.scalar(sa.select(sa.func.count()).select_from(Mention)) == 0


def test_what_is_gone_is_noticed(session, tag):
    gone = ("tags", str(tag.id + 1))
    assert mentions.missing(session, [("tags", tag.id), ("tags", tag.id + 1)]) == {gone}
