"""Addresses that LINE opens: our own pages inside LINE, and adding the account as a friend.

https://developers.line.biz/en/docs/messaging-api/using-line-url-scheme/
"""

from urllib.parse import quote

from lstep_lite.models import Channel

LINE_LIFF_URL = "https://liff.line.me"
PAGES = "/liff"
"""Below it stand all pages for customers; it is also the address under which LINE knows them."""


def link_to(channel: Channel | None, path: str, *, public_url: str, liff_url: str = LINE_LIFF_URL) -> str:
    """Our page *path* (`/liff/surveys/abc?x=1`), opened inside LINE; the plain address while LINE does not know us.

    Messages use LINE's own *liff_url* in the demo too: the pretended phone knows it.
    """
    if channel is None or channel.liff_id is None:
        return f"{public_url}{path}"
    return f"{liff_url}/{channel.liff_id}{path.removeprefix(PAGES)}"


def pages_url(channel: Channel | None, *, public_url: str) -> str:
    """What stands before the rest of the path of each of our pages, to open it inside LINE."""
    return link_to(channel, PAGES, public_url=public_url)


def add_friend_link(channel: Channel | None) -> str:
    """Where somebody adds the account as a friend; empty while its name is not known."""
    if channel is None or not channel.basic_id:
        return ""
    return f"https://line.me/R/ti/p/{quote(channel.basic_id, safe='')}"
