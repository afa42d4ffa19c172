"""Everything a process needs, built once from its settings: web, worker and commands share this shape."""

from dataclasses import dataclass

from lstep_lite.clock import Clock
from lstep_lite.config import Settings
from lstep_lite.db import Database
from lstep_lite.engine import registry  # noqa: F401 - every feature registers what it adds
from lstep_lite.engine.intake import Recorder, Signatures
from lstep_lite.engine.line import Account
from lstep_lite.engine.media import MediaStore
from lstep_lite.engine.reservations.calendars.google import Google
from lstep_lite.engine.secrets import Vault


@dataclass(frozen=True)
class Runtime:
    settings: Settings
    database: Database
    clock: Clock
    vault: Vault
    media: MediaStore
    account: Account
    signatures: Signatures
    recorder: Recorder
    google: Google


def build(settings: Settings, database: Database | None = None, clock: Clock | None = None) -> Runtime:
    """*database* and *clock* let tests bring their own connection and time."""
    database = database or Database(settings.database_url, sqlite_synchronous=settings.sqlite_synchronous)
    clock = clock or Clock(settings.data_dir, movable=settings.is_demo)
    vault = Vault(settings.encryption_keys)
    signatures = Signatures(database, vault)
    return Runtime(
        settings=settings,
        database=database,
        clock=clock,
        vault=vault,
        signatures=signatures,
        recorder=Recorder(database, signatures),
        media=MediaStore(settings.media_dir),
        account=Account(
            database,
            vault,
            clock.now,
            api_url=settings.line_api_url,
            login_url=settings.line_login_url,
            timeout_seconds=settings.line_timeout_seconds,
        ),
        google=Google(
            login_url=settings.google_login_url,
            token_url=settings.google_token_url,
            api_url=settings.google_api_url,
            timeout_seconds=settings.line_timeout_seconds,
        ),
    )
