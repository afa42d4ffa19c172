"""How many statements something costs."""

from sqlalchemy import event
from sqlalchemy.orm import Session


def statements_of(session: Session) -> list[str]:
    """A list that grows with every statement the test's connection runs from now on, savepoints left out."""
    statements: list[str] = []

    def note(connection, cursor, statement, parameters, context, many) -> None:  # type: ignore[no-untyped-def]
        if "SAVEPOINT" not in statement:
            statements.append(statement)

    event.listen(session.get_bind(), "before_cursor_execute", note)
    return statements
