"""The shop's own settings."""

from sqlalchemy.orm import Session

from lstep_lite.models import DeadReply, Purpose, Shop
from tests.web.conftest import regions

VALUES = {"name": "サロン月", "purpose": "restaurant", "time_zone": "Asia/Seoul"}


def test_the_shop_is_shown_and_changed(page, htmx, session: Session) -> None:
    assert page("/shop").find("input", id="name")["value"] == "サロン花"
    answer = htmx("/shop", VALUES)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/shop")
    shop = session.get_one(Shop, 1)
    assert (shop.name, shop.purpose, shop.time_zone) == ("サロン月", Purpose.RESTAURANT, "Asia/Seoul")


def test_a_shop_needs_a_name_and_a_zone_that_exists(htmx, session: Session) -> None:
    answer = htmx("/shop", VALUES | {"name": " "})
    assert answer.status_code == 422
    assert regions(answer) == ["shop-form"]
    assert htmx("/shop", VALUES | {"time_zone": "Mars/Olympus"}).status_code == 422
    assert session.get_one(Shop, 1).name == "サロン花"


def test_the_owner_chooses_what_becomes_of_a_late_answer(htmx, session: Session) -> None:
    answer = htmx("/shop/dead-reply", {"dead_reply": "push"})
    assert regions(answer) == ["dead-reply", "toasts"]
    assert session.get_one(Shop, 1).dead_reply is DeadReply.PUSH
    assert htmx("/shop/dead-reply", {"dead_reply": "sometimes"}).status_code == 422


def test_two_people_changing_the_shop_see_what_the_other_did(page, htmx, session: Session) -> None:
    opened = {tag.find_parent("form")["action"]: tag["value"] for tag in page("/shop").select("input[name=seen]")}
    htmx("/shop", VALUES | {"seen": opened["/shop"]})
    htmx("/shop/dead-reply", {"dead_reply": "push", "seen": opened["/shop/dead-reply"]})

    answer = htmx("/shop", VALUES | {"name": "サロン星", "seen": opened["/shop"]})
    assert answer.status_code == 422
    assert "サロン月" in answer.text and "サロン星" in answer.text
    late = htmx("/shop/dead-reply", {"dead_reply": "miss", "seen": opened["/shop/dead-reply"]})
    assert late.status_code == 422
    assert "ほかの人がこの内容を変えました" in late.text
    shop = session.get_one(Shop, 1)
    assert (shop.name, shop.dead_reply) == ("サロン月", DeadReply.PUSH)


def test_only_those_who_may_change_settings_come_here(outsider) -> None:
    assert outsider.get("/shop").status_code == 403
    assert outsider.post("/shop", data=VALUES).status_code == 403
