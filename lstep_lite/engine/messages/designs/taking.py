"""Looking at a design, and taking one: its pictures go into the library, once each, and a template is made of it."""

from collections.abc import Collection, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import settings
from lstep_lite.engine.media import MediaStore, PublicFile, StoredImage, library
from lstep_lite.engine.messages import templates
from lstep_lite.engine.messages.designs import pictures
from lstep_lite.engine.messages.designs.registry import Design, Sample
from lstep_lite.engine.messages.kinds.registry import kinds
from lstep_lite.engine.messages.rendering import Facts, RenderContext, Speaking
from lstep_lite.engine.messages.templates import SAMPLE_FRIEND, TemplateDraft
from lstep_lite.engine.studio import Data
from lstep_lite.models import Media, MediaKind, MediaState, Template
from lstep_lite.models.names import name_key

KIND = "flex"
ADDRESS = "/messages/designs"
"""Below the public address; pictures are fetched from there by the gallery alone: nothing is in the library yet."""


def drawn(design: Design, *, public_url: str, zone: ZoneInfo, now: datetime) -> Data:
    """LINE's message of *design*, for the gallery. Asks no database."""
    ids = {name: number for number, name in enumerate(design.pictures, 1)}
    addresses = {number: f"{public_url}{ADDRESS}/pictures/{name}" for name, number in ids.items()}
    files = {number: PublicFile(number, MediaKind.IMAGE, url, url) for number, url in addresses.items()}
    context = RenderContext((), files, {}, {}, public_url, zone, is_personal=True, facts=Facts(now))
    made = design.make(Sample(ids, now.astimezone(zone)))
    [message] = kinds[KIND].render(made, Speaking(context, SAMPLE_FRIEND))
    return message


def missing(session: Session, design: Design) -> list[str]:
    """Which of its pictures are not in the library (any more)."""
    held = _held(session, design.pictures)
    return [name for name in design.pictures if name not in held]


def store(pictures_store: MediaStore, names: Collection[str]) -> dict[str, StoredImage]:
    """Draw pictures and keep their files: not inside a unit."""
    return {name: pictures_store.store_image(pictures.draw(name)) for name in names}


def take(session: Session, design: Design, stored: Mapping[str, StoredImage], *, now: datetime) -> Template:
    """A template made of *design*, whose *missing* pictures were *stored* before."""
    for name, image in stored.items():
        title = pictures.label(name)
        library.add_made(session, image, _recipe(name), now=now, name=title, name_key=name_key(title))
    draft = TemplateDraft(f"{design.label}（見本）", document(session, design, now=now))
    return templates.create(session, KIND, draft, now=now)


def document(session: Session, design: Design, *, now: datetime) -> Data:
    """What a new template of *design* holds; its pictures are in the library."""
    return design.make(Sample(_held(session, design.pictures), now.astimezone(settings.zone(session))))


def _held(session: Session, names: Collection[str]) -> dict[str, int]:
    recipes = {_recipe(name): name for name in names}
    query = sa.select(Media.recipe, Media.id).where(Media.recipe.in_(recipes), Media.state == MediaState.STORED)
    return {recipes[row.recipe]: row.id for row in session.execute(query)} if names else {}


def _recipe(name: str) -> str:
    return f"sample:{name}"
