"""What Alembic runs: the revisions, on the connection and in the transaction it is handed."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from alembic import context

if TYPE_CHECKING:
    from sqlalchemy import Connection


def _run() -> None:
    connection = cast("Connection", context.config.attributes["connection"])
    # SQLite can roll tables back as well, which Alembic does not take for granted.
    context.configure(connection=connection, transactional_ddl=True)
    context.run_migrations()


if __name__ == "env_py":  # Alembic's name for this file: it runs it by its path
    _run()
