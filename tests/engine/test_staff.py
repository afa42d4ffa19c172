"""People who sign in: roles, passwords, guesses, one-time links."""

from datetime import timedelta
from itertools import pairwise

import argon2
import pytest
from sqlalchemy import func, select

from lstep_lite.engine import staff
from lstep_lite.engine.staff import Permission, passwords
from lstep_lite.errors import DomainError, NotAllowed, NotFound, Throttled
from lstep_lite.models import Role, SignInFailure, Staff, TicketKind
from tests.factories import NOW, a_staff

LIMITS = {"account:hana@example.com": 5, "address:192.0.2.1": 30}


def guess(session, times=1, limits=LIMITS, wall=NOW):
    for _ in range(times):
        staff.count_attempt(session, limits, wall=wall, field="password")


# Roles ---------------------------------------------------------------------------------------------------------------


def test_each_role_may_all_that_the_role_below_it_may():
    below = [staff.PERMISSIONS[role] for role in (Role.STAFF, Role.OPERATOR, Role.ADMIN, Role.OWNER)]
    assert below == sorted(below, key=len)
    assert all(lower <= higher for lower, higher in pairwise(below))
    assert staff.PERMISSIONS[Role.OWNER] == set(Permission)


def test_the_last_owner_can_be_neither_demoted_nor_stopped(session):
    owner, other = a_staff(session), a_staff(session)
    staff.deactivate(session, other, by=owner)
    with pytest.raises(DomainError, match="オーナーが1人もいなくなる"):
        staff.change_role(session, owner, Role.ADMIN, by=owner)
    with pytest.raises(DomainError, match="オーナーが1人もいなくなる"):
        staff.deactivate(session, owner, by=other)
    assert (owner.role, owner.is_active) == (Role.OWNER, True)


def test_an_admin_makes_no_owner_and_touches_none(session):
    owner, admin = a_staff(session), a_staff(session, role=Role.ADMIN)
    for attempt in (
        lambda: staff.change_role(session, admin, Role.OWNER, by=admin),
        lambda: staff.change_role(session, owner, Role.STAFF, by=admin),
        lambda: staff.deactivate(session, owner, by=admin),
        lambda: staff.invite(session, Role.OWNER, by=admin, now=NOW),
        lambda: staff.offer_reset(session, owner, by=admin, now=NOW),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_somebody_stopped_loses_every_session_and_is_not_found_at_sign_in(session):
    owner, person = a_staff(session), a_staff(session, email="ren@example.com", role=Role.STAFF)
    staff.deactivate(session, person, by=owner)
    assert person.session_epoch == 1
    assert staff.find(session, "ren@example.com") is None


# Accounts and passwords ----------------------------------------------------------------------------------------------


def test_an_email_address_belongs_to_one_account_however_it_is_written(session):
    a_staff(session, email="hana@example.com")
    other = a_staff(session)
    with pytest.raises(DomainError) as refusal:
        staff.create(session, name="花", email=" Hana@Example.com ", password_hash="x", role=Role.STAFF, now=NOW)
    assert refusal.value.field == "email"
    with pytest.raises(DomainError):
        staff.update(session, other, name="花", email="HANA@example.com")


@pytest.mark.parametrize("password", ["short", "hana@example.com", "Password123", "aaaabbbbaaaa", "1234567890"])
def test_a_weak_password_is_refused_at_its_field(password):
    with pytest.raises(DomainError) as refusal:
        staff.hash_password(password, email="hana@example.com")
    assert refusal.value.field == "password"


def test_hashing_takes_the_effort_that_argon2_recommends(monkeypatch):
    monkeypatch.setattr(passwords, "_hasher", argon2.PasswordHasher())  # as the module has it outside the tests
    kept = staff.hash_password("花とはさみと手鏡とくし", email="hana@example.com")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_only_the_right_password_fits_and_nobody_has_one():
    kept = staff.hash_password("花とはさみと手鏡とくし", email="hana@example.com")
    assert kept.startswith("$argon2id$")
    assert staff.verify_password(kept, "花とはさみと手鏡とくし")
    assert not staff.verify_password(kept, "花とはさみと手鏡とく")
    assert not staff.verify_password(None, "nobody signs in with this")


# Guesses -------------------------------------------------------------------------------------------------------------


def test_after_five_guesses_an_account_is_locked_until_a_named_time(session):
    guess(session, 5)
    with pytest.raises(Throttled, match="10時15分まで") as refusal:
        guess(session)
    assert refusal.value.field == "password"
    guess(session, wall=NOW + timedelta(minutes=15))


def test_an_address_is_locked_over_all_its_accounts(session):
    for number in range(30):
        guess(session, limits={f"account:{number}": 5, "address:192.0.2.1": 30})
    with pytest.raises(Throttled):
        guess(session, limits={"account:new": 5, "address:192.0.2.1": 30})
    guess(session, limits={"account:new": 5, "address:192.0.2.2": 30})


def test_a_right_password_starts_the_account_anew_and_gives_the_address_one_back(session):
    guess(session, 5)
    staff.forgive(session, LIMITS)
    counts = dict(session.execute(select(SignInFailure.subject, SignInFailure.count)).all())
    assert counts == {"account:hana@example.com": 0, "address:192.0.2.1": 4}
    guess(session)


def test_old_guesses_are_forgotten(session):
    guess(session)
    guess(session, limits={"account:other": 5}, wall=NOW + timedelta(days=2))
    assert session.scalar(select(func.count()).select_from(SignInFailure)) == 1


# One-time links ------------------------------------------------------------------------------------------------------


def test_an_invitation_makes_one_account_with_its_role(session):
    owner = a_staff(session)
    code = staff.invite(session, Role.OPERATOR, by=owner, now=NOW)
    invitation = staff.ticket(session, code, TicketKind.INVITE, now=NOW)
    person = staff.accept_invite(session, invitation, name="蓮", email="ren@example.com", password_hash="x", now=NOW)
    assert person.role is Role.OPERATOR
    with pytest.raises(NotFound):
        staff.ticket(session, code, TicketKind.INVITE, now=NOW)


@pytest.mark.parametrize(("days", "is_open"), [(6, True), (7, False)])
def test_an_invitation_lasts_seven_days(session, days, is_open):
    code = staff.invite(session, Role.STAFF, by=a_staff(session), now=NOW)
    later = NOW + timedelta(days=days)
    assert bool(staff.open_invites(session, now=later)) is is_open
    if not is_open:
        with pytest.raises(NotFound):
            staff.ticket(session, code, TicketKind.INVITE, now=later)


def test_a_withdrawn_invitation_is_of_no_use(session):
    code = staff.invite(session, Role.STAFF, by=a_staff(session), now=NOW)
    [invitation] = staff.open_invites(session, now=NOW)
    staff.withdraw_invite(session, invitation.id, now=NOW)
    with pytest.raises(NotFound):
        staff.ticket(session, code, TicketKind.INVITE, now=NOW)


def test_a_reset_works_once_ends_all_sessions_and_replaces_older_links(session):
    owner, person = a_staff(session), a_staff(session, role=Role.STAFF)
    old = staff.offer_reset(session, person, by=owner, now=NOW)
    code = staff.offer_reset(session, person, by=owner, now=NOW)
    with pytest.raises(NotFound):
        staff.ticket(session, old, TicketKind.RESET, now=NOW)
    staff.reset_password(staff.ticket(session, code, TicketKind.RESET, now=NOW), "new", now=NOW)
    kept = session.get(Staff, person.id)
    assert (kept.password_hash, kept.session_epoch) == ("new", 1)
    with pytest.raises(NotFound):
        staff.ticket(session, code, TicketKind.RESET, now=NOW)


def test_a_reset_link_is_no_invitation(session):
    code = staff.offer_reset(session, a_staff(session), by=a_staff(session), now=NOW)
    with pytest.raises(NotFound):
        staff.ticket(session, code, TicketKind.INVITE, now=NOW)
