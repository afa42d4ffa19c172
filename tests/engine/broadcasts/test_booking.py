"""Drafts, bookings, a second person's yes, and the sheet before sending."""

import pytest
import sqlalchemy as sa

from lstep_lite.engine import broadcasts, mentions, tags
from lstep_lite.engine.broadcasts import VariantDraft
from lstep_lite.errors import DomainError, NotAllowed
from lstep_lite.models import (
    AudienceAt,
    Broadcast,
    BroadcastState,
    ChangedBy,
    Channel,
    Delivery,
    Notification,
    Recipient,
    Role,
    Tag,
    WinnerBy,
)
from tests.engine.broadcasts.conftest import (
    ALL_STATES,
    DAY,
    HELLO,
    HOUR,
    MINUTE,
    PERSONAL,
    book,
    do,
    draft,
    friends,
    go,
    kept,
    rules,
    tagged,
    work,
)
from tests.factories import NOW, a_broadcast, a_staff, a_tag, a_template


def test_until_the_hold_is_over_it_can_be_taken_back_and_pressing_twice_books_once(session, outbox, staff_id):
    friends(session, 1)
    broadcast = book(session, staff_id)
    do(session, broadcasts.submit, broadcast, staff_id=staff_id, now=NOW + MINUTE / 2)
    assert (broadcast.state, broadcast.due_at) == (BroadcastState.BOOKED, NOW + MINUTE)
    do(session, broadcasts.take_back, broadcast, now=NOW + MINUTE / 2)
    assert go(outbox, session, broadcast) == []
    do(session, broadcasts.submit, broadcast, staff_id=staff_id, now=outbox.time)
    with pytest.raises(DomainError, match="取り消せません"):
        broadcasts.take_back(session, broadcast, now=outbox.time + MINUTE)
    session.rollback()
    assert len(go(outbox, session, broadcast)) == 1


def test_changing_a_booked_one_makes_it_a_draft_and_gathers_anew(session, outbox, staff_id):
    tag, (_, new) = a_tag(session), friends(session, 2)
    tags.attach(session, tag, new, changed_by=ChangedBy.STAFF, now=NOW)
    later = NOW + HOUR
    broadcast = book(session, staff_id, audience_at=AudienceAt.BOOKING, planned_at=later)
    work(outbox)
    assert session.scalar(sa.select(sa.func.count(Recipient.id))) == 2
    changed = draft(tree=tagged(tag), audience_at=AudienceAt.BOOKING, planned_at=later)
    do(session, broadcasts.update, broadcast, draft=changed, now=NOW)
    assert broadcast.state is BroadcastState.DRAFT
    do(session, broadcasts.submit, broadcast, staff_id=staff_id, now=NOW)
    assert go(outbox, session, broadcast, after=HOUR) == [new.line_user_id]
    with pytest.raises(DomainError, match="送信が始まっている"):
        broadcasts.update(session, broadcast, changed, now=outbox.time)


def test_a_second_person_has_to_say_yes_where_the_shop_wants_it(session, outbox, staff_id):
    rules(session, needs_approval=True)
    other = kept(session, a_staff(session, role=Role.OWNER))
    friends(session, 1)
    broadcast = book(session, staff_id)
    assert broadcast.state is BroadcastState.ASKED
    assert go(outbox, session, broadcast) == []
    with pytest.raises(NotAllowed):
        broadcasts.approve(session, broadcast, staff_id=staff_id, now=outbox.time)
    do(session, broadcasts.decline, broadcast, word="誤字があります", now=outbox.time)
    assert broadcast.state is BroadcastState.DRAFT
    do(session, broadcasts.submit, broadcast, staff_id=staff_id, now=outbox.time)
    do(session, broadcasts.approve, broadcast, staff_id=other.id, now=outbox.time)
    assert len(go(outbox, session, broadcast)) == 1
    bodies = session.scalars(sa.select(Notification.body).order_by(Notification.id)).all()
    assert bodies == ["春のお知らせ", "春のお知らせ：誤字があります", "春のお知らせ", "春のお知らせ"]


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"planned_at": NOW}, "planned_at"),
        ({"at_most": 0}, "at_most"),
        ({"per_minute": 0}, "per_minute"),
        ({"variants": []}, "percent"),
        ({"variants": [VariantDraft(HELLO, 50)] * 5}, "percent"),
        ({"variants": [VariantDraft(HELLO, 60), VariantDraft(HELLO, 30)]}, "percent"),
        ({"variants": [VariantDraft(HELLO, 60), VariantDraft(HELLO, 40)], "winner_by": WinnerBy.HAND}, "percent"),
        (
            {"variants": [VariantDraft(HELLO, 10), VariantDraft(HELLO, 10)], "winner_by": WinnerBy.TAPS},
            "winner_after_minutes",
        ),
        ({"variants": [VariantDraft([{"kind": "text", "text": ""}])]}, "blocks-0"),
        ({"name": " "}, "name"),
    ],
)
def test_what_can_not_be_sent_so_is_refused_with_the_field(session, over, field):
    with pytest.raises(DomainError) as refusal:
        broadcasts.create(session, draft(**over), now=NOW)
    assert refusal.value.field == field


def test_a_draft_may_lack_its_message_but_does_not_go_out_without(session, staff_id):
    broadcast = broadcasts.create(session, draft(variants=[VariantDraft([])]), now=NOW)
    with pytest.raises(DomainError, match="1つ以上") as refusal:
        broadcasts.submit(session, broadcast, staff_id=staff_id, now=NOW)
    assert refusal.value.field == "blocks-0"
    assert broadcast.state is BroadcastState.DRAFT


def test_a_planned_time_that_has_passed_is_refused_when_it_is_sent(session, staff_id):
    broadcast = broadcasts.create(session, draft(planned_at=NOW + MINUTE), now=NOW)
    with pytest.raises(DomainError) as refusal:
        broadcasts.submit(session, broadcast, staff_id=staff_id, now=NOW + HOUR)
    assert refusal.value.field == "planned_at"


def test_the_sheet_says_who_what_it_costs_and_what_to_think_about(session, outbox):
    friends(session, 6)
    (
        friends(session, 1, is_following=False),
        friends(session, 2, line_user_id=None),
        friends(session, 1, is_blocked=True),
    )
    channel = session.get_one(Channel, 1)
    channel.quota_limit, channel.quota_used, channel.quota_checked_at = 200, 197, NOW
    broadcast = a_broadcast(session, *PERSONAL)
    session.commit()
    sheet = broadcasts.preflight(session, broadcast, public_url="", now=NOW)
    assert (sheet.recipients, sheet.counted, sheet.left, sheet.is_short) == (6, 6, 3, True)
    assert [(each.reason, each.count) for each in sheet.left_out] == [
        ("こちらでブロックした方", 1),
        ("このアカウントをブロックした方", 1),
        ("LINEなしのお客様", 2),
    ]
    assert len(sheet.samples) == 5
    assert all(sample.objects[0]["text"] == f"{sample.friend.display_name}さんへ" for sample in sheet.samples)
    assert [warning[:13] for warning in sheet.warnings] == ["今月送れる残りは3通です。"]


def test_the_sheet_warns_of_the_night_of_nobody_and_of_what_is_gone(session, outbox):
    at_night = NOW + 13 * HOUR
    broadcast = a_broadcast(session, tree=tagged(Tag(id=999)), due_at=at_night, is_at_once=False)
    sheet = broadcasts.preflight(session, broadcast, public_url="", now=NOW)
    assert [warning[:6] for warning in sheet.warnings] == ["今の条件では", "夜間や早朝（", "送る相手の条"]


def test_a_copy_is_a_draft_that_says_the_same(session, staff_id):
    template = a_template(session, {"kind": "text", "text": "春"})
    variants = [VariantDraft([{"kind": "template", "template_id": template.id}], 60), VariantDraft(HELLO, 40)]
    broadcast = book(session, staff_id, variants=variants, planned_at=NOW + DAY, per_minute=5, at_most=3)
    copied = broadcasts.copy(session, broadcast, now=NOW)
    assert (copied.name, copied.state, copied.due_at) == ("春のお知らせのコピー", BroadcastState.DRAFT, None)
    assert [(each.percent, each.blocks) for each in copied.variants] == [
        (each.percent, each.blocks) for each in variants
    ]
    assert (copied.per_minute, copied.at_most) == (5, 3)
    used = [place.label for place in mentions.places(session, "templates", template.id)]
    assert used == ["一斉配信「春のお知らせ」", "一斉配信「春のお知らせのコピー」"]


def test_a_deleted_one_is_gone_at_once_and_cleared_away_bit_by_bit(session, outbox, staff_id):
    friends(session, 3)
    broadcast = book(session, staff_id)
    with pytest.raises(DomainError, match="先に取り消すか"):
        broadcasts.delete(session, broadcast, now=NOW)
    session.rollback()
    go(outbox, session, broadcast)
    do(session, broadcasts.delete, broadcast, now=outbox.time)
    assert broadcasts.page(session, ALL_STATES).rows == []
    assert mentions.missing(session, [("broadcasts", broadcast.id)]) == {("broadcasts", str(broadcast.id))}
    while broadcasts.sweep(outbox.database, now=outbox.time, wall=outbox.machine_time):
        pass
    session.expire_all()
    assert [session.scalar(sa.select(sa.func.count(model.id))) for model in (Broadcast, Recipient)] == [0, 0]
    assert session.scalar(sa.select(sa.func.count(Delivery.id))) == 3, "what was sent stays in the log"


def test_the_list_is_asked_for_by_state_folder_and_words(session, staff_id):
    first = broadcasts.create(session, draft(name="夏の案内"), now=NOW)
    second = book(session, staff_id)
    assert list(broadcasts.page(session, ALL_STATES).rows) == [second, first]
    assert list(broadcasts.page(session, ALL_STATES, text="夏").rows) == [first]
    assert list(broadcasts.page(session, (BroadcastState.BOOKED,)).rows) == [second]
    assert broadcasts.counts(session) == {BroadcastState.DRAFT: 1, BroadcastState.BOOKED: 1}
    assert list(broadcasts.upcoming(session, now=NOW)) == [second]
    assert not broadcasts.is_broken(session, first)
