"""What friends' fields and shared values put into messages, as of the moment of sending."""

from decimal import Decimal

from sqlalchemy import update

from lstep_lite.engine import fields, registry
from lstep_lite.models import ChangedBy, FieldType, Lane, SharedValue, SharedValueType
from tests.counting import statements_of
from tests.engine.deliveries.conftest import Outbox
from tests.factories import NOW, a_field, a_shared_value

assert registry  # the words of all features


def test_a_shared_value_is_shown_as_it_is_when_the_message_goes_and_goes_to_many_at_once(outbox: Outbox) -> None:
    with outbox.database.unit() as session:
        a_shared_value(session, SharedValueType.NUMBER, word="空席", number=Decimal(5))
    for _ in range(3):
        outbox.put(outbox.friend(), "残り[共通:空席]席", lane=Lane.BULK)
    with outbox.database.unit() as session:
        session.execute(update(SharedValue).values(number=Decimal(4)))
    [sent] = outbox.send(Lane.BULK)
    assert (sent.way, sent.texts) == ("multicast", ["残り4席"])
    with outbox.database.unit() as session:
        session.execute(update(SharedValue).values(number=Decimal(3)))
    outbox.put(outbox.friend(), "残り[共通:空席]席", lane=Lane.BULK)
    assert outbox.send(Lane.BULK)[0].texts == ["残り3席"], "the content is known from before, the value is not"


def test_each_friend_gets_what_its_own_fields_hold(outbox: Outbox) -> None:
    people = [outbox.friend() for _ in range(3)]
    with outbox.database.unit() as session:
        key = fields.key_of(a_field(session, FieldType.NUMBER, word="来店回数").id)
        for number, friend in enumerate(people[:2], 1):
            fields.write(session, friend, key, Decimal(number * 1000), changed_by=ChangedBy.STAFF, now=NOW)
    for friend in people:
        outbox.put(friend, "[情報:来店回数|初めて]のご来店", lane=Lane.BULK)
    sent = outbox.send(Lane.BULK)
    assert {one.way for one in sent} == {"push"}
    assert sorted(one.texts[0] for one in sent) == ["1,000のご来店", "2,000のご来店", "初めてのご来店"]


def test_the_words_of_many_are_loaded_together(outbox: Outbox) -> None:
    with outbox.database.unit() as session:
        a_field(session, word="好み")

    def cost(count: int) -> int:
        for _ in range(count):
            outbox.put(outbox.friend(), "[情報:好み|秘密]", lane=Lane.BULK)
        with outbox.database.read() as session:
            statements = statements_of(session)
        outbox.send(Lane.BULK)
        return sum("field_values" in statement for statement in statements)

    assert cost(20) <= 3, "once a pass, not once a friend"
