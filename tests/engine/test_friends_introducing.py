"""People who open a page of ours before, after or without adding the account."""

from datetime import timedelta

from sqlalchemy.orm import Session

from lstep_lite.engine import friends
from lstep_lite.models import Friend, Origin
from tests.factories import NOW

ANN = f"U{'a' * 32}"


def introduced(session: Session, *, is_friend: bool = False, name: str = "アン") -> Friend:
    return friends.introduce(session, ANN, name=name, picture_url="https://p.test/a", is_friend=is_friend, now=NOW)


def follow(session: Session) -> tuple[Friend, str | None]:
    return friends.follow(session, ANN, at=NOW + timedelta(seconds=5), is_unblocked=False, now=NOW)


def test_opening_a_page_makes_known_but_no_friend(session: Session) -> None:
    ann = introduced(session)
    assert (ann.origin, ann.is_following, ann.display_name) == (Origin.PREEXISTING, False, "アン")
    assert ann.name_key == "あん"
    assert introduced(session, name="別の名前").display_name == "アン"


def test_whoever_adds_the_account_after_the_page_is_a_new_friend(session: Session) -> None:
    introduced(session, is_friend=True)
    ann, kind = follow(session)
    assert (kind, ann.is_following, ann.origin) == ("new", True, Origin.ADDED)


def test_whoever_opens_the_page_after_adding_the_account_stays_the_same_person(session: Session) -> None:
    ann, _ = follow(session)
    assert introduced(session) is ann
    assert ann.is_following and ann.origin is Origin.ADDED


def test_an_event_of_lines_knows_better_than_the_page(session: Session) -> None:
    ann, _ = friends.unfollow(session, ANN, at=NOW, now=NOW)
    introduced(session, is_friend=True)
    assert not ann.is_following
