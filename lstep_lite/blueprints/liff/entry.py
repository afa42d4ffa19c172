"""The one address that LINE opens, and the session that begins once LINE has said who it is."""

from flask import g, redirect, request
from werkzeug.wrappers import Response

from lstep_lite.auth import public
from lstep_lite.blueprints.liff import gates, pages, sessions
from lstep_lite.engine.line import Expired, Identity
from lstep_lite.errors import DomainError
from lstep_lite.web import runtime

bp = pages.blueprint("liff", __name__, "/liff", checks=False)

MAX_BODY_BYTES = 64 * 1024
FIRST_PAGE = "/liff/coupons"


@bp.get("")
@public
def show() -> Response:
    """LINE's script has to run here before anything else, whoever may be known already."""
    wanted = gates.packed()
    if "liff.state" in request.args or sessions.visitor().friend is None:
        return gates.ask_who(FIRST_PAGE if wanted == gates.HOME else wanted)
    return redirect(FIRST_PAGE, 303)


@bp.post("/session")
@public
def session_create() -> Response:
    """What the page got from LINE: tokens that only LINE can say anything about."""
    request.max_content_length = MAX_BODY_BYTES
    wanted = gates.own_path(request.form.get("wanted", ""))
    sessions.count_submit()
    try:
        identity, is_friend = _vouched()
    except DomainError as error:
        return gates.ask_who(wanted, problem=gates.trouble(error), is_expired=isinstance(error, Expired))
    sessions.start(g.session, identity, is_friend=is_friend)
    return redirect(FIRST_PAGE if wanted == gates.HOME else wanted, 303)


def _vouched() -> tuple[Identity, bool]:
    """Who LINE says it is, and whether they have added the account."""
    login = runtime().account.login()
    identity = login.verify_id_token(request.form.get("id_token", ""), now=g.now)
    return identity, login.is_friend(request.form.get("access_token", ""), identity.user_id)


@bp.post("/session/delete")
@public
def session_destroy() -> Response:
    sessions.end()
    return redirect(gates.HOME, 303)
