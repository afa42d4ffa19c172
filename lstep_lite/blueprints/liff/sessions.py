"""Who a customer is, from page to page: a short signed session of their own, kept below /liff alone.

It names the friend by their public code and a digest of their LINE account, so that it ends by itself when either is
gone. It knows nothing of staff, and their session is worth nothing here.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar

import sqlalchemy as sa
from flask import g, request
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from lstep_lite.blueprints.liff import gates
from lstep_lite.engine import friends, surveys
from lstep_lite.engine import staff as staff_engine
from lstep_lite.engine.line import Identity
from lstep_lite.errors import DomainError, NotAllowed
from lstep_lite.models import Friend
from lstep_lite.web import runtime

COOKIE = "lstep_liff"
PATH = "/liff"
LASTS = timedelta(minutes=30)
RENEWED_AFTER = timedelta(minutes=1)
"""A session in use is written anew only this often."""
OTHER_PERSON = "別の方の画面です。この画面からは送信できません。"
NO_ENTRY = "申し訳ありませんが、この画面はご利用いただけません。お店に直接お問い合わせください。"
TOO_OFTEN = "短い時間に何度も送られたため"
MOST_FROM_ADDRESS = 600
"""Within a quarter of an hour. Many customers of one mobile carrier share an address."""
MOST_OF_FRIEND = 60
MOST_FILES_OF_STRANGERS = 40
"""Pages with files from one address: nobody answers for them, and each may fill much of the disk."""
View = TypeVar("View", bound=Callable[..., Any])


class OtherPerson(DomainError):
    """The page was drawn for somebody else than the one who sends it."""

    def __init__(self) -> None:
        super().__init__(OTHER_PERSON)


@dataclass(frozen=True)
class Visitor:
    """Who looks at a page. Without *friend* nobody knows, and *name* tells this browser from others."""

    friend: Friend | None
    name: str

    @property
    def code(self) -> str:
        """What forms carry, so that nobody sends what somebody else has typed."""
        return self.friend.code if self.friend else ""


@dataclass(frozen=True)
class _Kept:
    """What the cookie holds."""

    name: str
    friend: str = ""
    mark: str = ""
    is_friend: bool = False
    """LINE said so when the session began; our own row may learn it later."""
    since: int = 0
    """When it began: seconds, on `now`, which LINE's events are dated by."""
    at: int = 0
    """Seconds, on `wall`."""


def visitor() -> Visitor:
    """Who is asking. The row belongs to the session in use: after `g.session` was opened, ask again."""
    kept = _kept()
    if g.get("liff_visitor_of") != (g.read, kept):  # once a session
        g.liff_visitor = Visitor(_friend(kept), kept.name)
        g.liff_visitor_of = (g.read, kept)
    found: Visitor = g.liff_visitor
    return found


def require_friend() -> Friend:
    """Who is asking, in a view that is a `known_friend`'s."""
    friend = visitor().friend
    if friend is None:
        raise OtherPerson
    return friend


def known_friend(view: View) -> View:
    """Only people whom LINE vouches for, and who have added the account, reach this view; others are led there."""
    return _guarded(view, gates_follow=True)


def known_person(view: View) -> View:
    """Like `known_friend`, for pages that those may see too who have not added the account."""
    return _guarded(view, gates_follow=False)


def _guarded(view: View, *, gates_follow: bool) -> View:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        friend = visitor().friend
        if friend is None:
            return gates.ask_who()
        if gates_follow and not is_following(friend):
            return gates.ask_to_follow()
        return view(*args, **kwargs)

    return guarded  # type: ignore[return-value]


def is_following(friend: Friend) -> bool:
    """Whether they have added the account: as our row knows, or as LINE said later than any event known."""
    kept, changed_at = _kept(), friend.follow_changed_at
    is_news = changed_at is None or changed_at.timestamp() < kept.since
    return friend.is_following or (kept.is_friend and is_news)


def start(session: Session, identity: Identity, *, is_friend: bool) -> Friend:
    """A session for the person LINE vouches for, in place of any other. Raises NotAllowed for whom staff blocked."""
    friend = friends.introduce(
        session,
        identity.user_id,
        name=identity.name,
        picture_url=identity.picture_url,
        is_friend=is_friend,
        now=g.now,
    )
    if friend.is_blocked:
        raise NotAllowed(NO_ENTRY)
    if not _kept().friend:  # what this browser has answered so far, as nobody in particular, is theirs
        surveys.adopt(session, _kept().name, friend, now=g.now)
    _keep(_Kept(_new_name(), friend.code, mark(friend.line_user_id or ""), is_friend, since=int(g.now.timestamp())))
    return friend


def end() -> None:
    _keep(_Kept(_new_name()))


def mark(line_user_id: str) -> str:
    """Tells LINE accounts apart without naming them; the page computes the same (liff.js)."""
    return hashlib.sha256(line_user_id.encode()).hexdigest()[:16]


def count_submit(*, has_files: bool = False) -> None:
    """Count one use by this friend and address, in a unit of its own: before `g.session` is opened.

    Raises Throttled after too many.
    """
    limits = {f"liff-address:{request.remote_addr}": MOST_FROM_ADDRESS}
    if code := visitor().code:
        limits[f"liff-friend:{code}"] = MOST_OF_FRIEND
    elif has_files:
        limits[f"liff-files:{request.remote_addr}"] = MOST_FILES_OF_STRANGERS
    with runtime().database.unit() as session:
        staff_engine.count_attempt(session, limits, wall=g.wall, reason=TOO_OFTEN)


# Around each request --------------------------------------------------------------------------------------------------


def check() -> Response | None:
    """Before a view: whom staff blocked sees nothing, and what was drawn for one person is not taken from another."""
    friend = visitor().friend
    if friend is not None and friend.is_blocked:
        raise NotAllowed(NO_ENTRY)
    if request.method != "POST":
        return None
    drawn_for, asking = request.form.get("friend", ""), friend.code if friend else ""
    if drawn_for == asking:
        return None
    if drawn_for and not asking:
        return gates.ask_who()
    raise OtherPerson


def write(response: Response) -> Response:
    """After a view: the cookie, where it is new or has to be renewed."""
    kept, found = _kept(), g.get("liff_found")
    is_old = found is None or g.wall.timestamp() - found.at > RENEWED_AFTER.total_seconds()
    if kept != found or is_old:
        kept = replace(kept, at=int(g.wall.timestamp()))
        response.set_cookie(
            COOKIE,
            _serializer().dumps(vars(kept)),
            max_age=LASTS,
            path=PATH,
            secure=not runtime().settings.is_demo,
            httponly=True,
            samesite="Lax",
        )
    return response


def _friend(kept: _Kept) -> Friend | None:
    if not kept.friend:
        return None
    friend = g.read.scalar(sa.select(Friend).where(Friend.code == kept.friend))
    if friend is None or friend.erased_at is not None or mark(friend.line_user_id or "") != kept.mark:
        return None
    return friend


def _kept() -> _Kept:
    if "liff_kept" not in g:
        g.liff_found = _read()
        g.liff_kept = g.liff_found or _Kept(_new_name())
    kept: _Kept = g.liff_kept
    return kept


def _keep(kept: _Kept) -> None:
    _kept()
    g.liff_kept = kept


def _read() -> _Kept | None:
    try:
        kept = _Kept(**_serializer().loads(request.cookies.get(COOKIE, "")))
    except (BadSignature, TypeError):
        return None
    age = g.wall.timestamp() - kept.at
    return kept if age < LASTS.total_seconds() else None


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(runtime().settings.secret_key, salt="liff session")


def _new_name() -> str:
    return secrets.token_urlsafe(12)
