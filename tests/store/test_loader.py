"""The record on its way into the database: whole, once, and late at worst."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import structlog
from sqlalchemy import Engine, Table, delete, insert, inspect, select, text, update

from softswitch.errors import StoreError
from softswitch.ports import Recorded
from softswitch.store import database, loader, projections, rebuilding
from softswitch.store.call_record import CallRecord
from softswitch.store.calls import rebuild
from softswitch.store.database import database_url, migrate, open_database
from softswitch.store.encoding import encode
from softswitch.store.forgetting import forget
from softswitch.store.lines import LineFile
from softswitch.store.loader import Loader, set_note
from softswitch.store.rows import add
from softswitch.store.spool import Spool, files
from softswitch.store.tables import calls, events, metadata, recordings, stints, talks, visits
from softswitch.types import CallId
from tests.store.postgres import Postgres
from tests.store.sample import story

pytestmark = pytest.mark.may_block


@pytest.fixture
def lines(tmp_path: Path) -> Iterator[LineFile]:
    file = LineFile(tmp_path / "events.jsonl")
    file.open()
    yield file
    file.close()


@contextmanager
def loading(lines: LineFile, url: str, identity: str = "here") -> Iterator[Loader]:
    one = Loader(lines, identity, open_database(database_url(url)))
    yield one
    one.close()


def written(spool: Spool) -> None:
    """Wait until its thread has written everything."""
    deadline = time.monotonic() + 10.0
    while spool.health().waiting and time.monotonic() < deadline:
        time.sleep(0.002)


def write(lines: LineFile, some: list[Recorded]) -> None:
    lines.append(b"".join(map(encode, some)))


def stored(url: str) -> tuple[list[Recorded], list[CallRecord]]:
    engine = open_database(database_url(url))
    with engine.connect() as connection:
        found = list(loader.read(connection))
        rows = connection.execute(select(calls.c.record).order_by(calls.c.seq)).scalars()
        records = [CallRecord.from_json(json.loads(row)) for row in rows]
    engine.dispose()
    return found, records


def test_events_and_calls_are_in_the_database_as_they_happened(lines: LineFile, url: str) -> None:
    write(lines, story())
    with loading(lines, url) as one:
        assert one.step()
        assert one.state.last == len(story())
    assert stored(url) == (story(), list(rebuild(story())))


@pytest.mark.parametrize("cut", range(1, len(story())))
def test_whenever_it_is_cut_off_nothing_is_missing_or_there_twice(tmp_path: Path, cut: int) -> None:
    url = f"sqlite:///{tmp_path / 'record.db'}"
    file = LineFile(tmp_path / "events.jsonl")
    file.open()
    write(file, story()[:cut])
    with loading(file, url) as first:
        first.step()
    write(file, story()[cut:])
    with loading(file, url) as second:
        second.step()
    file.close()
    assert stored(url) == (story(), list(rebuild(story())))


@pytest.mark.parametrize("cut", range(1, len(story()), 3))
def test_visits_talks_and_times_of_agents_are_the_same_whenever_it_is_cut_off(
    tmp_path: Path, cut: int
) -> None:
    url = f"sqlite:///{tmp_path / 'record.db'}"
    told = [
        *story(),
        Recorded(24, 1_700_000_040.0, "SwitchStarting", None, {}),
        Recorded(25, 1_700_000_041.0, "SwitchStarted", None, {"agents": ["ann", "ben"]}),
        Recorded(26, 1_700_000_050.0, "AgentPaused", None, {"agent": "ann"}),
        Recorded(27, 1_700_000_055.0, "AgentResumed", None, {"agent": "ann"}),
        Recorded(28, 1_700_000_090.0, "SwitchStarting", None, {}),
    ]
    file = LineFile(tmp_path / "events.jsonl")
    file.open()
    for part in (told[:cut], told[cut:-2], told[-2:]):
        write(file, part)
        with loading(file, url) as one:
            assert one.step()
    file.close()
    engine = open_database(database_url(url))
    with engine.begin() as connection:
        before = [sorted(connection.execute(select(table)).all()) for table in projections.TABLES]
    rebuilding.rebuild(engine)
    with engine.begin() as connection:
        assert [sorted(connection.execute(select(table)).all()) for table in projections.TABLES] == before
        found = connection.execute(select(visits.c.call, visits.c.outcome, visits.c.waited, visits.c.held))
        assert sorted(found.all()) == [("alice", "answered", 7.0, 2.0), ("bob", "abandoned", 10.0, 0.0)]
        assert connection.execute(select(talks.c.agent, talks.c.talk)).all() == [("ben", 10.0)]
        times = connection.execute(select(stints.c.agent, stints.c.state, stints.c.end - stints.c.start))
        assert sorted(times.all()) == [
            ("ann", "online", 14.0),
            ("ann", "paused", 5.0),
            ("ben", "online", 14.0),
        ]
    engine.dispose()


def test_a_batch_that_failed_half_way_is_loaded_again(
    lines: LineFile, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader, "BATCH", 7)
    write(lines, story())
    with loading(lines, url) as one:
        real, times = projections.write_calls, iter([False, False, True])

        def fails(connection: object, records: object) -> None:
            if next(times, False):
                raise OSError(28, "No space left on device")
            real(connection, records)  # type: ignore[arg-type]

        monkeypatch.setattr(projections, "write_calls", fails)
        with structlog.testing.capture_logs() as logs:
            assert not one.step()
            assert one.state == loader.Loaded(14, "[Errno 28] No space left on device")
            assert one.step()
    assert [line["event"] for line in logs] == ["DatabaseFailing", "DatabaseWorking"]
    assert stored(url) == (story(), list(rebuild(story())))


@pytest.mark.parametrize("ahead", [0, 3, 23])
def test_files_of_the_past_are_loaded_in_order_and_deleted(tmp_path: Path, ahead: int) -> None:
    """`ahead`: events that are in the database before the rest comes."""
    url = f"sqlite:///{tmp_path / 'record.db'}"
    spool = Spool(tmp_path, turn=300)
    for event in story()[:ahead]:
        spool.append(event)
    written(spool)
    with loading(spool.lines, url) as one:
        one.step()
        for event in story()[ahead:]:
            spool.append(event)
            written(spool)
            if ahead == 3:
                one.step()
        one.step()
    spool.close()
    assert stored(url) == (story(), list(rebuild(story())))
    assert len(files(tmp_path)) <= 2, "the last one may have begun with the last event"
    with loading(spool.lines, url) as one:
        one.step()
    assert stored(url)[0] == story()


def test_odd_text_is_kept_as_far_as_the_database_can(lines: LineFile, url: str) -> None:
    data = {"number": "\0", "name": "J\udcf3zef\0 Łukasz", "dialled": "\udcff"}
    write(lines, [Recorded(1, 1.0, "CallArrived", CallId("c"), data)])
    write(lines, [Recorded(2, 2.0, "CallEnded", CallId("c"), {"status": 200})])
    with loading(lines, url) as one:
        assert one.step()
    assert stored(url)[0][0].data == data


def test_garbage_between_the_lines_is_passed_over(lines: LineFile, url: str) -> None:
    write(lines, story()[:5])
    lines.append(b'\0\0\nno json\n[1]\n{"seq":99}\n')
    write(lines, story()[5:])
    with loading(lines, url) as one:
        assert one.step()
    assert stored(url)[0] == story()


def test_another_switchs_database_is_left_alone(lines: LineFile, url: str) -> None:
    write(lines, story())
    with loading(lines, url) as one:
        one.step()
    with loading(lines, url, "elsewhere") as other:
        assert not other.step()
        problem = other.state.problem
    assert problem is not None
    assert "another data folder (here)" in problem
    assert len(stored(url)[0]) == len(story())


def test_a_database_that_is_stopped_is_late_and_nothing_else(lines: LineFile, postgres: Postgres) -> None:
    engine = open_database(database_url(postgres.url))
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    with loading(lines, postgres.url) as one:
        write(lines, story()[:10])
        assert one.step()
        postgres.stop()
        try:
            write(lines, story()[10:])
            with structlog.testing.capture_logs() as logs:
                assert not one.step()
                assert not one.step()
            assert [line["event"] for line in logs] == ["DatabaseFailing"], "once a minute"
            assert "Łukasz" not in str(logs)
            assert one.state.last == 10
        finally:
            postgres.start()
        assert one.step()
    assert stored(postgres.url)[0] == story()


def _shape(engine: Engine) -> object:
    found = inspect(engine)
    return {
        name: (
            [(column["name"], str(column["type"]), column["nullable"]) for column in found.get_columns(name)],
            found.get_pk_constraint(name)["constrained_columns"],
            sorted((str(index["name"]), tuple(index["column_names"])) for index in found.get_indexes(name)),
        )
        for name in metadata.tables
    }


def test_a_new_database_is_what_the_migrations_make(url: str, tmp_path: Path) -> None:
    engine = open_database(database_url(url))
    migrate(engine)
    at_once = _shape(engine)
    with engine.begin() as connection:
        metadata.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))
        database.upgrade(connection)
    assert _shape(engine) == at_once
    migrate(engine)
    engine.dispose()


VERSIONS = sorted(file.name[1:5] for file in Path(database.__file__).parent.glob("migrations/versions/v*.py"))


@pytest.mark.parametrize("revision", VERSIONS[:-1])
def test_a_database_of_each_earlier_version_goes_on_with_what_is_in_it(
    lines: LineFile, tmp_path: Path, revision: str
) -> None:
    half = story()[:15]  # both calls are in progress
    rows = [(one.seq, one.at, one.kind, one.call, json.dumps(one.data), one.version) for one in half]
    engine = open_database(database_url(f"sqlite:///{tmp_path / 'old.db'}"))
    with engine.begin() as connection:
        database.upgrade(connection, revision)
        add(connection, events, rows)
        set_note(connection, loader.IDENTITY, "here")
        set_note(connection, loader.FOLD_FROM, "2")
    write(lines, story())
    made = []
    for name in ("old.db", "new.db"):
        with loading(lines, f"sqlite:///{tmp_path / name}") as one:
            assert one.step()
        found = open_database(database_url(f"sqlite:///{tmp_path / name}"))
        with found.begin() as connection:
            before = connection.execute(select(calls.c.record)).scalars().all()
        rebuilding.rebuild(found)
        with found.begin() as connection:
            tables = [connection.execute(select(table)).all() for table in projections.TABLES]
            made.append((before, tables))
        found.dispose()
    engine.dispose()
    assert made[0] == made[1]
    assert len(made[0][0]) == 2


def test_a_database_of_a_later_version_is_refused(url: str) -> None:
    engine = open_database(database_url(url))
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="another version of softswitch"):
        migrate(engine)
    engine.dispose()


def test_a_url_that_is_none_says_what_one_looks_like() -> None:
    with pytest.raises(StoreError, match="postgresql://"):
        database_url("over there")
    with pytest.raises(StoreError, match="'mysql' is not served"):
        database_url("mysql://x")
    assert "secret" not in database.shown(database_url("postgresql://u:secret@h/d"))


def test_while_there_are_many_lines_gather_for_longer(lines: LineFile, url: str) -> None:
    with loading(lines, url) as one:
        assert (one.step(), one.pause) == (True, loader.PAUSE)
        write(lines, [Recorded(seq, float(seq), "Odd", None, {}) for seq in range(1, loader.MANY + 1)])
        assert (one.step(), one.pause) == (True, loader.LOADED)
        assert (one.step(), one.pause) == (True, loader.PAUSE)


def test_events_are_never_changed_by_being_there_twice(lines: LineFile, url: str) -> None:
    write(lines, story())
    for _ in range(3):
        with loading(lines, url) as one:
            assert one.step()
    engine = open_database(database_url(url))
    with engine.connect() as connection:
        assert len(connection.execute(select(events.c.seq)).all()) == len(story())
    engine.dispose()


CALL = CallId("c9")
TAPE = "2026/11/25/093012417-sales-c9.wav"
BEGUN = [
    Recorded(1, 1_700_000_000.0, "CallArrived", CALL, {"number": "100"}),
    Recorded(2, 1_700_000_001.0, "RecordingStarted", CALL, {"file": TAPE, "agent": "ann"}),
    Recorded(3, 1_700_000_002.0, "CallEnded", CALL, {"status": 200}),
]
GONE = Recorded(4, 1_700_000_003.0, "RecordingsDeleted", None, {"files": [TAPE], "count": 1})


def test_what_happens_while_the_record_is_made_anew_is_loaded_meanwhile_and_stays(
    lines: LineFile, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(lines, BEGUN)
    engine = open_database(database_url(url))
    with loading(lines, url) as one:
        assert one.step()
        with engine.begin() as connection:
            connection.execute(delete(calls))
            connection.execute(update(recordings).values(queue="nonsense"))
            connection.execute(insert(visits).values(seq=99, call="never", queue="q", priority="", joined=1.0,
                waited=1.0, outcome="", agent="", held=0.0, wrap_up=0.0))  # fmt: skip
        rested = []

        def rest(_: float) -> None:
            if not rested:
                write(lines, [GONE])
            rested.append(one.step())

        monkeypatch.setattr(rebuilding.time, "sleep", rest)
        assert rebuilding.rebuild(engine) == (4, 1)
        assert rested
        assert all(rested), "the loader was never kept waiting"
    with engine.connect() as connection:
        assert connection.execute(select(calls.c.id)).scalars().all() == ["c9"]
        assert connection.execute(select(recordings.c.queue, recordings.c.deleted)).all() == [("", GONE.at)]
        assert connection.execute(select(visits)).all() == []
    engine.dispose()


def test_who_is_forgotten_while_the_record_is_made_anew_does_not_come_back(
    lines: LineFile, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(lines, BEGUN)
    engine = open_database(database_url(url))
    with loading(lines, url) as one:
        assert one.step()
    put_right, heard = rebuilding._Rebuilding.put_right, []

    def forgetting(self: rebuilding._Rebuilding, table: Table) -> None:
        if not heard:
            heard.append(table)
            with engine.begin() as connection:
                assert forget(connection, [CALL]).calls == 1
        put_right(self, table)

    monkeypatch.setattr(rebuilding._Rebuilding, "put_right", forgetting)
    done: list[int] = []
    assert rebuilding.rebuild(engine, done.append) == (3, 1)
    assert done == [3], "nothing is read from the beginning again"
    with engine.connect() as connection:
        assert connection.execute(select(calls.c.number)).scalar_one() == ""
    engine.dispose()
