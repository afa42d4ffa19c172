"""What stands before a page for customers: finding out who they are, and adding the account as a friend."""

import re
from functools import lru_cache
from urllib.parse import quote, urlsplit

import segno
from flask import g, request
from werkzeug.wrappers import Response

from lstep_lite.engine import line, settings
from lstep_lite.engine.line import LineError
from lstep_lite.errors import DomainError
from lstep_lite.web import render, runtime

HOME = "/liff"
NO_ANSWER = (
    "いまLINEに確認できません。LINEが混み合っているか、一時的につながりにくくなっています。"
    "少し待ってから、もう一度お試しください。"
)
_PATH = re.compile(r"/liff(/[A-Za-z0-9_-]+)*")
_IN_QUERY = "%&=+/?:@!$,;*~()'"
_NO_PAGES = ("/liff/session", "/liff/login")
LONGEST = 2000
"""Of an address: it has to fit into a cookie together with the rest of an attempt to log in."""
LONGEST_QR = 400
"""What cameras still read from a screen."""


def ask_who(wanted: str = "", *, problem: str = "", is_expired: bool = False) -> Response:
    """The page that finds out who is asking and then goes to *wanted*, else to where they were going."""
    wanted = own_path(wanted or _here())
    return render(
        "liff/entry.html",
        status=401 if problem or request.method == "POST" else 200,
        wanted=wanted,
        problem=problem,
        is_expired=is_expired,
        **_ways(wanted),
    )


def ask_to_follow() -> Response:
    """The page that asks somebody known to add the account, and leads back."""
    wanted, channel = own_path(_here()), settings.channel(g.read)
    return render("liff/add_friend.html", wanted=wanted, link=line.add_friend_link(channel))


def trouble(error: DomainError) -> str:
    """What a customer reads when nobody could say who they are; what LINE told us is for staff."""
    return NO_ANSWER if isinstance(error, LineError) else error.message


def own_path(text: str) -> str:
    """*text* if it is one of our pages for customers, else their first page. Nothing leads out of here."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return HOME
    is_ours = not parts.scheme and not parts.netloc and _PATH.fullmatch(parts.path)
    if not is_ours or parts.path.startswith(_NO_PAGES) or re.search(r"[\x00-\x20\\]", text):
        return HOME
    query = quote(parts.query, safe=_IN_QUERY)
    return f"{parts.path}?{query}" if query and len(query) <= LONGEST else parts.path[:LONGEST]


def packed() -> str:
    """Where LINE says the customer wants to go: it opens our one address and packs the rest into `liff.state`.

    https://developers.line.biz/en/docs/liff/opening-liff-app/
    """
    state = request.args.get("liff.state", "")
    return own_path(HOME + state) if state.startswith(("/", "?")) else HOME


def _here() -> str:
    """The page that was being looked at; of a form that was sent, the one it stood on."""
    if request.method == "POST":
        return request.form.get("back", "")
    return request.full_path.rstrip("?") if request.path != HOME else packed()


def _ways(wanted: str) -> dict[str, str]:
    """How somebody outside LINE comes in: by LINE Login here, or by opening the page inside LINE."""
    channel = settings.channel(g.read)
    if channel is None or channel.liff_id is None:
        return {"liff_id": "", "link": "", "qr": ""}
    own = runtime().settings
    link = line.link_to(channel, wanted, public_url=own.public_url, liff_url=own.line_liff_url)
    return {"liff_id": channel.liff_id, "link": link, "qr": _qr(link) if len(link) <= LONGEST_QR else ""}


@lru_cache(maxsize=200)
def _qr(link: str) -> str:
    picture: str = segno.make(link).svg_data_uri(scale=5, border=2)
    return picture
