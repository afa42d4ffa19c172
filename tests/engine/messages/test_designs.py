"""Designs: finished cards with sample words."""

import io
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lstep_lite.emulator.validation.messages import require_messages
from lstep_lite.engine import media, messages
from lstep_lite.engine.media import MediaStore, StoredImage
from lstep_lite.engine.messages import designs, templates
from lstep_lite.engine.messages.designs import Design, pictures
from lstep_lite.models import Media, MediaState
from tests.factories import NOW, a_friend

URL = "https://salon.example"
TOKYO = ZoneInfo("Asia/Tokyo")


def as_if_stored(name: str) -> StoredImage:
    """As far as a row tells: drawing and encoding are tested below, once."""
    return StoredImage(f"code-of-{name}", "image/png", 1000, 1040, 676)


@pytest.mark.parametrize("design", designs.designs.values(), ids=list(designs.designs))
def test_a_design_is_well_from_the_start(session: Session, design: Design) -> None:
    shown = designs.drawn(design, public_url=URL, zone=TOKYO, now=NOW)
    stored = {name: as_if_stored(name) for name in designs.missing(session, design)}
    template = designs.take(session, design, stored, now=NOW)
    assert (template.kind, template.name) == ("flex", f"{design.label}（見本）")
    [sent] = templates.render(session, template, a_friend(session), public_url=URL, now=NOW)
    for message in (shown, sent):
        assert not messages.problems([message])
        require_messages({"messages": [message]})
    assert sent["altText"] == shown["altText"]


def test_there_are_sixteen_and_each_says_what_it_is_for() -> None:
    assert len(designs.designs) == 16
    assert len({design.lead for design in designs.designs.values()}) == 16
    assert {name for design in designs.designs.values() for name in design.pictures} == set(pictures.names())


@pytest.mark.parametrize("name", pictures.names())
def test_each_picture_is_drawn(name: str) -> None:
    with Image.open(io.BytesIO(pictures.draw(name))) as picture:
        assert picture.format == "PNG" and picture.width in (780, 1040)


def test_pictures_come_into_the_library_once(session: Session, tmp_path: Path) -> None:
    design, store = designs.get("before_after"), MediaStore(tmp_path)
    wanted = designs.missing(session, design)
    assert len(wanted) == 2
    designs.take(session, design, designs.store(store, wanted), now=NOW)
    assert designs.missing(session, design) == []
    designs.take(session, design, {}, now=NOW)
    late = designs.store(store, wanted)  # somebody else looked before
    designs.take(session, design, late, now=NOW)
    query = select(func.count()).where(Media.recipe.startswith("sample:"), Media.state == MediaState.STORED)
    assert session.scalar(query) == 2


def test_a_deleted_picture_is_drawn_again(session: Session, tmp_path: Path) -> None:
    design = designs.get("shop")
    designs.take(session, design, designs.store(MediaStore(tmp_path), ["storefront"]), now=NOW)
    row = session.scalars(select(Media).where(Media.recipe == "sample:storefront")).one()
    media.delete(session, row)
    session.flush()  # the next question finds it gone
    assert designs.missing(session, design) == ["storefront"]
