"""Booking pages, people, shifts, hours and conditions on screen."""

import io
import json
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from lstep_lite.engine import auto_replies
from lstep_lite.engine.reservations import by_staff
from lstep_lite.engine.reservations.keeping import (
    courses,
    options,
    pages,
    pools,
    presets,
    providers,
    questions,
    quick,
)
from lstep_lite.engine.reservations.keeping.options import GroupDraft, OptionDraft
from lstep_lite.engine.reservations.keeping.pages import PageDraft
from lstep_lite.engine.reservations.keeping.pools import PoolDraft
from lstep_lite.engine.reservations.keeping.providers import ProviderDraft, SkillDraft
from lstep_lite.models import BookingPage, Closure, PoolKind, ReservationSettings, Shift, Shop, SpecialHours, Template
from tests.factories import NOW, a_question
from tests.web.conftest import regions


@pytest.fixture
def person(session, owner):
    presets.take(session, presets.get("hair"), now=NOW)
    draft, lunch = ProviderDraft("佐藤"), ((780, 840),)
    made = quick.add_person(session, draft, day_off=[1], breaks=lunch, by=by_staff(None), now=NOW)
    session.commit()
    return made


@pytest.fixture
def booking_page(session, person):
    made = pages.create(session, PageDraft("ネット予約", "ご予約"), now=NOW)
    session.commit()
    return made


def test_every_page_holds_together(page, session, person, booking_page):
    group, pool = options.groups(session)[0], pools.in_order(session)[0]
    option = options.by_group(session)[group.id][0]
    for url in (
        "pages", "pages/new", f"pages/{booking_page.id}", f"pages/{booking_page.id}/edit",
        "options", "options/new", f"options/{option.id}/edit", "options/groups/new", f"options/groups/{group.id}/edit",
        "providers", "providers/new", f"providers/{person.id}/edit", f"providers/{person.id}/skills",
        f"providers/{person.id}/week", "shifts", "shifts?month=2026-04", f"shifts/{person.id}/2026-03",
        "pools", "pools/new", f"pools/{pool.id}/edit", "hours", "settings", "closures",
    ):  # fmt: skip
        page(f"/reservations/{url}")


def test_a_page_is_opened_and_shut_in_place(htmx, session, booking_page):
    answer = htmx(f"/reservations/pages/{booking_page.id}/switch", {"is_on": "yes"})
    assert regions(answer)[0] == "page-state"
    assert session.get_one(BookingPage, booking_page.id, populate_existing=True).is_open


def test_a_page_is_written_and_what_is_wrong_stays_typed(client, htmx, session, booking_page):
    form = {"name": "カウンセリング", "title": "初めての方", "color": "#336699"}
    form |= {"offers_all": "y", "has_everybody": "y"}
    wrong = htmx("/reservations/pages", {**form, "own_approval": "", "own_deadline": ""})
    assert (wrong.status_code, regions(wrong)) == (422, ["page-form"])
    assert "受け付ける時間を1つ以上" in wrong.text and "カウンセリング" in wrong.text
    right = {**form, "own_approval": "all", "own_deadline": "", "day_0-from": "13:00", "day_0-to": "25時"}
    client.post("/reservations/pages", data=right)
    made = session.query(BookingPage).filter_by(name="カウンセリング").one()
    assert (made.hours["0"], made.policy, made.is_open) == ([[780, 1500]], {"approval": "all"}, False)


def test_hours_are_typed_as_people_do(htmx, session, person):
    week = {f"day_{day}-{part}": text for day in range(7) for part, text in (("from", "９時半"), ("to", "1900"))}
    answer = htmx("/reservations/hours", {**week, "closed_weekdays": ["2"], "holidays": "open"})
    assert regions(answer)[0] == "hours-form"
    session.expire_all()
    assert session.get_one(ReservationSettings, 1).hours["0"] == [[570, 1140]]
    assert session.get_one(Shop, 1).closed_weekdays == [2]
    wrong = htmx("/reservations/hours", {**week, "day_0-to": "閉店まで", "holidays": "open"})
    assert wrong.status_code == 422 and "閉店まで" in wrong.text


def test_a_special_day_is_put_and_taken_back(htmx, session, person):
    answer = htmx("/reservations/hours/days", {"day": "2026-03-20", "kind": "closed", "note": "研修"})
    assert regions(answer)[:2] == ["day-form", "special-days"]
    assert session.get_one(SpecialHours, date(2026, 3, 20)).ranges == []
    assert regions(htmx("/reservations/hours/days/2026/3/20/delete"))[0] == "special-days"
    session.expire_all()
    assert session.get(SpecialHours, date(2026, 3, 20)) is None


def test_the_conditions_are_read_back_as_they_were_typed(client, page, session, person):
    typed = {
        "opens_kind": "monthly", "opens_day": "1", "opens_months": "1", "opens_at": "10:00", "opens_days": "60",
        "close_minutes": "60", "close_days": "1", "close_at": "20:00", "deadline": "minutes", "deadline_minutes": "180",
        "deadline_days": "1", "deadline_at": "18:00", "changing": "ask", "cancelling": "y", "late_cancel": "refuse",
        "max_open": "3", "max_per_day": "", "approval": "new", "request_hours": "12", "consent_text": "前日まで",
        "slot_minutes": "15", "slot_anchor": "clock", "assign_policy": "balanced", "few_left": "2",
        "phone": "03-1234-5678", "place": "", "strike_limit": "",
    }  # fmt: skip
    assert client.post("/reservations/settings", data=typed).status_code == 303
    shown = page("/reservations/settings")
    for name in ("opens_at", "close_days", "close_at", "deadline_minutes", "max_open", "request_hours", "phone"):
        assert shown.select_one(f"#{name}")["value"] == typed[name], name
    assert shown.select_one("#opens_kind option[selected]")["value"] == "monthly"
    wrong = client.post("/reservations/settings", data={**typed, "close_days": "1", "close_at": ""})
    assert wrong.status_code == 422 and "時刻を入力" in wrong.text


def test_a_month_of_shifts_is_kept_and_told_on_the_board(client, page, session, person):
    typed = {"days": ["2026-03-06", "2026-03-09"], "days-2026-03-06-kind": "off", "days-2026-03-09-kind": "work"}
    typed |= {"days-2026-03-09-from": "12:00", "days-2026-03-09-to": "18:00"}
    url = f"/reservations/shifts/{person.id}/2026-03"
    assert client.post(url, data=typed).status_code == 303
    assert session.get_one(Shift, (person.id, date(2026, 3, 6))).ranges == []
    assert "12:00-18:00" in page("/reservations/shifts?month=2026-03").text
    wrong = client.post(url, data={**typed, "days-2026-03-09-to": ""})
    assert wrong.status_code == 422 and "3月9日" in wrong.text
    assert client.get(f"/reservations/shifts/{person.id}/9999-12").status_code == 404
    back = client.post(url, data={"days": ["2026-03-06"], "days-2026-03-06-kind": "pattern"})
    session.expire_all()
    assert back.status_code == 303 and session.get(Shift, (person.id, date(2026, 3, 6))) is None


def test_a_file_of_shifts_goes_out_and_comes_back(client, session, person):
    content = client.post("/reservations/shifts/2026-04/exports").data
    answer = client.post("/reservations/shifts/2026-04/files", data={"file": (io.BytesIO(content), "s.csv")})
    assert answer.status_code == 303
    assert session.query(Shift).count() == 0, "what is as the pattern says goes on following it"
    changed = content.replace("2026-04-01,水,佐藤,10:00-19:00".encode(), "2026-04-01,水,佐藤,休み".encode())
    assert changed != content
    client.post("/reservations/shifts/2026-04/files", data={"file": (io.BytesIO(changed), "s.csv")})
    assert [row.ranges for row in session.query(Shift)] == [[]]
    broken = client.post("/reservations/shifts/2026-04/files", data={"file": (io.BytesIO(b"a\nb,c\n"), "s.csv")})
    assert broken.status_code == 422 and "2行目" in broken.text


@pytest.mark.parametrize("page", ["shifts", "providers", "options", "pools", "pages"])
def test_lists_cost_the_same_for_many(client, session, person, count_queries, page):
    with count_queries() as few:
        client.get(f"/reservations/{page}")
    for number in range(4):
        quick.add_person(session, ProviderDraft(f"新人{number}"), day_off=[], breaks=(), by=by_staff(None), now=NOW)
        pools.create(session, PoolDraft(f"部屋{number}", PoolKind.ROOM, 1), now=NOW)
        group = options.create_group(session, GroupDraft(f"組{number}"), now=NOW)
        options.create(session, OptionDraft(f"追加{number}", group.id), now=NOW)
        pages.create(session, PageDraft(f"窓口{number}", "ご予約"), now=NOW)
    session.commit()
    with count_queries() as many:
        client.get(f"/reservations/{page}")
    assert len(many) == len(few) <= 14


def test_what_somebody_does_is_chosen(client, session, person):
    course = courses.in_order(session)[0]
    url = f"/reservations/providers/{person.id}/skills"
    own = {f"skills-{course.id}-minutes": "75", f"skills-{course.id}-price": "6600"}
    client.post(url, data={"skills": [str(course.id)], **own})
    assert providers.skills(session, person) == {course.id: SkillDraft([75], 6600)}


def test_questions_are_built_beside_the_customers_page(client, page, session, booking_page):
    url = f"/reservations/pages/{booking_page.id}/questions"
    page(f"{url}/first")
    described = client.get("/reservations/pages/questions/studio").json["description"]
    names = str(described)
    assert "survey_radio" in names and "survey_file" not in names and "定員" not in names
    part = a_question("one_line", label="ご紹介者のお名前")
    document = {"pages": [{"kind": questions.PAGE.name, "id": "p1", "parts": [part]}]}
    seen = client.post(f"{url}/preview", json={"document": document}).json
    assert "ご紹介者のお名前" in seen["html"] and "フリガナ" in seen["html"] and seen["problems"] == []
    assert client.post(f"{url}/first", data={"document": json.dumps(document)}).status_code == 303
    client.post(f"{url}/copy")
    session.expire_all()
    kept = session.get_one(BookingPage, booking_page.id)
    assert kept.repeat_document["pages"][0]["parts"][0]["label"] == "ご紹介者のお名前"
    assert client.post(f"{url}/preview", json={"document": 5}).status_code == 200


def test_a_qr_code_is_saved(client, booking_page):
    assert client.get(f"/reservations/pages/{booking_page.id}/qr/png").mimetype == "image/png"
    assert client.get(f"/reservations/pages/{booking_page.id}/qr/gif").status_code == 404


def test_staff_look_at_shifts_and_change_nothing(outsider, person):
    assert outsider.get("/reservations/shifts").status_code == 200
    for url in (f"shifts/{person.id}/2026-03", "providers", "hours", "settings", "pools", "options", "pages"):
        assert outsider.get(f"/reservations/{url}").status_code == 403, url
    assert outsider.post("/reservations/shifts/2026-03/copy").status_code == 403


def test_time_without_bookings_is_put_and_taken_back(htmx, page, session, person):
    typed = {"subject": f"provider-{person.id}", "kind": "training", "first_day": "2026-03-09", "note": "講習会"}
    answer = htmx("/reservations/closures", {**typed, "begins": "13:00", "ends": "15:00"})
    assert regions(answer)[:2] == ["closure-form", "closure-list"]
    closure = session.query(Closure).one()
    assert closure.ends_at - closure.starts_at == timedelta(hours=2) and closure.provider_id == person.id
    assert "講習会" in page("/reservations/closures").text
    wrong = htmx("/reservations/closures", {**typed, "begins": "15:00", "ends": "13:00"})
    assert (wrong.status_code, regions(wrong)) == (422, ["closure-form"])
    htmx(f"/reservations/closures/{closure.id}/delete")
    assert session.query(Closure).count() == 0


def test_a_copy_of_a_page_asks_the_same_and_is_shut(client, session, booking_page):
    document = {"pages": [{"kind": questions.PAGE.name, "id": "p1", "parts": [a_question(label="ご紹介者")]}]}
    questions.update(session, booking_page, questions.Which.FIRST, document, now=NOW)
    session.commit()
    client.post(f"/reservations/pages/{booking_page.id}/copy")
    twin = session.query(BookingPage).filter(BookingPage.id != booking_page.id).one()
    assert (twin.name, twin.is_open) == ("ネット予約のコピー", False)
    assert twin.first_document == session.get_one(BookingPage, booking_page.id).first_document
    client.post(f"/reservations/pages/{twin.id}/delete")
    assert session.query(BookingPage).count() == 1


def test_who_writes_booking_gets_the_buttons_once_they_are_wanted(page, client, session, booking_page):
    url = f"/reservations/pages/{booking_page.id}"
    session.get(ReservationSettings, 1).phone = "03-1234-5678"
    session.commit()
    assert "「予約」への自動応答を作る" in page(url).text
    for _ in range(2):  # a double click
        assert client.post(f"{url}/auto-reply").status_code == 303
    [rule] = auto_replies.in_order(session)
    assert rule.keywords[0]["text"] == "予約" and "予約のご案内" in page(url).text
    buttons = session.scalars(sa.select(Template)).one().blocks[0]["bubbles"][0]["footer"]
    assert [each["label"] for each in buttons] == ["予約する", "予約の確認・変更", "お店に電話"]
    assert buttons[0]["tap"]["page"] == f"{booking_page.id}:{booking_page.code}"
