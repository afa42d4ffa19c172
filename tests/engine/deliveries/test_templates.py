"""Templates between being put and being sent: the newest words go out, and never one friend's to another."""

from dataclasses import replace

from sqlalchemy import update

from lstep_lite.engine import registry
from lstep_lite.engine.messages import templates
from lstep_lite.engine.messages.templates import TemplateDraft
from lstep_lite.models import Content, DeliveryState, Lane, Template
from tests.engine.deliveries.conftest import Outbox
from tests.factories import NOW

assert registry
DRAFT = TemplateDraft("お知らせ", {"text": "春のお知らせ"})


def a_waiting_template(outbox: Outbox, people: int) -> tuple[int, list[int]]:
    with outbox.database.unit() as session:
        template_id = templates.create(session, "text", DRAFT, now=NOW).id
    blocks = [{"kind": "template", "template_id": template_id}]
    return template_id, [outbox.put(outbox.friend(), blocks=blocks, lane=Lane.BULK) for _ in range(people)]


def change(outbox: Outbox, template_id: int, text: str) -> None:
    with outbox.database.unit() as session:
        template = session.get_one(Template, template_id)
        templates.update(session, template, replace(DRAFT, document={"text": text}), now=NOW)


def test_what_waits_is_sent_as_the_template_reads_by_then(outbox: Outbox) -> None:
    template_id, _ = a_waiting_template(outbox, people=3)
    change(outbox, template_id, "夏のお知らせ")
    [sent] = outbox.send(Lane.BULK)
    assert (sent.way, sent.texts) == ("multicast", ["夏のお知らせ"])


def test_a_template_that_became_personal_goes_to_each_by_name(outbox: Outbox) -> None:
    template_id, waiting = a_waiting_template(outbox, people=3)
    change(outbox, template_id, "[name]さんへ")
    sent = outbox.send(Lane.BULK)
    assert [one.way for one in sent] == ["push"] * 3
    assert all(outbox.state(delivery_id) is DeliveryState.SENT for delivery_id in waiting)


def test_nobody_gets_a_name_that_came_between_taking_up_and_rendering(outbox: Outbox) -> None:
    """A worker has taken up a multicast, and then the template is saved with somebody's name in it."""
    template_id, waiting = a_waiting_template(outbox, people=3)
    change(outbox, template_id, "[name]さんへ")
    with outbox.database.unit() as session:
        session.execute(update(Content).values(is_personal=False))  # as the worker saw it
    assert outbox.send(Lane.BULK) == []
    assert {outbox.state(delivery_id) for delivery_id in waiting} == {DeliveryState.WAITING}
    with outbox.database.unit() as session:
        session.execute(update(Content).values(is_personal=True))
    outbox.wait(minutes=5)
    assert [one.way for one in outbox.send(Lane.BULK)] == ["push"] * 3


def test_what_shows_a_deleted_template_ends_with_the_reason(outbox: Outbox) -> None:
    template_id, [delivery_id] = a_waiting_template(outbox, people=1)
    with outbox.database.unit() as session:
        templates.delete(session, session.get_one(Template, template_id))
    assert outbox.send(Lane.BULK) == []
    delivery = outbox.delivery(delivery_id)
    assert delivery.state is DeliveryState.FAILED and "テンプレートが削除されています" in (delivery.reason or "")
