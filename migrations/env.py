"""Alembic's entry: migrates the database the settings name, or the connection it is handed."""

from typing import Any, Literal

from alembic import context
from sqlalchemy.engine import Connection

import lstep_lite.models  # noqa: F401 - fills the metadata
from lstep_lite import config
from lstep_lite.db import Base, Database, PlainText, Thousandths, UTCDateTime


def run() -> None:
    connection: Connection | None = context.config.attributes.get("connection")
    if connection is not None:
        _migrate(connection)
        return
    database = Database(config.load().database_url)
    with database.engine.connect() as opened:
        _migrate(opened)
        opened.commit()
    database.dispose()


def _migrate(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        _upgrade(connection)
        return
    # SQLite changes a table by building it anew: with foreign keys on, dropping the old one would delete all rows that
    # refer to it. The switch works outside transactions only.
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        _upgrade(connection)
        if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all():
            raise RuntimeError(f"the migration left rows that refer to nothing: {broken[:5]}")
        connection.commit()
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _upgrade(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=_render_item,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def _render_item(kind: str, item: Any, _: object) -> str | Literal[False]:
    """A migration names plain column types only: it must still run after our own have changed."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, PlainText):
        return "sa.Text()"
    if kind == "type" and isinstance(item, Thousandths):
        return "sa.BigInteger()"
    return False


run()
