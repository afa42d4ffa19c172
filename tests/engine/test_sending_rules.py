"""The shop's rules for sending."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from lstep_lite.engine import sending_rules
from lstep_lite.engine.sending_rules import RulesDraft
from lstep_lite.errors import DomainError
from lstep_lite.models import Role, SendingRules
from tests.factories import a_staff


def test_a_shop_without_a_row_has_the_defaults(session: Session) -> None:
    rules = sending_rules.rules(session)
    assert (rules.late_minutes, rules.hold_seconds, rules.quiet_from, rules.parallel_scenarios) == (60, 60, None, False)
    assert sending_rules.late(session) == timedelta(hours=1)
    session.flush()
    assert session.get(SendingRules, 1) is None


def test_saving_twice_keeps_one_row(session: Session) -> None:
    sending_rules.update(session, RulesDraft(late_minutes=30))
    sending_rules.update(session, RulesDraft(late_minutes=45))
    assert sending_rules.late(session) == timedelta(minutes=45)


def test_approval_needs_two_who_send_and_one_who_may_say_yes(session: Session) -> None:
    wanted = RulesDraft(needs_approval=True)
    a_staff(session, role=Role.OPERATOR)
    leader = a_staff(session, role=Role.ADMIN, is_active=False)
    a_staff(session, role=Role.STAFF)
    with pytest.raises(DomainError):
        sending_rules.update(session, wanted)
    leader.is_active = True
    sending_rules.update(session, wanted)
