"""The emulated platform and an account connected to it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from lstep_lite.db import Database
from lstep_lite.emulator import Emulator, EmulatorConfig, start
from lstep_lite.engine.line import Account
from lstep_lite.engine.secrets import Vault
from lstep_lite.models import Channel
from tests.emulator.conftest import PUBLIC_URL, Control

VAULT = Vault([Fernet.generate_key().decode()])
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    running = start(EmulatorConfig.load(tmp_path, app_url=NOWHERE, public_url=PUBLIC_URL, port=0))
    yield running
    running.stop()


@pytest.fixture
def control(emulator: Emulator) -> Control:
    return Control(emulator)


@pytest.fixture
def account(database: Database, emulator: Emulator) -> Account:
    return connected(database, emulator)


def connected(database: Database, emulator: Emulator, **over: str) -> Account:
    config = emulator.config
    values = {"messaging_secret": config.channel_secret, "login_secret": config.login_channel_secret}
    sealed = {name: VAULT.seal(secret) for name, secret in (values | over).items()}
    with database.unit() as session:
        session.add(
            Channel(id=1, messaging_channel_id=config.channel_id, login_channel_id=config.login_channel_id, **sealed)
        )
    return an_account(database, emulator)


def an_account(database: Database, emulator: Emulator, now: Callable[[], datetime] | None = None) -> Account:
    return Account(database, VAULT, now or emulator.clock.now, api_url=emulator.api_url, timeout_seconds=5)
