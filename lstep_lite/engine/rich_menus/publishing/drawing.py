"""The first step of a publication: pictures are composed, LINE looks at each tab, and what is new is written down."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import media, settings
from lstep_lite.engine.line import LineError, links
from lstep_lite.engine.media import storage
from lstep_lite.engine.rich_menus import composing
from lstep_lite.engine.rich_menus.publishing import bodies
from lstep_lite.engine.rich_menus.publishing.bodies import Everybody, Shown
from lstep_lite.engine.rich_menus.publishing.working import Here, Plan
from lstep_lite.engine.studio import Data, new_code
from lstep_lite.models import LineMenu, LineMenuState, MenuTab, Publication, PublicationStep


def plan(session: Session, publication: Publication, here: Here) -> "Draw":
    live = sa.select(LineMenu.tab_code, LineMenu.digest).join(MenuTab, MenuTab.line_menu_id == LineMenu.id)
    mine = live.where(LineMenu.menu_id == publication.menu_id, LineMenu.state == LineMenuState.LIVE)
    known = {(code, digest) for code, digest in session.execute(mine)}
    shown = Shown(publication.document, publication.chat_bar_text, publication.is_open)
    pages = links.pages_url(settings.channel(session), public_url=here.public_url)
    return Draw(shown, Everybody(here.public_url, here.now.astimezone(settings.zone(session)), pages), known)


@dataclass(frozen=True)
class _Drawn:
    """A tab that LINE does not have like this."""

    tab_code: str
    body: dict[str, Any]
    areas: list[dict[str, str]]
    image_path: str
    content_type: str
    digest: str


@dataclass
class Draw(Plan[Publication]):
    shown: Shown
    speaker: Everybody
    known: Collection[tuple[str, str]]
    """Tabs that LINE has already: code and digest."""
    drawn: list[_Drawn] = field(default_factory=list)

    def do(self, here: Here) -> None:
        for tab in self.shown.document["tabs"]:
            self._draw(here, tab)

    def _draw(self, here: Here, tab: Data) -> None:
        document = self.shown.document
        with here.database.read() as session:
            pictures = composing.load(session, here.store, composing.picture_ids(document, tab))
        encoded = composing.encode(composing.compose(document, tab, pictures).image)
        body = bodies.body(self.shown, tab, self.speaker, f"{bodies.PREFIX}{new_code()}")
        digest = bodies.digest(body, encoded.data)
        if (tab["id"], digest) in self.known:
            return
        self._validate(here, tab, body)
        code = storage.new_code()
        here.store.store_file(storage.path(code), [encoded.data])
        areas = bodies.areas(document, tab, self.speaker)
        self.drawn.append(_Drawn(tab["id"], body, areas, storage.path(code), encoded.content_type, digest))

    def _validate(self, here: Here, tab: Data, body: dict[str, Any]) -> None:
        try:
            here.at_line().validate(body)
        except LineError as error:
            message = f"タブ「{tab['label']}」: {error.message}"
            raise LineError(message, error.permanent, error.http_status) from error

    def record(self, session: Session, row: Publication, here: Here) -> None:
        for drawn in self.drawn:
            session.add(_line_menu(row, drawn, here))
        row.step, row.attempts, row.reason = PublicationStep.MAKE, 0, None
        row.due_at = None if self.drawn else here.wall


def _line_menu(publication: Publication, drawn: _Drawn, here: Here) -> LineMenu:
    return LineMenu(
        menu_id=publication.menu_id,
        tab_code=drawn.tab_code,
        publication_id=publication.id,
        revision=publication.revision,
        name=drawn.body["name"],
        body=drawn.body,
        areas=drawn.areas,
        image_path=drawn.image_path,
        content_type=drawn.content_type,
        digest=drawn.digest,
        due_at=here.wall,
        created_at=here.now,
    )


@media.keeper
def _kept(session: Session, codes: Collection[str]) -> Collection[str]:
    """The pictures of rich menus, for as long as LINE has them."""
    paths = {storage.path(code): code for code in codes}
    kept = sa.select(LineMenu.image_path).where(LineMenu.image_path.in_(paths), LineMenu.state != LineMenuState.GONE)
    return [paths[path] for path in session.scalars(kept)]
