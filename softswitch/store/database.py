"""Opens the database of the record, SQLite or PostgreSQL, and brings its tables up to date.

A new database gets today's tables at once; an older one goes through the migrations (Alembic) that it lacks.
A test holds that both ways end at the same tables.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from softswitch.errors import StoreError
from softswitch.store.tables import metadata

HEAD = "0012"
"""The newest migration in `migrations/versions`."""

PATIENCE_MS = 5000
"""How long a database that another program writes is waited for."""

_VERSION = "alembic_version"


def database_url(text_of_it: str) -> URL:
    """A URL as people write it: `sqlite:///FILE`, `postgresql://user:password@host/name`.

    Raises StoreError: it is none, or for a database that is not served.
    """
    try:
        url = make_url(text_of_it)
    except ArgumentError:
        raise StoreError(f"{text_of_it!r} is no database URL; write postgresql://user@host/name") from None
    if url.drivername in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    if url.drivername != "sqlite":
        raise StoreError(f"{url.drivername!r} is not served; the record lies in sqlite or postgresql")
    return url


def default_url(folder: Path) -> str:
    """Of a record that no configuration puts elsewhere: a file in its folder."""
    return f"sqlite:///{folder / 'record.db'}"


def shown(url: URL) -> str:
    """For people: without the password."""
    return url.set(drivername=url.get_backend_name()).render_as_string(hide_password=True)


def open_database(url: URL) -> Engine:
    """Connections to it; nothing is opened yet."""
    if url.get_backend_name() == "sqlite":
        if url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url, connect_args={"timeout": PATIENCE_MS / 1000})
        event.listen(engine, "connect", _prepare_sqlite)
        return engine
    options = f"-c statement_timeout={PATIENCE_MS * 6} -c lock_timeout={PATIENCE_MS}"
    connecting = {
        "connect_timeout": PATIENCE_MS // 1000,
        "options": options,
        "application_name": "softswitch",
    }
    return create_engine(url, connect_args=connecting, pool_pre_ping=True)


def _prepare_sqlite(connection: object, _record: object) -> None:
    """WAL: whoever reads never waits for who writes. A crash of the machine costs the last moments, which the
    spool still has. What is deleted is overwritten: erased numbers leave nothing in unused parts of the file.
    """
    cursor = connection.cursor()  # type: ignore[attr-defined]
    pragmas = ("journal_mode=WAL", "synchronous=NORMAL", "journal_size_limit=67108864", "secure_delete=ON")
    for pragma in pragmas:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def migrate(engine: Engine) -> None:
    """Make the tables what this version needs. Blocks.

    Raises StoreError: the database is from a later version; SQLAlchemyError: it cannot be reached.
    """
    with engine.connect() as connection:
        if _version(connection) == HEAD:
            return
    with engine.begin() as connection:
        _whole(connection)
        version = _version(connection)
        if version is None:
            metadata.create_all(connection)
            connection.execute(
                text(f"CREATE TABLE {_VERSION} (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
            )
            connection.execute(text(f"INSERT INTO {_VERSION} VALUES ('{HEAD}')"))
            return
        upgrade(connection)


def _whole(connection: Connection) -> None:
    """All that this transaction changes is there in the end, or none of it, tables too."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # the driver begins none for a change of tables


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run the migrations up to a revision on a connection."""
    from alembic import command  # noqa: PLC0415 - it takes half a second, and is seldom needed
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, revision)
    except CommandError as error:
        raise StoreError(f"the database was made by another version of softswitch: {error}") from None


def _version(connection: Connection) -> str | None:
    """The last migration that the database had; None: it is new."""
    if not inspect(connection).has_table(_VERSION):
        return None
    found: str | None = connection.execute(text(f"SELECT version_num FROM {_VERSION}")).scalar()
    return found


def empty_log(engine: Engine) -> bool:
    """Move all of SQLite's write-ahead log into the file, and leave nothing in it; False: somebody reads on.

    Blocks.
    """
    if engine.dialect.name != "sqlite":
        return True
    with engine.connect() as connection:
        busy: int = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
    return not busy


def why(error: Exception) -> str:
    """The first line of what a database says is wrong, without the statement."""
    cause = error.orig if isinstance(error, SQLAlchemyError) and hasattr(error, "orig") else error
    return str(cause or error).strip().splitlines()[0]
