"""The staff page: roles, invitations, links for a new password."""

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from lstep_lite.models import Role, Staff, Ticket
from tests.factories import a_staff
from tests.web.conftest import browser_of, regions


@pytest.fixture
def colleague(session, owner):
    person = a_staff(session, name="蓮", role=Role.STAFF)
    session.commit()
    return person


def test_the_page_lists_everybody_with_role_and_state(page, colleague):
    rows = [row.get_text(" ", strip=True) for row in page("/staff").select("tbody tr")]
    assert len(rows) == 2
    assert "花子" in rows[0]
    assert "オーナー" in rows[0]
    assert "蓮" in rows[1]
    assert "スタッフ" in rows[1]


def test_the_list_costs_the_same_whoever_is_on_it(page, session, count_queries, colleague):
    with count_queries() as few:
        page("/staff")
    for _ in range(5):
        a_staff(session, role=Role.STAFF)
    session.commit()
    with count_queries() as many:
        page("/staff")
    assert len(many) == len(few)


def test_two_people_giving_one_colleague_a_role_see_each_other(htmx, page, session, colleague):
    opened = page("/staff").select_one(f"#role-{colleague.id} input[name=seen]")["value"]
    htmx(f"/staff/{colleague.id}/role", {"role": "admin", "seen": opened})
    answer = htmx(f"/staff/{colleague.id}/role", {"role": "operator", "seen": opened})
    assert answer.status_code == 409
    assert "先に蓮さんの役割を「管理者」に変えました" in answer.text
    session.expire_all()
    assert colleague.role is Role.ADMIN


def test_an_invitation_shows_its_link_once(htmx, page, session):
    answer = htmx("/staff/invitations", {"role": "operator"})
    assert regions(answer) == ["invite"]
    link = BeautifulSoup(answer.text, "html.parser").select_one("#invite-link")["value"]
    assert link.startswith("http://localhost/invitations/")
    assert link.rsplit("/", 1)[1] not in page("/staff").decode()
    assert session.scalar(select(Ticket.role)) is Role.OPERATOR


def test_an_invitation_can_be_taken_back(htmx, page, session):
    htmx("/staff/invitations", {"role": "staff"})
    ticket_id = session.scalar(select(Ticket.id))
    assert regions(htmx(f"/staff/invitations/{ticket_id}/withdrawal")) == ["invites", "toasts"]
    assert not page("/staff").select("#invites tr")


@pytest.mark.parametrize("role", ["king", ""])
def test_an_unknown_role_is_not_given(htmx, session, owner, role):
    assert htmx("/staff/invitations", {"role": role}).status_code == 422
    assert session.scalar(select(Ticket)) is None


def test_a_role_is_changed(htmx, session, colleague):
    answer = htmx(f"/staff/{colleague.id}/role", {"role": "admin"})
    assert regions(answer) == ["people", "toasts"]
    session.refresh(colleague)
    assert colleague.role is Role.ADMIN


def test_the_last_owner_stays_owner(htmx, session, owner):
    answer = htmx(f"/staff/{owner.id}/role", {"role": "staff"})
    assert (answer.status_code, regions(answer)) == (409, ["toasts"])
    session.refresh(owner)
    assert owner.role is Role.OWNER


def test_somebody_stopped_is_out_at_once_and_can_be_let_in_again(app, htmx, colleague, session):
    theirs = browser_of(app, colleague)
    assert theirs.get("/account").status_code == 200
    htmx(f"/staff/{colleague.id}/deactivation")
    assert theirs.get("/account").status_code == 303
    htmx(f"/staff/{colleague.id}/reactivation")
    session.refresh(colleague)
    assert colleague.is_active


def test_an_admin_can_neither_make_nor_reset_an_owner(app, session, owner):
    admin = a_staff(session, role=Role.ADMIN)
    session.commit()
    browser = browser_of(app, admin)
    assert "owner" not in [option["value"] for option in _options(browser.get("/staff").text)]
    assert browser.post(f"/staff/{admin.id}/role", data={"role": "owner"}).status_code == 403
    assert browser.post(f"/staff/{owner.id}/password-reset").status_code == 403
    assert session.get(Staff, admin.id, populate_existing=True).role is Role.ADMIN


def test_an_outsider_sees_and_changes_nothing(outsider, owner, session):
    assert outsider.get("/staff").status_code == 403
    assert outsider.get("/staff/new").status_code == 403
    assert outsider.post(f"/staff/{owner.id}/role", data={"role": "staff"}).status_code == 403
    assert outsider.post("/staff/invitations", data={"role": "owner"}).status_code == 403
    assert session.scalar(select(Ticket)) is None


def _options(html):
    return BeautifulSoup(html, "html.parser").find_all("option")
