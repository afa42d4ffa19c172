"""Folders and order of the lists that have them.

A feature puts its list on a shelf, `folders.shelf("tags", Tag, Permission.AUTOMATION_EDIT)`; its model has `position`
if staff put the rows in order, and `folder_id` if the list has folders. Making, naming, filling and ordering folders is
then done for it here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.staff import Permission
from lstep_lite.engine.text import checked_name
from lstep_lite.errors import NotFound
from lstep_lite.models import Folder

LONGEST_NAME = 50


@dataclass(frozen=True)
class Shelf:
    """One feature's list: whoever has *permission* may arrange it."""

    feature: str
    model: type[Any]
    permission: Permission
    only: sa.ColumnElement[bool]
    """Which rows of the model are on the list."""


@dataclass(frozen=True)
class Overview:
    """What stands beside a list: its folders, how many rows are in each, and the folder that is open."""

    feature: str
    folders: Sequence[Folder]
    counts: Mapping[int | None, int]
    folder_id: int | None

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def current(self) -> Folder | None:
        return next((folder for folder in self.folders if folder.id == self.folder_id), None)


_shelves: dict[str, Shelf] = {}


def shelf(
    feature: str, model: type[Any], permission: Permission, *, only: sa.ColumnElement[bool] | None = None
) -> None:
    """Let the list of *feature* be arranged: its rows are those of *model*, or some of them."""
    _shelves[feature] = Shelf(feature, model, permission, sa.true() if only is None else only)


def shelf_of(feature: str) -> Shelf:
    """Raises NotFound for a list that can't be arranged."""
    if feature not in _shelves:
        raise NotFound
    return _shelves[feature]


# Folders -------------------------------------------------------------------------------------------------------------


def of_feature(session: Session, feature: str) -> Sequence[Folder]:
    """The folders of one feature's list, in their order."""
    query = sa.select(Folder).where(Folder.feature == feature).order_by(Folder.position, Folder.id)
    return session.scalars(query).all()


def overview(session: Session, feature: str, folder_id: int | None = None) -> Overview:
    """The folders with their counts. An open folder that is gone counts as none."""
    found, own = of_feature(session, feature), shelf_of(feature)
    rows = session.execute(
        sa.select(own.model.folder_id, sa.func.count()).where(own.only).group_by(own.model.folder_id)
    )
    is_there = folder_id in {folder.id for folder in found}
    return Overview(feature, found, dict(rows.all()), folder_id if is_there else None)


def get(session: Session, feature: str, folder_id: int) -> Folder:
    folder = session.get(Folder, folder_id)
    if folder is None or folder.feature != feature:
        raise NotFound("このフォルダは見つかりませんでした。削除された可能性があります。")
    return folder


def checked(session: Session, feature: str, folder_id: int | None) -> int | None:
    """*folder_id* if it is a folder of this list, or none. Raises NotFound."""
    return None if folder_id is None else get(session, feature, folder_id).id


def create(session: Session, feature: str, *, name: str) -> Folder:
    last = session.scalar(sa.select(sa.func.max(Folder.position)).where(Folder.feature == feature)) or 0
    folder = Folder(feature=feature, name=checked_name(name, LONGEST_NAME, "フォルダの名前"), position=last + 1)
    session.add(folder)
    session.flush()  # the caller links to its id
    return folder


def rename(session: Session, folder: Folder, *, name: str) -> None:
    folder.name = checked_name(name, LONGEST_NAME, "フォルダの名前")


def reorder(session: Session, feature: str, folder_ids: Sequence[int]) -> None:
    """Put the folders into the order of *folder_ids*; those it does not name keep their place after them."""
    wanted = {folder_id: place for place, folder_id in enumerate(folder_ids)}
    rows = sorted(of_feature(session, feature), key=lambda folder: wanted.get(folder.id, len(wanted)))
    for position, folder in enumerate(rows, 1):
        folder.position = position


def delete(session: Session, folder: Folder) -> None:
    """Remove the folder; what was in it stays, without a folder."""
    session.delete(folder)
    session.flush()  # the database takes the folder out of its rows
    session.expire_all()


# Rows ----------------------------------------------------------------------------------------------------------------


def next_position(session: Session, feature: str) -> int:
    """The place at the end of the list, for a new row."""
    return (session.scalar(sa.select(sa.func.max(shelf_of(feature).model.position))) or 0) + 1


def move_row(session: Session, feature: str, row_id: int, *, folder_id: int | None) -> None:
    """Put a row into a folder, or into none."""
    own = shelf_of(feature)
    row = session.scalar(sa.select(own.model).where(own.model.id == row_id, own.only))
    if row is None:
        raise NotFound
    row.folder_id = checked(session, feature, folder_id)


def step_row(session: Session, feature: str, row_id: int, *, by: int, folder_id: int | None = None) -> None:
    """One step up (-1) or down (1) in the list, or in the open folder; at either end nothing changes."""
    model = _ordered(feature)
    query = sa.select(model.id).order_by(model.position, model.id)
    shown = list(session.scalars(query.where(model.folder_id == folder_id) if folder_id else query))
    if row_id not in shown:
        raise NotFound
    place = shown.index(row_id)
    other = min(max(place + by, 0), len(shown) - 1)
    shown[place], shown[other] = shown[other], shown[place]
    reorder_rows(session, feature, shown)


def reorder_rows(session: Session, feature: str, row_ids: Sequence[int]) -> None:
    """Put the named rows into this order, in the places they hold now; all others stay where they are."""
    model = _ordered(feature)
    query = sa.select(model.id, model.position).order_by(model.position, model.id)
    positions: dict[int, int] = dict(session.execute(query).all())
    wanted = iter([row_id for row_id in dict.fromkeys(row_ids) if row_id in positions])
    named = set(row_ids)
    order = [next(wanted) if row_id in named else row_id for row_id in positions]
    changes = [{"id": key, "position": place} for place, key in enumerate(order, 1) if positions[key] != place]
    if changes:
        session.execute(sa.update(model), changes)


def _ordered(feature: str) -> type[Any]:
    """The model of a list that staff put in order. Raises NotFound for one that has an order of its own."""
    model = shelf_of(feature).model
    if not hasattr(model, "position"):
        raise NotFound
    return model
