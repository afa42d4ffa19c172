"""Coupons on screen: the list, the editor, how one goes, the counter, and those beside a friend."""

import io
import re

import pytest
import sqlalchemy as sa
from PIL import Image

from lstep_lite.engine import actions, coupons
from lstep_lite.models import (
    ChangedBy,
    CodeKind,
    CodeShape,
    Coupon,
    CouponState,
    CouponTicket,
    CouponUse,
    Export,
    TicketState,
)
from tests.factories import NOW, a_coupon, a_friend, a_media
from tests.web.conftest import inspect_page, regions

FORM = {
    "name": "春の500円引き",
    "folder_id": "0",
    "home": "own",
    "reward": "others",
    "title": "ご来店ありがとうクーポン",
    "price_text": "500円OFF（税込）",
    "description": "次回にお使いください",
    "conditions": "併用不可",
    "media_id": "0",
    "color": "#E8590C",
    "starts_at": "2026-03-01T10:00",
    "ends_at": "2026-04-01T00:00",
    "days": "３０",
    "supply": "100",
    "uses_each": "1",
    "chance": "everybody",
    "percent": "50",
    "losing_text": "はずれ",
    "losing_media_id": "0",
    "code_kind": "single",
    "code_shape": "qr",
    "common_code": "",
}


@pytest.fixture
def coupon(session, owner):
    made = a_coupon(session, name="お誕生日")
    session.commit()
    return made


@pytest.fixture
def friend(session, owner):
    made = a_friend(session, display_name="山田 花子", search_text="山田花子")
    session.commit()
    return made


@pytest.fixture
def ticket(session, coupon, friend):
    by = coupons.By(ChangedBy.CUSTOMER, NOW, NOW, occurrence="tap")
    made = coupons.give(session, coupon, friend, by)
    session.commit()
    return made


# The list and the editor ---------------------------------------------------------------------------------------------


def test_an_empty_list_says_what_coupons_are_for(page, owner):
    assert page("/coupons").select_one(".empty a")["href"] == "/coupons/new"


def test_the_list_counts_and_costs_the_same_for_many(page, session, coupon, ticket, count_queries):
    assert "1人" in page("/coupons").select_one("tbody tr").get_text()
    with count_queries() as few:
        page("/coupons")
    for _ in range(60):
        a_coupon(session)
    session.commit()
    with count_queries() as many:
        soup = page("/coupons")
    assert len(soup.select("tbody tr")) == 50
    assert len(many) == len(few) <= 14
    assert len(page("/coupons?q=ｵ誕生日").select("tbody tr")) == 0
    assert len(page("/coupons?q=お誕生").select("tbody tr")) == 1


def test_a_coupon_is_made_as_it_was_typed_and_shown(page, htmx, session, owner):
    page("/coupons/new")
    follow = {"used": "a1", "used.a1.kind": "display", "used.a1.way": "hide"}
    answer = htmx("/coupons", FORM | follow)
    made = session.scalars(sa.select(Coupon)).one()
    assert answer.headers["HX-Redirect"] == f"/coupons/{made.id}"
    assert (made.title, made.days, made.supply, made.percent) == ("ご来店ありがとうクーポン", 30, 100, None)
    assert (made.code_kind, made.code_shape, made.state) == (CodeKind.SINGLE, CodeShape.QR, CouponState.DRAFT)
    assert made.ends_at.isoformat() == "2026-03-31T15:00:00+00:00"
    assert actions.at(session, coupons.USED, made.id).steps[0]["data"]["way"] == "hide"
    assert page(f"/coupons/{made.id}/edit").select_one("[name=ends_at]")["value"] == "2026-04-01T00:00"
    assert "準備中" in page(f"/coupons/{made.id}").select_one("#coupon-state").get_text()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": ""}, "管理用の名前"),
        ({"title": ""}, "お客様に見せる名前を入力"),
        ({"ends_at": "2026-02-01T00:00"}, "始まりの日時よりあと"),
        ({"ends_at": "きのう"}, "invalid-feedback"),
        ({"supply": "0"}, "枚数は1〜"),
        ({"chance": "lottery", "percent": ""}, "当たる確率は1〜100"),
        ({"code_kind": "common"}, "共通のコードを入力"),
        ({"color": "red"}, "色を選び直して"),
        ({"media_id": "99"}, "画像は削除されています"),
        ({"home": "line", "code_kind": "none", "uses_each": "3"}, "「1回」か「何回でも」"),
        ({"home": "line", "code_kind": "none", "supply": "", "reward": "yen_off"}, "割引の大きさ"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(htmx, session, owner, change, words):
    answer = htmx("/coupons", FORM | change)
    assert (answer.status_code, regions(answer)) == (422, ["coupon-form", "coupon-preview"])
    assert words in answer.text
    assert session.scalars(sa.select(Coupon)).all() == []


def test_the_preview_follows_what_is_typed_and_keeps_nothing(htmx, session, owner):
    picture = a_media(session)
    session.commit()
    answer = htmx("/coupons/preview", FORM | {"media_id": str(picture.id), "title": "試作"})
    assert regions(answer) == ["coupon-preview"]
    assert "試作" in answer.text and picture.code in answer.text
    for odd in ({"days": "999999999"}, {"title": ""}, {"starts_at": "x"}, {"home": "nonsense"}):
        assert htmx("/coupons/preview", FORM | odd).status_code == 200
    assert session.scalars(sa.select(Coupon)).all() == []


def test_two_people_who_edit_one_coupon_see_each_others_changes(htmx, page, session, coupon):
    seen = page(f"/coupons/{coupon.id}/edit").select_one("[name=seen]")["value"]
    coupon.name = "お得意さま"
    session.commit()
    answer = htmx(f"/coupons/{coupon.id}", FORM | {"seen": seen})
    assert answer.status_code == 422 and "お得意さま" in answer.text
    again = re.search(r'name="seen"[^>]*value="([^"]*)"', answer.text).group(1)
    assert htmx(f"/coupons/{coupon.id}", FORM | {"seen": again}).status_code == 204


def test_a_coupon_is_opened_closed_copied_and_deleted(client, page, session, coupon, ticket):
    for way, state in (("closing", CouponState.CLOSED), ("opening", CouponState.OPEN)):
        client.post(f"/coupons/{coupon.id}/{way}")
        session.expire_all()
        assert coupon.state is state
    client.post(f"/coupons/{coupon.id}/copy")
    [twin] = session.scalars(sa.select(Coupon).where(Coupon.id != coupon.id))
    assert client.post(f"/coupons/{twin.id}/delete").headers["Location"] == "/coupons"
    refused = client.post(f"/coupons/{coupon.id}/delete")
    assert refused.status_code == 409 and "削除できません" in refused.text
    assert session.scalars(sa.select(Coupon)).all() == [coupon]


def test_lines_own_coupon_waits_visibly_and_can_not_be_changed(client, htmx, page, session, owner):
    htmx("/coupons", FORM | {"home": "line", "code_kind": "none", "supply": "", "days": ""})
    made = session.scalars(sa.select(Coupon)).one()
    client.post(f"/coupons/{made.id}/opening")
    assert "LINEに登録中" in page(f"/coupons/{made.id}").select_one("#coupon-state[hx-get]").get_text()
    assert htmx(f"/coupons/{made.id}/state", method="GET").status_code == 200
    assert "変えられません" in page(f"/coupons/{made.id}/edit").get_text()
    assert htmx(f"/coupons/{made.id}", FORM | {"home": "line"}).status_code in (409, 422)


# How it goes ---------------------------------------------------------------------------------------------------------


def test_numbers_come_first_and_the_tickets_are_searched(page, session, coupon, ticket):
    soup = page(f"/coupons/{coupon.id}")
    assert [stat.get_text() for stat in soup.select(".stat-number")][:3] == ["1", "0", "0%"]
    assert soup.select("#coupon-days tbody tr")[-1]["data-obtained"] == "1"
    assert len(page(f"/coupons/{coupon.id}?q=山田").select("#ticket-list tbody tr")) == 1
    assert len(page(f"/coupons/{coupon.id}?state=used").select("#ticket-list tbody tr")) == 0


def test_hundreds_of_tickets_are_paged_and_cost_the_same(page, session, coupon, ticket, count_queries):
    with count_queries() as few:
        page(f"/coupons/{coupon.id}")
    for number in range(60):
        _hold(session, coupon, a_friend(session), number)
    session.commit()
    with count_queries() as many:
        soup = page(f"/coupons/{coupon.id}")
    assert len(soup.select("#ticket-list tbody tr")) == 50
    assert len(many) == len(few) <= 16
    assert len(page(f"/coupons/{coupon.id}?page=2").select("#ticket-list tbody tr")) == 11


def _hold(session, coupon, friend, number):
    values = {"state": TicketState.HELD, "obtained_at": NOW, "obtained_by": ChangedBy.CUSTOMER}
    ticket = CouponTicket(coupon_id=coupon.id, friend_id=friend.id, code=f"c{number}", number=f"N{number}", **values)
    session.add(ticket)


def test_the_list_of_tickets_leaves_as_a_file_without_formulas(client, outsider, session, coupon, ticket, friend):
    friend.display_name = "=HYPERLINK(1)"
    session.commit()
    answer = client.post(f"/coupons/{coupon.id}/exports")
    assert answer.mimetype == "text/csv" and answer.headers["Cache-Control"] == "no-store"
    assert f"'=HYPERLINK(1),未使用,2026-03-05 10:00,,0,{ticket.number}" in answer.data.decode("utf-8-sig")
    assert session.scalars(sa.select(Export.row_count)).all() == [1], "who took it is written down"
    assert outsider.post(f"/coupons/{coupon.id}/exports").status_code == 403


# Codes ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("shape", "ratio"), [(CodeShape.QR, 1), (CodeShape.BARCODE, 3)])
def test_a_tickets_code_is_a_public_picture_for_tills(anybody, session, coupon, ticket, shape, ratio):
    coupon.code_kind, coupon.code_shape, coupon.common_code = CodeKind.SINGLE, shape, "SPRING"
    session.commit()
    answer = anybody.get(f"/coupons/tickets/{ticket.code}/picture")
    assert answer.content_type == "image/png" and "public" in answer.headers["Cache-Control"]
    picture = Image.open(io.BytesIO(answer.data))
    assert picture.width == ratio * picture.height
    assert anybody.get(f"/coupons/codes/{coupon.code}/picture").status_code == 200
    coupon.code_shape = CodeShape.TEXT
    session.commit()
    for path in (f"tickets/{ticket.code}", "tickets/unknown", "codes/unknown"):
        assert anybody.get(f"/coupons/{path}/picture").status_code == 404


# At the counter ------------------------------------------------------------------------------------------------------


def test_a_number_that_is_read_out_uses_the_ticket_once(outsider, session, ticket):
    soup = inspect_page(outsider.get(f"/coupons/counter?number={ticket.number[:5]} {ticket.number[5:].lower()}"))
    assert "山田 花子" in soup.get_text()
    form = soup.select_one(f"form[action='/coupons/tickets/{ticket.id}/uses']")
    data = {field["name"]: field["value"] for field in form.select("input") if field["name"] != "csrf_token"}
    for _ in range(2):
        assert outsider.post(form["action"], data=data).headers["Location"] == "/coupons/counter"
    assert len(session.scalars(sa.select(CouponUse)).all()) == 1
    refused = outsider.post(form["action"], data=data | {"token": "another"})
    assert refused.status_code == 409 and "使用済み" in refused.text
    assert "見つかりません" in outsider.get("/coupons/counter?number=NOTHING").text


def test_beside_a_friend_coupons_are_used_taken_back_and_given(htmx, page, session, coupon, ticket, friend):
    panel = page(f"/friends/{friend.id}").select_one("#friend-coupons")
    assert "使えます" in panel.get_text()
    assert regions(htmx(f"/coupons/tickets/{ticket.id}/uses", {"token": "t"}))[0] == "friend-coupons"
    [used] = session.scalars(sa.select(CouponUse))
    answer = htmx(f"/coupons/uses/{used.id}/undo", {})
    assert "使えます" in answer.text
    other = a_coupon(session, name="手渡し")
    session.commit()
    answer = htmx(f"/coupons/friends/{friend.id}", {"coupon_id": str(other.id)})
    assert "手渡し" in answer.text and answer.status_code == 200
    assert htmx(f"/coupons/friends/{friend.id}", {"coupon_id": "0"}).status_code == 422
    assert htmx(f"/coupons/friends/{friend.id}", {"coupon_id": str(other.id)}).status_code == 409


def test_outsiders_neither_see_nor_change_coupons(outsider, session, coupon):
    for path in ("", "/new", f"/{coupon.id}", f"/{coupon.id}/edit", f"/{coupon.id}/state"):
        assert outsider.get(f"/coupons{path}").status_code == 403
    ways = ("opening", "closing", "copy", "delete")
    for path in ("", "/preview", f"/{coupon.id}", *(f"/{coupon.id}/{way}" for way in ways)):
        assert outsider.post(f"/coupons{path}", data=FORM).status_code == 403
    session.expire_all()
    assert session.scalars(sa.select(Coupon)).one().name == "お誕生日"
