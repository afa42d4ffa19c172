"""Folders of the lists that have them."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lstep_lite.engine.text import storable
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import Folder

LONGEST_NAME = 50


def of_feature(session: Session, feature: str) -> Sequence[Folder]:
    """The folders of one feature's list, in their order."""
    return session.scalars(select(Folder).where(Folder.feature == feature).order_by(Folder.position, Folder.id)).all()


def get(session: Session, feature: str, folder_id: int) -> Folder:
    folder = session.get(Folder, folder_id)
    if folder is None or folder.feature != feature:
        raise NotFound("このフォルダは見つかりませんでした。削除された可能性があります。")
    return folder


def create(session: Session, feature: str, *, name: str) -> Folder:
    last = session.scalar(select(func.max(Folder.position)).where(Folder.feature == feature)) or 0
    folder = Folder(feature=feature, name=_checked(name), position=last + 1)
    session.add(folder)
    session.flush()  # the caller links to its id
    return folder


def rename(session: Session, folder: Folder, *, name: str) -> None:
    folder.name = _checked(name)


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


def _checked(name: str) -> str:
    name = storable(name).strip()
    if not name:
        raise DomainError("フォルダの名前を入力してください。", "name")
    if len(name) > LONGEST_NAME:
        raise DomainError(f"フォルダの名前は{LONGEST_NAME}文字以内で入力してください。", "name")
    return name
