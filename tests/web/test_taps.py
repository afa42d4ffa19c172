"""The answers to one message in numbers, and the page that opens the customer's e-mail app."""

import pytest

from lstep_lite.engine.messages import templates
from lstep_lite.engine.messages.templates import TemplateDraft
from lstep_lite.models import AnswerState, Template
from tests.factories import NOW, a_friend, a_tap, a_template, an_answer
from tests.web.conftest import regions


@pytest.fixture
def template(session, owner):
    made = a_template(session, {"kind": "text", "text": "来られますか"}, name="出欠")
    yes, no = a_tap(session, made, label="はい"), a_tap(session, made, label="いいえ")
    friend = a_friend(session, display_name="山田")
    an_answer(session, yes, friend)
    an_answer(session, no, friend, state=AnswerState.AGAIN)
    session.commit()
    return made


def test_each_number_leads_to_its_people(page, template):
    shown = page(f"/taps/messages/{template.id}")
    rows = shown.select("table.table-cards tbody tr")
    yes, no = (row.select("a") for row in rows)
    assert (yes[0].get_text(), no[0].get_text(), no[1].get_text()) == ("1人", "0人", "1回")
    assert "山田" in page(yes[0]["href"]).select_one("main").get_text()
    assert "山田" not in page(no[0]["href"]).select_one("main").get_text()
    assert "山田" in page(no[1]["href"]).select_one("main").get_text()


def test_the_template_leads_to_its_answers_once_there_is_something_to_choose(page, session, template):
    link = f"/taps/messages/{template.id}"
    assert page(f"/messages/{template.id}/edit").select(f'a[href="{link}"]')
    plain = a_template(session, {"kind": "text", "text": "お知らせ"})
    session.commit()
    assert not page(f"/messages/{plain.id}/edit").select('a[href^="/taps/"]')


def test_the_period_is_a_link_and_a_region(htmx, page, template):
    assert regions(htmx(f"/taps/messages/{template.id}", method="GET")) == ["answers"]
    links = [link["href"] for link in page(f"/taps/messages/{template.id}").select("nav.tabs a")]
    assert links[0] == f"/taps/messages/{template.id}?days=7" and len(links) == 4
    assert len(page(links[-1]).select("table.tap-days tbody tr")) == 13


def test_a_message_without_choices_has_no_answers(client, session, owner):
    plain = a_template(session, {"kind": "text", "text": "お知らせ"})
    session.commit()
    assert client.get(f"/taps/messages/{plain.id}").status_code == 404
    assert client.get("/taps/nothing/1").status_code == 404


def test_the_page_costs_the_same_however_many_choices_there_are(page, session, template, count_queries):
    with count_queries() as few:
        page(f"/taps/messages/{template.id}")
    for _ in range(10):
        an_answer(session, a_tap(session, template), a_friend(session))
    session.commit()
    with count_queries() as many:
        page(f"/taps/messages/{template.id}")
    assert len(many) == len(few)


def test_the_file_is_for_those_who_may_take_lists(client, template):
    answer = client.post(f"/taps/messages/{template.id}/exports")
    assert answer.mimetype == "text/csv" and answer.headers["Cache-Control"] == "no-store"
    assert "山田" in answer.get_data(as_text=True)


def test_outsiders_see_no_answers(outsider, template):
    assert outsider.get(f"/taps/messages/{template.id}").status_code == 403
    assert outsider.post(f"/taps/messages/{template.id}/exports").status_code == 403


def test_a_customer_finds_the_address_without_signing_in(anybody, session, owner):
    tap = {"id": "tap-mail-001", "do": "mail", "address": "salon@example.com", "subject": "予約", "body": ""}
    button = {"kind": "quick_reply", "label": "メール", "tap": tap}
    draft = TemplateDraft("連絡先", {"text": "どうぞ", "quick_replies": [button]})
    made = templates.create(session, "text", draft, now=NOW)
    session.commit()
    shown = anybody.get("/taps/tap-mail-001/mail")
    assert shown.status_code == 200
    assert "mailto:salon@example.com?subject=%E4%BA%88%E7%B4%84" in shown.get_data(as_text=True)
    templates.delete(session, session.get_one(Template, made.id))
    session.commit()
    gone = anybody.get("/taps/tap-mail-001/mail")
    assert gone.status_code == 404 and "終了しました" in gone.get_data(as_text=True)
    assert anybody.get("/taps/unknown-code/mail").status_code == 404
