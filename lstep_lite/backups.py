"""The whole installation in one file, and back. A restored installation starts with sending paused."""

import shutil
import sqlite3
import tarfile
import tempfile
from contextlib import suppress
from pathlib import Path

from sqlalchemy.engine import make_url

from lstep_lite import schema
from lstep_lite.clock import Clock
from lstep_lite.config import Settings
from lstep_lite.db import Database
from lstep_lite.engine.media.storage import UNFINISHED
from lstep_lite.engine.settings import channel
from lstep_lite.errors import DomainError

DATABASE_NAME = "lstep.db"
KEPT_FILES = ("secret.key", "encryption.key", "mode", "emulator.json", "emulator.db", "clock.json")
RESTORED_REASON = (
    "バックアップから戻したため、送信を止めています。このバックアップのあとに送ったメッセージをもう一度送らないよう、"
    "「配信予定・送信ログ」を確かめてから再開してください。"
)


def save(settings: Settings, target: Path) -> None:
    """Write database, media and keys to *target* (.tar.gz, mode 0600). The application may go on running.

    Raises DomainError for PostgreSQL, whose own tool (pg_dump) belongs to its server.
    """
    source = _sqlite_path(settings)
    with tempfile.TemporaryDirectory(dir=settings.data_dir) as folder:
        copy = Path(folder) / DATABASE_NAME
        with sqlite3.connect(source) as connection:
            connection.execute("VACUUM INTO ?", (str(copy),))
        connection.close()
        draft = target.with_name(target.name + ".tmp")
        draft.touch(mode=0o600)
        with tarfile.open(draft, "w:gz") as archive:
            archive.add(copy, DATABASE_NAME)
            for path in (settings.data_dir / name for name in KEPT_FILES):
                if path.exists():
                    archive.add(path, path.name)
            _add_media(archive, settings.media_dir)
        draft.replace(target)


def _add_media(archive: tarfile.TarFile, folder: Path) -> None:
    """File by file: uploads and deletions go on meanwhile, and what is gone by now is not missed."""
    for file in folder.rglob("*"):
        if file.suffix != UNFINISHED:
            with suppress(FileNotFoundError):
                archive.add(file, file.relative_to(folder.parent), recursive=False)


def restore(settings: Settings, source: Path) -> None:
    """Unpack *source* into the data directory, which must hold no database yet, and pause sending."""
    database_path = _sqlite_path(settings)
    if database_path.exists():
        raise DomainError(
            f"{database_path} がもうあります。上書きを防ぐため中止しました。空の DATA_DIR を指定してください。"
        )
    with tempfile.TemporaryDirectory(dir=settings.data_dir) as folder:
        with tarfile.open(source, "r:gz") as archive:
            if DATABASE_NAME not in archive.getnames():
                raise DomainError(f"{source} は lstep_lite のバックアップではありません。")
            _unpack(archive, Path(folder))
        _check_mode(Path(folder) / "mode", settings)
        for path in Path(folder).iterdir():
            if path.name != DATABASE_NAME:
                _put_in_place(path, settings.data_dir / path.name)
        # The database comes last: until it is there, restoring may simply be run again.
        shutil.move(Path(folder) / DATABASE_NAME, database_path)
    schema.migrate(settings)
    _pause(settings)


def _sqlite_path(settings: Settings) -> Path:
    url = make_url(settings.database_url)
    if url.get_backend_name() != "sqlite" or url.database is None:
        raise DomainError(
            "PostgreSQL のデータは pg_dump と pg_restore で、写真と鍵は DATA_DIR をそのままコピーして保存してください"
            "（docs/self-hosting.md）。"
        )
    return Path(url.database)


def _unpack(archive: tarfile.TarFile, folder: Path) -> None:
    """Plain files and folders only, and none outside *folder*."""
    for member in archive:
        target = (folder / member.name).resolve()
        if not (member.isfile() or member.isdir()) or not target.is_relative_to(folder.resolve()):
            raise DomainError(
                "バックアップのファイルがこわれているか、書きかえられています。別のバックアップをお使いください。"
            )
        _write(archive, member, target)


def _write(archive: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    content = archive.extractfile(member)
    if content is None:
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with content, target.open("wb") as file:
        shutil.copyfileobj(content, file)
    target.chmod(0o600)


def _check_mode(kept: Path, settings: Settings) -> None:
    mode = kept.read_text().strip()
    if mode != settings.mode:
        raise DomainError(f"このバックアップは {mode} 用です。いまの LSTEP_MODE は {settings.mode} なので戻せません。")


def _put_in_place(path: Path, target: Path) -> None:
    if target.is_dir():
        shutil.rmtree(target)
    shutil.move(path, target)


def _pause(settings: Settings) -> None:
    database = Database(settings.database_url)
    with database.unit(durable=True) as session:
        connected = channel(session)
        if connected:
            connected.paused_at = Clock(settings.data_dir, movable=settings.is_demo).now()
            connected.pause_reason = RESTORED_REASON
    database.dispose()
