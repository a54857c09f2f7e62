"""The revisions of the tables. Alembic runs them by path."""
