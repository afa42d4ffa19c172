"""Requests that no page of ours makes: they are answered in words, on both databases."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from lstep_lite.models import Shop, Talk
from lstep_lite.web import App, number
from tests.factories import NOW, a_friend
from tests.web.conftest import regions

TOO_LARGE = "9" * 25


@pytest.mark.parametrize("path", [f"/friends/{TOO_LARGE}", f"/chat/{TOO_LARGE}", "/media/%00"])
def test_where_no_row_can_be_there_is_no_page(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "最初の画面へ戻る" in answer.text


@pytest.mark.parametrize(
    "path",
    [
        f"/chat?page={TOO_LARGE}",
        f"/friends?page={TOO_LARGE}",
        f"/deliveries?before={TOO_LARGE}&friend={TOO_LARGE}",
        f"/auto-replies?folder={TOO_LARGE}",
        "/chat?q=a%00b",
        "/friends?q=a%00b",
        "/deliveries?name=a%00b",
        "/auto-replies/schedule?starts_at=zz",
    ],
)
def test_nonsense_in_an_address_counts_as_not_given(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/chat", "/chat/{}", "/deliveries"])
def test_an_address_cannot_bend_the_links_of_its_page(client: FlaskClient, session: Session, path: str) -> None:
    friend = a_friend(session)
    session.add(Talk(friend_id=friend.id, last_at=NOW))
    session.commit()
    answer = client.get(path.format(friend.id) + "?_external=1&_scheme=javascript&friend_id=7&endpoint=x&q=a&before=9")
    assert answer.status_code == 200
    assert "javascript:" not in answer.text


def test_a_number_keeps_its_sign_and_its_bounds() -> None:
    assert number("-5") == -5
    for text in (TOO_LARGE, "x", ""):
        with pytest.raises(ValueError, match=r"large|invalid"):
            number(text)


def test_characters_a_database_refuses_do_not_stop_a_form(client: FlaskClient, session: Session) -> None:
    answer = client.post("/shop", data={"name": "花\0屋", "purpose": "salon", "time_zone": "Asia/Tokyo"})
    assert answer.status_code == 303
    session.expire_all()
    assert session.get_one(Shop, 1).name == "花屋"


def test_a_crash_is_told_in_words_even_when_nothing_can_be_read(
    app: App, client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    friend = a_friend(session)
    session.commit()
    monkeypatch.setattr("lstep_lite.blueprints.friends.friends.block", lambda *_args, **_more: 1 / 0)
    answer = client.post(f"/friends/{friend.id}/block")
    assert answer.status_code == 500
    assert "うまく処理できませんでした" in answer.text
    answer = client.post(f"/friends/{friend.id}/block", headers={"HX-Request": "true"})
    assert (answer.status_code, regions(answer)) == (500, ["toasts"])


@pytest.mark.parametrize("url", ["/fields/options", "/segments/editor", "/segments/count", "/schedules/preview"])
def test_what_only_scripts_ask_for_is_a_region_for_everybody(client: FlaskClient, url: str) -> None:
    answer = client.post(url)
    assert answer.status_code == 200
    assert len(regions(answer)) == 1


def test_a_form_of_a_stranger_is_not_read_without_end(app, anybody, owner):
    app.config["WTF_CSRF_ENABLED"] = True  # what looks for the token would read all of it
    try:
        body = b"friend=&" + b"a=&" * 400_000
        for path in ("/liff/session", "/liff/coupons/x/use", "/tags"):
            answer = anybody.post(path, data=body, content_type="application/x-www-form-urlencoded")
            assert (answer.status_code, "大きすぎます" in answer.text) == (413, True)
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
