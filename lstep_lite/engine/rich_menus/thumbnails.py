"""Small pictures of tabs for lists: composed when they are first asked for, and kept on disk for a while."""

import json
import secrets
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from sqlalchemy.orm import Session

from lstep_lite.engine.media import MediaStore
from lstep_lite.engine.rich_menus import composing
from lstep_lite.engine.rich_menus.composing import Encoded
from lstep_lite.engine.studio import Data

LOOK = 1
"""Raise it when menus are drawn differently."""
FOLDER = "rich-menu-pictures"
MOST_FILES = 1000
PNG = b"\x89PNG"


@dataclass(frozen=True)
class Thumbnails:
    """*folder* holds them; *store* has the shop's own pictures. Never use it inside a unit of work."""

    store: MediaStore
    folder: Path

    def picture(self, session: Session, document: Data, tab: Data, *, width: int) -> Encoded:
        """The tab as customers see it, *width* pixels wide."""
        file = self.folder / _name(document, tab, width)
        with suppress(FileNotFoundError):
            return _encoded(file.read_bytes())
        pictures = composing.load(session, self.store, composing.picture_ids(document, tab))
        drawn = composing.encode(composing.compose(document, tab, pictures, width=width).image)
        self._keep(file, drawn.data)
        return drawn

    def _keep(self, file: Path, data: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._make_room()
        draft = file.with_suffix(f".{secrets.token_hex(4)}.part")
        draft.write_bytes(data)
        draft.replace(file)

    def _make_room(self) -> None:
        files = sorted(self.folder.iterdir(), key=_written_at)
        for old in files[: max(0, len(files) - MOST_FILES + 1)]:
            old.unlink(missing_ok=True)


def _written_at(file: Path) -> float:
    """As seconds; of a file that another process has just removed, long ago."""
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return 0


def _name(document: Data, tab: Data, width: int) -> str:
    told = json.dumps([LOOK, document, tab["id"], width], sort_keys=True, ensure_ascii=False)
    return f"{sha256(told.encode()).hexdigest()}.picture"


def _encoded(data: bytes) -> Encoded:
    return Encoded(data, "image/png" if data.startswith(PNG) else "image/jpeg")
