"""Alembic's environment: `trustsurvey db upgrade` hands over the connection."""

from alembic import context

from trustsurvey.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=connection.dialect.name == "sqlite")
with context.begin_transaction():
    context.run_migrations()
