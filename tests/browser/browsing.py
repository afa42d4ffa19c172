"""What the stories in a real browser share: the sizes of screens, a fresh window, signing in."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Cookie, Page, expect, sync_playwright

from tests.world import OWNER, Server

DESK = {"width": 1366, "height": 800}
PHONE = {"width": 375, "height": 812}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]

PATIENCE_MS = 20_000
"""How long a screen may take to show what it should on a machine kept busy; what has to be quick says so itself."""
_signed_in: dict[str, list[Cookie]] = {}
"""The cookies of the owner, by the server's address."""


@contextmanager
def launched() -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM_PATH") or shutil.which("chromium") or shutil.which("google-chrome")
    assert path, "These tests need Chromium: install it (apt-get install chromium fonts-noto-cjk) or set CHROMIUM_PATH."
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


def new_page(chromium: Browser, viewport: dict[str, int]) -> Page:
    return chromium.new_context(viewport=viewport, locale="ja-JP").new_page()  # type: ignore[arg-type]


def sign_in(page: Page, server: Server) -> None:
    """By the form the first time; then by the cookies that it left."""
    if server.url in _signed_in:
        page.context.add_cookies(_signed_in[server.url])  # type: ignore[arg-type]
        return
    page.goto(f"{server.url}/sign-in")
    page.locator("input[type=email]").fill(OWNER[0])
    page.locator("input[type=password]").fill(OWNER[1])
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(lambda url: "sign-in" not in url)
    _signed_in[server.url] = page.context.cookies()
