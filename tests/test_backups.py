"""The whole shop in one file, and back."""

import io
import tarfile
from pathlib import Path

import pytest

from lstep_lite import backups, config, schema
from lstep_lite.config import Settings
from lstep_lite.db import Database
from lstep_lite.errors import DomainError
from lstep_lite.models import Channel, Friend
from tests.factories import a_friend


@pytest.fixture
def shop(tmp_path: Path) -> Settings:
    """A shop with a friend, a photo and a connection to LINE."""
    settings = _settings(tmp_path / "shop")
    schema.migrate(settings)
    database = Database(settings.database_url)
    with database.unit() as session:
        a_friend(session, display_name="山田 花子")
        session.add(
            Channel(id=1, messaging_channel_id="1", messaging_secret="s", login_channel_id="2", login_secret="s")
        )
    database.dispose()
    (settings.media_dir / "ab").mkdir(parents=True)
    (settings.media_dir / "ab" / "photo").write_bytes(b"picture")
    (settings.media_dir / "ab" / "photo.1234.part").write_bytes(b"half an upload")
    return settings


def _settings(data_dir: Path, mode: str = "demo") -> Settings:
    return config.load({"LSTEP_MODE": mode, "DATA_DIR": str(data_dir), "PUBLIC_URL": "https://shop.example"})


def test_a_backup_restores_everything_and_starts_with_sending_paused(shop: Settings, tmp_path: Path) -> None:
    backups.save(shop, tmp_path / "backup.tar.gz")
    assert (tmp_path / "backup.tar.gz").stat().st_mode & 0o077 == 0, "it holds keys: nobody else may read it"
    elsewhere = _settings(tmp_path / "elsewhere")
    backups.restore(elsewhere, tmp_path / "backup.tar.gz")

    database = Database(elsewhere.database_url)
    with database.read() as session:
        assert session.query(Friend).one().display_name == "山田 花子"
        channel = session.get_one(Channel, 1)
        assert channel.paused_at is not None and "バックアップから戻した" in (channel.pause_reason or "")
    database.dispose()
    assert [file.name for file in (elsewhere.media_dir / "ab").iterdir()] == ["photo"], "unfinished files stay behind"
    assert (elsewhere.media_dir / "ab" / "photo").read_bytes() == b"picture"
    assert _settings(tmp_path / "elsewhere").encryption_keys == shop.encryption_keys, "its secrets can be opened"


def test_nothing_is_overwritten(shop: Settings, tmp_path: Path) -> None:
    backups.save(shop, tmp_path / "backup.tar.gz")
    with pytest.raises(DomainError, match="上書きを防ぐ"):
        backups.restore(shop, tmp_path / "backup.tar.gz")


def test_a_demo_never_becomes_a_live_shop(shop: Settings, tmp_path: Path) -> None:
    backups.save(shop, tmp_path / "backup.tar.gz")
    live = _settings(tmp_path / "live", mode="live")
    with pytest.raises(DomainError, match="demo 用"):
        backups.restore(live, tmp_path / "backup.tar.gz")
    assert not (live.data_dir / "lstep.db").exists()


@pytest.mark.parametrize("name", ["../outside", "/etc/outside", "link"])
def test_a_forged_backup_writes_nothing_outside(shop: Settings, tmp_path: Path, name: str) -> None:
    forged = tmp_path / "forged.tar.gz"
    with tarfile.open(forged, "w:gz") as archive:
        for member in ("lstep.db", "mode", name):
            info = tarfile.TarInfo(member)
            info.size = 4
            if member == "link":
                info.type, info.linkname, info.size = tarfile.SYMTYPE, "/etc/passwd", 0
            archive.addfile(info, io.BytesIO(b"demo"))
    target = _settings(tmp_path / "target")
    with pytest.raises(DomainError, match="こわれているか"):
        backups.restore(target, forged)
    assert not (tmp_path / "outside").exists() and not (target.data_dir / "lstep.db").exists()
