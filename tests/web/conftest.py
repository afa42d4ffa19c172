"""A browser for the tests: pages are read, not only fetched, and every page is inspected on the way."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lstep_lite import config, runtime
from lstep_lite.app import create_app
from lstep_lite.clock import Clock
from lstep_lite.config import Settings
from lstep_lite.db import Database
from lstep_lite.models import Role, Staff
from lstep_lite.web import App
from tests.factories import NOW, a_shop, a_staff


class FixedClock(Clock):
    """Both clocks stand at NOW until a test moves them."""

    def __init__(self) -> None:
        self.time = NOW

    def wall(self) -> datetime:
        return self.time

    def now(self) -> datetime:
        return self.time


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return config.load({"LSTEP_MODE": "demo", "DATA_DIR": str(tmp_path_factory.mktemp("data"))})


@pytest.fixture(scope="session")
def wired_app(settings: Settings) -> App:
    """The demo application, wired once; `app` gives it each test's database."""
    built = runtime.build(settings)
    built.database.dispose()
    app = create_app(built)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    return app


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def app(wired_app: App, settings: Settings, database: Database, clock: FixedClock, tmp_path: Path) -> App:
    wired_app.extensions["runtime"] = runtime.build(
        replace(settings, data_dir=tmp_path), database=database, clock=clock
    )
    return wired_app


@pytest.fixture
def owner(session: Session) -> Staff:
    """The signed-in owner; the shop exists as well."""
    a_shop(session)
    person = a_staff(session, name="花子", email="owner@example.com")
    session.commit()
    return person


@pytest.fixture
def anybody(app: App) -> FlaskClient:
    """A browser in which nobody is signed in."""
    return app.test_client()


@pytest.fixture
def client(app: App, owner: Staff) -> FlaskClient:
    """The owner's browser."""
    return browser_of(app, owner)


@pytest.fixture
def outsider(app: App, owner: Staff, session: Session) -> FlaskClient:
    """The browser of somebody who is signed in with the role that may do least."""
    person = a_staff(session, role=Role.STAFF)
    session.commit()
    return browser_of(app, person)


def browser_of(app: App, person: Staff) -> FlaskClient:
    client = app.test_client()
    with client.session_transaction() as cookies:
        cookies.update(staff_id=person.id, epoch=person.session_epoch)
    return client


@pytest.fixture
def page(client: FlaskClient) -> Callable[[str], BeautifulSoup]:
    """`page(url)`: the owner looks at a page, which must hold together (see `inspect_page`)."""
    return lambda url: inspect_page(client.get(url))


@pytest.fixture
def htmx(client: FlaskClient) -> Callable[..., TestResponse]:
    """`htmx(url, data)`: the owner's browser sends a form by htmx; with method="GET" it fetches a region."""

    def send(url: str, data: dict[str, object] | None = None, method: str = "POST") -> TestResponse:
        return client.open(url, method=method, data=data, headers={"HX-Request": "true"})

    return send


def regions(answer: TestResponse) -> list[str]:
    """The ids of the regions in an answer to htmx, in order; the first goes in place."""
    return [str(tag["id"]) for tag in BeautifulSoup(answer.text, "html.parser").find_all(id=True, recursive=False)]


STROKES = re.compile(r'<path (stroke="none" )?d="[^>]*>')
"""What icons are drawn with: a third of a page's tags, and nothing to look at."""


def inspect_page(answer: TestResponse) -> BeautifulSoup:
    """Parse a whole page and check what every page owes to browsers, keyboards and screen readers."""
    assert answer.status_code == 200, f"{answer.request.path} answered {answer.status_code} instead of 200"
    soup = BeautifulSoup(STROKES.sub("", answer.text), "html.parser")
    tags = [node for node in soup.descendants if isinstance(node, Tag)]  # once: asking the soup for each is slow
    problems = [*_missing_title(soup), *_ids(tags), *_fields(tags), *_forms(tags), *_controls(tags), *_scripts(tags)]
    assert not problems, f"{answer.request.path}:\n" + "\n".join(problems)
    return soup


def _missing_title(soup: BeautifulSoup) -> Iterator[str]:
    title = soup.title.get_text(strip=True) if soup.title else ""
    if not title or title.startswith("·"):
        yield "no title: fill the block `title`"
    if len(soup.find_all("h1")) != 1:
        yield "a page has exactly one h1: start it with ui.page_header"


POINTERS = ("for", "form", "aria-describedby", "aria-labelledby", "aria-controls", "data-dialog", "data-copy")


def _ids(tags: list[Tag]) -> Iterator[str]:
    ids = Counter(str(tag["id"]) for tag in tags if "id" in tag.attrs)
    yield from (f"id {name!r} is given twice" for name in sorted(name for name, times in ids.items() if times > 1))
    for tag in tags:
        for attribute in POINTERS:
            wanted = tag.attrs.get(attribute, "")
            names = wanted if isinstance(wanted, list) else str(wanted).split()
            yield from (f"{attribute}={name!r}: there is no such id on the page" for name in names if name not in ids)
        target = str(tag.attrs.get("hx-target", ""))
        if target.startswith("#") and target[1:] not in ids:
            yield f"hx-target={target!r}: there is no such id on the page"
        if "hx-swap-oob" in tag.attrs:
            yield "hx-swap-oob in a whole page: only web.render sends regions out of band"


def _fields(tags: list[Tag]) -> Iterator[str]:
    labelled = {tag.attrs.get("for") for tag in tags if tag.name == "label"}
    for field in tags:
        if field.name not in ("input", "select", "textarea"):
            continue
        if field.get("type") in ("hidden", "submit", "button") or field.get("aria-label"):
            continue
        if field.get("id", "") not in labelled and field.find_parent("label") is None:
            yield f"the field {field.get('name')!r} has no label: draw it with ui.field"


def _forms(tags: list[Tag]) -> Iterator[str]:
    for form in tags:
        if form.name != "form" or form.find_parent("template"):
            continue  # a template's form is a script's own: it stands in no other one and is never sent as it is
        if not (form.get("action") and form.get("method")):
            yield f"a form without action or method works only with JavaScript: {str(form)[:80]}"
        if form.get("method") == "post" and form.find("input", attrs={"name": "csrf_token"}) is None:
            yield f"a form without its token: draw it with ui.form: {form.get('action')}"
        if form.find_parent("form"):
            yield f"a form inside a form: {form.get('action')}"


def _controls(tags: list[Tag]) -> Iterator[str]:
    for tag in tags:
        if tag.name == "img" and "alt" not in tag.attrs:
            yield f"no alt on {tag.get('src')}"
        if tag.name not in ("button", "a", "summary") or tag.find_parent("template"):
            continue  # a template's text counts once a script has put it on the page
        if not (tag.get("aria-label") or tag.get_text(strip=True) or _named_picture(tag)):
            yield f"nothing to read out on {str(tag)[:80]}: give it text or an aria-label"


def _named_picture(control: Tag) -> bool:
    return any(picture.get("alt") for picture in control.find_all("img"))


def _scripts(tags: list[Tag]) -> Iterator[str]:
    for tag in tags:
        if tag.name == "style" or (tag.name == "script" and not tag.get("src")):
            yield "a script or style inside the page: the browser refuses it, put it into a file under static/"
        handlers = [name for name in tag.attrs if name.startswith("on")]
        yield from (f"{name} on {tag.name}: use a data- attribute and app.js" for name in handlers)


@pytest.fixture
def count_queries(database: Database) -> Callable[[], Iterator[list[str]]]:
    """`with count_queries() as queries:`; then `len(queries)` is the number of SELECTs sent meanwhile."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        queries: list[str] = []

        def note(_connection, _cursor, statement, *_rest) -> None:  # type: ignore[no-untyped-def]
            if statement.lstrip().upper().startswith("SELECT"):
                queries.append(statement)

        sa.event.listen(database.engine, "before_cursor_execute", note)
        try:
            yield queries
        finally:
            sa.event.remove(database.engine, "before_cursor_execute", note)

    return counting
