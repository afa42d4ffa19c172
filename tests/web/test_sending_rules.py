"""The page of the shop's rules for sending."""

import pytest

from lstep_lite.models import AfterLimit, Role, SendingRules
from tests.factories import a_staff
from tests.web.conftest import regions

FORM = {
    "has_quiet": "y",
    "quiet_from": "21:30",
    "quiet_to": "08:00",
    "late_minutes": "９０",
    "hold_seconds": "30",
    "has_frequency": "y",
    "frequency_days": "7",
    "frequency_most": "2",
    "has_cap": "y",
    "monthly_cap": "3000",
    "after_limit": "next_month",
    "parallel_scenarios": "y",
}


def kept(session):
    session.expire_all()
    return session.get(SendingRules, 1)


def test_a_shop_that_never_changed_anything_sees_the_defaults(page, owner):
    seen = page("/sending-rules")
    assert seen.select_one("#late_minutes")["value"] == "60"
    assert not seen.select_one("#has_quiet").has_attr("checked")
    assert seen.select_one("[name=hold_seconds][checked]")["value"] == "60"


def test_rules_are_kept_and_shown(htmx, session, page, owner):
    assert regions(htmx("/sending-rules", FORM))[0] == "rules-form"
    rules = kept(session)
    assert (rules.quiet_from, rules.quiet_to, rules.late_minutes, rules.hold_seconds) == ("21:30", "08:00", 90, 30)
    assert (rules.frequency_days, rules.frequency_most, rules.monthly_cap) == (7, 2, 3000)
    assert (rules.after_limit, rules.parallel_scenarios, rules.needs_approval) == (AfterLimit.NEXT_MONTH, True, False)
    assert page("/sending-rules").select_one("#quiet_from")["value"] == "21:30"


def test_what_is_switched_off_is_not_kept(htmx, session, owner):
    htmx("/sending-rules", FORM)
    htmx("/sending-rules", {name: typed for name, typed in FORM.items() if not name.startswith("has_")})
    rules = kept(session)
    assert (rules.quiet_from, rules.quiet_to, rules.monthly_cap, rules.frequency_most) == (None, None, None, None)


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"quiet_to": ""}, "quiet_to"),
        ({"quiet_to": "21:30"}, "quiet_to"),
        ({"late_minutes": "4"}, "late_minutes"),
        ({"late_minutes": ""}, "late_minutes"),
        ({"frequency_most": ""}, "frequency_most"),
        ({"frequency_days": "366"}, "frequency_days"),
        ({"monthly_cap": "0"}, "monthly_cap"),
        ({"needs_approval": "y"}, "needs_approval"),  # nobody else is there who could say yes
    ],
)
def test_a_rule_that_can_not_work_is_refused(htmx, session, owner, over, field):
    answer = htmx("/sending-rules", FORM | over)
    assert answer.status_code == 422 and regions(answer) == ["rules-form"]
    assert f'id="{field}-error"' in answer.text
    assert kept(session) is None


def test_a_hold_that_is_not_offered_is_refused(htmx, session, owner):
    assert htmx("/sending-rules", FORM | {"hold_seconds": "45"}).status_code == 422
    assert kept(session) is None


def test_a_second_person_makes_approval_possible(htmx, session, owner):
    a_staff(session, role=Role.OPERATOR)
    session.commit()
    assert htmx("/sending-rules", FORM | {"needs_approval": "y"}).status_code == 200
    assert kept(session).needs_approval


def test_only_those_who_keep_the_settings_may(outsider):
    assert outsider.get("/sending-rules").status_code == 403
    assert outsider.post("/sending-rules", data=FORM).status_code == 403
