"""The step that sends a template."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import actions, deliveries, mentions, registry
from lstep_lite.engine.actions import Trigger, saved
from lstep_lite.engine.messages import templates
from lstep_lite.engine.rows import Values
from lstep_lite.errors import DomainError
from lstep_lite.models import Action, ActionRun, Delivery, Friend
from tests.factories import NOW, a_friend, a_sender, a_template, an_action

assert registry

SPRING = {"kind": "text", "text": "春です"}


def run(session: Session, action: Action, friend: Friend) -> ActionRun:
    found = saved.set_of(session, action)
    assert found is not None
    done = actions.run(session, found, friend, Trigger("1", NOW))
    assert done is not None
    return done


def test_it_sends_what_the_template_says_when_it_goes_out(session: Session) -> None:
    template, sender = a_template(session, SPRING), a_sender(session, name="店長")
    timing = {"when": "after", "minutes_from": 5, "minutes_to": 5, "rechecks": True}
    step = {"kind": "send_template", "data": {"template_id": template.id, "sender_id": sender.id} | timing}
    done = run(session, an_action(session, step), a_friend(session))
    template.blocks = [{"kind": "text", "text": "夏です"}]
    session.flush()
    delivery = session.scalars(sa.select(Delivery)).one()
    assert delivery.due_at == NOW + timedelta(minutes=5)
    [message] = deliveries.objects(session, delivery, public_url="https://salon.example", now=NOW)
    assert message == {"type": "text", "text": "夏です", "sender": {"name": "店長"}}
    assert "5分後にテンプレート「春のお知らせ」を、送信者「店長」で送る" in done.results[0]["text"]


def test_without_its_template_it_fails_and_without_its_sender_it_does_not(session: Session) -> None:
    template, sender = a_template(session, SPRING), a_sender(session)
    step = {"kind": "send_template", "data": {"template_id": template.id, "sender_id": sender.id, "when": "now"}}
    action, friend = an_action(session, step), a_friend(session)
    session.delete(sender)
    assert run(session, action, friend).results[0]["state"] == "done"
    templates.delete(session, template)
    assert saved.listed(session)[0].is_broken
    assert run(session, action, a_friend(session)).results[0]["state"] == "failed"


def test_a_template_tells_the_actions_that_send_it(session: Session) -> None:
    template = a_template(session, SPRING)
    step = {"kind": "send_template", "data": {"template_id": template.id, "sender_id": None, "when": "now"}}
    an_action(session, step, name="来店のお礼")
    assert [place.label for place in mentions.places(session, templates.FEATURE, template.id)] == [
        "アクション「来店のお礼」"
    ]


@pytest.mark.parametrize("chosen", [[], [""], ["99"], ["x"]])
def test_a_template_must_be_chosen_and_be_there(session: Session, chosen: list[str]) -> None:
    with pytest.raises(DomainError) as caught:
        actions.kinds["send_template"].parse(session, Values({"template_id": chosen, "when": ["now"]}))
    assert caught.value.field == "template_id"


def test_it_shows_again_what_it_stored(session: Session) -> None:
    template = a_template(session, SPRING)
    kind = actions.kinds["send_template"]
    data = {"template_id": template.id, "sender_id": None, "when": "at", "time": "10:00", "rechecks": False}
    assert kind.parse(session, Values(kind.values(data))) == data
