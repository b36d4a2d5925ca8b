"""How a database goes about what we ask it: the plans of the very statements that were sent."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import event
from sqlmodel import Session

from moralbank.db import Database


def plans(database: Database, act: Callable[[Session], object]) -> list[str]:
    """The plan of each statement that `act` sends, in order.

    PostgreSQL is kept from reading whole tables: those of tests are so short that it would.
    """
    sent: list[tuple[str, Any]] = []

    def remember(*given: Any) -> None:
        values = given[3]
        sent.append((given[2], tuple(values) if isinstance(values, list) else values))

    with database.reading() as session:
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", remember)
        act(session)
        event.remove(connection, "before_cursor_execute", remember)
        if not database.is_sqlite:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
        found = [connection.exec_driver_sql(f"{explain} {sql}", values) for sql, values in sent]
        return ["\n".join(str(row[-1]) for row in rows) for rows in found]
