"""The migrations build exactly the tables the models describe, go down to nothing, and come up again."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from lstep_lite import schema
from lstep_lite.db import Base, Database
from tests.conftest import BACKENDS, bare_url


@pytest.fixture(params=BACKENDS)
def empty(request: pytest.FixtureRequest, tmp_path: Path):
    database = Database(bare_url(request, tmp_path, request.param))
    yield database
    database.dispose()


def test_migrations_build_the_schema_of_the_models_and_go_down_and_up_again(empty: Database) -> None:
    with empty.engine.connect() as connection:
        config = schema.alembic_config(connection)
        command.upgrade(config, "head")
        connection.commit()
        command.check(config)
        command.downgrade(config, "base")
        connection.commit()
        assert set(sa.inspect(connection).get_table_names()) <= {"alembic_version"}
        command.upgrade(config, "head")
        connection.commit()
        assert set(Base.metadata.tables) <= set(sa.inspect(connection).get_table_names())


TRIGGERS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": (
        "SELECT tgname, pg_get_triggerdef(oid) || pg_get_functiondef(tgfoid) FROM pg_trigger WHERE NOT tgisinternal"
    ),
}


def test_migrations_make_the_triggers_of_the_models(empty: Database) -> None:
    """Alembic does not compare triggers: a table made anew loses them unless its migration says them again."""

    def triggers(connection: sa.Connection) -> set[tuple[str, str]]:
        rows = connection.execute(sa.text(TRIGGERS[connection.dialect.name]))
        return {(name, " ".join(words.split())) for name, words in rows}

    with empty.engine.connect() as connection:
        config = schema.alembic_config(connection)
        command.upgrade(config, "head")
        connection.commit()
        migrated = triggers(connection)
        command.downgrade(config, "base")
        connection.commit()
        Base.metadata.create_all(connection)
        connection.commit()
        wanted = triggers(connection)
    assert wanted and migrated == wanted, "say the statements of models/reservations/guard.py in the newest migration"


def test_there_is_one_head_and_files_are_numbered_in_order() -> None:
    config = schema.alembic_config(None)  # type: ignore[arg-type]
    scripts = list(ScriptDirectory.from_config(config).walk_revisions("base", "heads"))
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1, "merge the heads: one line of migrations"
    numbers = [Path(script.path).name[:4] for script in reversed(scripts)]
    assert numbers == [f"{n:04}" for n in range(1, len(numbers) + 1)], "name migration files 0001_…, 0002_…, in order"


def test_a_migration_keeps_the_rows_there_are(empty: Database) -> None:
    with empty.engine.connect() as connection:
        config = schema.alembic_config(connection)
        command.upgrade(config, "0001")
        connection.commit()
        for statement in (
            "INSERT INTO friends (id, code, origin, lot_number, display_name, memo, search_text, is_following,"
            " followed_at, is_hidden, is_blocked, created_at)"
            " VALUES (1, 'c', 'added', 7, 'ﾔﾏﾀﾞ 花子', '常連', '', true, '2026-01-01', false, false, '2026-01-01')",
            "INSERT INTO chat_messages (id, friend_id, at, kind, text, detail, line_message_id)"
            " VALUES (1, 1, '2026-02-03', 'text', 'こんにちは', '{}', 'm1')",
        ):
            connection.execute(sa.text(statement))
        connection.commit()
        command.upgrade(config, "head")
        connection.commit()
        row = connection.execute(sa.text("SELECT name_key, memo_key, last_message_at FROM friends")).one()
        assert row[:2] == ("やまだ花子", "常連")
        assert str(row.last_message_at).startswith("2026-02-03")
        assert connection.execute(sa.text("SELECT count(*) FROM chat_messages")).scalar() == 1


def test_scores_of_one_name_get_words_of_their_own(empty: Database) -> None:
    with empty.engine.connect() as connection:
        config = schema.alembic_config(connection)
        command.upgrade(config, "0002")
        for number in (1, 2):
            connection.execute(
                sa.text(
                    "INSERT INTO scores (id, name, recent_days, position, created_at, updated_at)"
                    f" VALUES ({number}, '来店 [A]', 30, {number}, '2026-01-01', '2026-01-01')"
                )
            )
        connection.commit()
        command.upgrade(config, "head")
        connection.commit()
        assert connection.scalars(sa.text("SELECT word FROM scores ORDER BY id")).all() == ["来店A", "来店A2"]


def test_what_went_out_this_month_is_counted_when_the_counting_begins(empty: Database) -> None:
    with empty.engine.connect() as connection:
        config = schema.alembic_config(connection)
        command.upgrade(config, "0003")
        connection.commit()
        now = datetime.now(UTC)
        for statement in (
            "INSERT INTO friends (id, code, origin, lot_number, display_name, memo, search_text, is_following,"
            " followed_at, is_hidden, is_blocked, created_at, name_key, memo_key)"
            " VALUES (1, 'c', 'added', 7, '花子', '', '', true, '2026-01-01', false, false, '2026-01-01', '', '')",
            "INSERT INTO contents (id, digest, blocks, is_personal, created_at)"
            " VALUES (1, 'd', '[]', false, '2026-01-01')",
        ):
            connection.execute(sa.text(statement))
        sent = sa.text(
            "INSERT INTO deliveries (dedupe_key, friend_id, content_id, lane, source, source_label, due_at,"
            " missed_after, state, first_part, part_count, content_from, is_alone, is_counted, created_at, finished_at)"
            " VALUES (:key, 1, 1, 'chat', 'chat', '', :at, :at, 'sent', 0, 0, 0, false, :counted, :at, :at)"
        ).bindparams(sa.bindparam("at", type_=sa.DateTime(timezone=True)))
        for key, counted, at in (("1", True, now), ("2", False, now), ("3", True, now - timedelta(days=32))):
            connection.execute(sent, {"key": key, "counted": counted, "at": at})
        connection.commit()
        command.upgrade(config, "head")
        connection.commit()
        counts = connection.execute(sa.text("SELECT source, is_counted, count FROM message_counts ORDER BY is_counted"))
        assert [tuple(row) for row in counts] == [("chat", False, 1), ("chat", True, 1)]
