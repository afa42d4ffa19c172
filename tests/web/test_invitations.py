"""Where one-time links lead."""

import pytest

from lstep_lite.engine import staff
from lstep_lite.models import Role, Staff
from tests.factories import NOW, a_staff
from tests.web.conftest import inspect_page, regions

ANSWERS = {
    "name": "蓮",
    "email": "ren@example.com",
    "password": "湯気と坂道とすいかの種",
    "repeated_password": "湯気と坂道とすいかの種",
}


@pytest.fixture
def invitation(session, owner):
    code = staff.invite(session, Role.OPERATOR, by=owner, now=NOW)
    session.commit()
    return f"/invitations/{code}"


@pytest.fixture
def colleague(session, owner):
    person = a_staff(session, role=Role.STAFF)
    session.commit()
    return person


@pytest.fixture
def reset(session, owner, colleague):
    code = staff.offer_reset(session, colleague, by=owner, now=NOW)
    session.commit()
    return f"/password-resets/{code}"


def test_an_invited_person_joins_with_the_role_and_is_signed_in(anybody, invitation, session):
    assert "運用者" in inspect_page(anybody.get(invitation)).get_text()
    assert anybody.post(invitation, data=ANSWERS).location == "/"
    assert session.query(Staff).filter_by(email="ren@example.com").one().role is Role.OPERATOR
    assert anybody.get("/account").status_code == 200


def test_what_is_wrong_is_said_at_its_field_and_the_link_goes_on_working(anybody, invitation, session):
    answer = anybody.post(invitation, data=ANSWERS | {"email": "owner@example.com"}, headers={"HX-Request": "true"})
    assert (answer.status_code, regions(answer)) == (422, ["join-form"])
    assert "email-error" in answer.text
    assert session.query(Staff).count() == 1
    assert anybody.post(invitation, data=ANSWERS).status_code == 303


def test_a_used_or_invented_link_says_so(anybody, invitation):
    anybody.post(invitation, data=ANSWERS)
    for gone in (invitation, "/invitations/invented", "/password-resets/invented"):
        answer = anybody.get(gone)
        assert answer.status_code == 404
        assert "このリンクは使えません" in answer.text
    assert anybody.post(invitation, data=ANSWERS | {"email": "second@example.com"}).status_code == 404


def test_a_reset_sets_the_password_and_signs_in(anybody, reset, session, colleague):
    inspect_page(anybody.get(reset))
    new = {"password": ANSWERS["password"], "repeated_password": ANSWERS["password"]}
    assert anybody.post(reset, data=new).location == "/"
    session.refresh(colleague)
    assert staff.verify_password(colleague.password_hash, ANSWERS["password"])
    assert anybody.post(reset, data=new).status_code == 404
