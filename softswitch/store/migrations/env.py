"""How Alembic runs the migrations: on the connection that it is given, and in its transaction."""

from __future__ import annotations

from alembic import context

from softswitch.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
