"""Small pictures of menus, kept on disk for a while."""

import os
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from lstep_lite.engine import rich_menus, studio
from lstep_lite.engine.media import MediaStore
from lstep_lite.engine.rich_menus import thumbnails
from lstep_lite.engine.rich_menus.thumbnails import Thumbnails
from tests.factories import a_menu_tab


def test_a_picture_is_composed_once_and_anew_for_another_look(session: Session, tmp_path: Path) -> None:
    kept = Thumbnails(MediaStore(tmp_path / "media"), tmp_path / "pictures")
    tab = a_menu_tab("予約したい")
    document = studio.fresh(rich_menus.INPUTS) | {"tabs": [tab]}
    first = kept.picture(session, document, tab, width=400)
    assert kept.picture(session, document, tab, width=400) == first
    assert len(list((tmp_path / "pictures").iterdir())) == 1
    assert kept.picture(session, document | {"surface": "#ff0000"}, tab, width=400) != first


def test_the_oldest_pictures_make_room_for_new_ones(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thumbnails, "MOST_FILES", 3)
    for age in range(5):
        old = tmp_path / f"old-{age}"
        old.write_bytes(b"")
        os.utime(old, (age, age))
    tab = a_menu_tab("予約したい")
    document = studio.fresh(rich_menus.INPUTS) | {"tabs": [tab]}
    Thumbnails(MediaStore(tmp_path / "media"), tmp_path).picture(session, document, tab, width=200)
    left = sorted(file.name for file in tmp_path.iterdir())
    assert len(left) == 3
    assert left[1:] == ["old-3", "old-4"]
