"""The databases themselves refuse a place beyond a pool's capacity, whatever the program does.

The statements run after the table is made, and stand in the migration too.
"""

from typing import Any

from sqlalchemy import Connection, Table, event, text

from lstep_lite.models.reservations.bookings import Occupancy

STATEMENTS = {
    "sqlite": (
        """
        CREATE TRIGGER occupancies_capacity_insert BEFORE INSERT ON occupancies
        WHEN NEW.is_forced = 0 AND NEW.ord >= (SELECT capacity FROM pools WHERE id = NEW.pool_id)
        BEGIN SELECT RAISE(ABORT, 'occupancies: over capacity'); END
        """,
        """
        CREATE TRIGGER occupancies_capacity_update BEFORE UPDATE ON occupancies
        WHEN NEW.is_forced = 0 AND NEW.ord >= (SELECT capacity FROM pools WHERE id = NEW.pool_id)
        BEGIN SELECT RAISE(ABORT, 'occupancies: over capacity'); END
        """,
    ),
    "postgresql": (
        """
        CREATE OR REPLACE FUNCTION occupancies_capacity() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NOT NEW.is_forced AND NEW.ord >= (SELECT capacity FROM pools WHERE id = NEW.pool_id) THEN
                RAISE EXCEPTION 'occupancies: over capacity' USING ERRCODE = '23514';
            END IF;
            RETURN NEW;
        END $$
        """,
        """
        CREATE TRIGGER occupancies_capacity BEFORE INSERT OR UPDATE ON occupancies
        FOR EACH ROW EXECUTE FUNCTION occupancies_capacity()
        """,
    ),
}


@event.listens_for(Occupancy.__table__, "after_create")
def install(table: Table, connection: Connection, **_: Any) -> None:
    for statement in STATEMENTS[connection.dialect.name]:
        connection.execute(text(statement))
