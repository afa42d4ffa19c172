"""Several versions, and the better one for the rest."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from lstep_lite.engine import broadcasts
from lstep_lite.engine.broadcasts import Outcome, VariantDraft
from lstep_lite.errors import DomainError
from lstep_lite.models import (
    BroadcastState,
    Friend,
    Recipient,
    WinnerBy,
)
from tests.engine.broadcasts.conftest import DAY, HELLO, MINUTE, Outbox, book, do, friends, go
from tests.factories import a_tap, a_template, an_answer


def versions(*texts: str, percents: tuple[int, ...]) -> list[VariantDraft]:
    blocks = [[{"kind": "text", "text": text}] for text in texts]
    return [VariantDraft(each, percent) for each, percent in zip(blocks, percents, strict=True)]


def texts(outbox: Outbox) -> dict[str, int]:
    found: dict[str, int] = {}
    for sent in outbox.fake.sent:
        people = sent.body["to"] if sent.way == "multicast" else [sent.body["to"]]
        found[sent.texts[0]] = found.get(sent.texts[0], 0) + len(people)
    return found


def test_two_versions_share_the_friends_by_percent(session, outbox, staff_id):
    friends(session, 60)
    broadcast = book(session, staff_id, variants=versions("A", "B", percents=(30, 70)))
    go(outbox, session, broadcast)
    found = texts(outbox)
    assert sum(found.values()) == 60
    assert 8 <= found["A"] <= 28
    assert len(outbox.fake.sent) == 2


def test_the_version_with_more_taps_goes_to_those_who_wait(session, outbox, staff_id):
    template = a_template(session, {"kind": "text", "text": "B"})
    tap = a_tap(session, template)
    friends(session, 40)
    blocks = [{"kind": "template", "template_id": template.id}]
    variants = [VariantDraft(HELLO, 25), VariantDraft(blocks, 25)]
    broadcast = book(session, staff_id, variants=variants, winner_by=WinnerBy.TAPS, winner_after_minutes=30)
    on_trial = go(outbox, session, broadcast)
    assert 0 < len(on_trial) < 40
    second = broadcast.variants[1]
    reader = session.scalars(sa.select(Recipient).where(Recipient.variant_id == second.id)).first()
    an_answer(session, tap, session.get_one(Friend, reader.friend_id), at=outbox.time + MINUTE)
    session.commit()
    rest = go(outbox, session, broadcast, after=30 * MINUTE)
    assert (len(on_trial) + len(rest), broadcast.winner_id) == (40, second.id)
    shown = broadcasts.results(session, broadcast, now=outbox.time)
    assert [version.tapped for version in shown.versions] == [0, 1]
    [member] = broadcasts.members(session, broadcast, outcome=Outcome.TAPPED, now=outbox.time).rows
    assert member.friend.id == reader.friend_id


def test_staff_choose_the_version_for_the_rest(session, outbox, staff_id):
    friends(session, 30)
    variants = versions("A", "B", percents=(20, 20))
    broadcast = book(session, staff_id, variants=variants, winner_by=WinnerBy.HAND)
    on_trial = go(outbox, session, broadcast)
    assert broadcasts.waits_for_staff(session, broadcast)
    assert go(outbox, session, broadcast, after=DAY) == [], "it waits for as long as it takes"
    with pytest.raises(DomainError):
        broadcasts.choose_winner(session, broadcast, 0, now=outbox.time)
    session.rollback()
    do(session, broadcasts.choose_winner, broadcast, variant_id=broadcast.variants[1].id, now=outbox.time)
    before = texts(outbox)
    rest = go(outbox, session, broadcast, after=timedelta(0))
    assert len(on_trial) + len(rest) == 30
    assert texts(outbox)["B"] == before["B"] + len(rest)
    assert broadcast.state is BroadcastState.DONE
