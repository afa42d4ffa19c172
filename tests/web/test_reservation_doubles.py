"""One person recorded twice, on screen."""

import pytest

from lstep_lite.models import Friend
from tests.factories import a_friend


@pytest.fixture
def twins(session, owner):
    same = {"phone": "03-1111-2222", "phone_key": "0311112222"}
    both = (
        a_friend(session, display_name="はな", **same),
        a_friend(session, line_user_id=None, real_name="山田花子", **same),
    )
    session.commit()
    return both


def test_two_records_are_compared_and_become_one(page, client, session, twins):
    kept, gone = (each.id for each in twins)
    assert "電話番号が同じ" in page("/reservations/customers/doubles").text
    assert "山田花子" in page(f"/reservations/customers/doubles/new?one={gone}&other={kept}").text
    answer = client.post("/reservations/customers/doubles", data={"kept_id": kept, "gone_id": gone})
    assert answer.location == f"/friends/{kept}"
    session.expire_all()
    assert session.get(Friend, gone) is None and session.get_one(Friend, kept).real_name == "山田花子"


def test_two_line_friends_stay_two(client, session, twins):
    other = a_friend(session)
    session.commit()
    data = {"kept_id": twins[0].id, "gone_id": other.id}
    assert client.post("/reservations/customers/doubles", data=data).status_code == 409
    assert client.get(f"/reservations/customers/doubles/new?one={other.id}&other={other.id}").status_code == 409


def test_who_is_not_signed_in_merges_nobody(anybody, session, twins):
    data = {"kept_id": twins[0].id, "gone_id": twins[1].id}
    assert anybody.post("/reservations/customers/doubles", data=data).status_code == 303
    assert session.query(Friend).count() == 2
