"""The person goes, the figures stay: after a time, and by number; and nothing comes back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Table, insert, select, text

from softswitch.dialplan.numbering import Numbering
from softswitch.ports import Recorded
from softswitch.store import erasing, rebuilding, retention
from softswitch.store.callbacks import open_callbacks
from softswitch.store.database import database_url, default_url, open_database
from softswitch.store.encoding import encode
from softswitch.store.erasing import Eraser, Gone, Outcome
from softswitch.store.forgetting import Counts
from softswitch.store.lines import LineFile
from softswitch.store.loader import Loader
from softswitch.store.projections import TABLES
from softswitch.store.retention import expire
from softswitch.store.somebody import Somebody
from softswitch.store.spool import read_events
from softswitch.store.tables import (
    bulletins,
    call_notes,
    callbacks,
    calls,
    deliveries,
    events,
    mails,
    recordings,
    stints,
    talks,
    visits,
    voicemails,
)
from softswitch.types import CallId
from softswitch.voicemail.letter import letters
from tests.store.sample import STORY

pytestmark = pytest.mark.may_block

FILE = "2026/11/25/093012417-sales-alice.wav"
BOBS = "2026/11/25/093012419-sales-bob.wav"
OUT = CallId("out")
LEFT = "2026/11/25/093020000-office-alice.wav"
MESSAGE = {"file": LEFT, "mailbox": "office", "number": "+48600100200", "name": "Alice", "seconds": 9.0}
MORE: list[tuple[float, str, CallId | None, dict[str, Any]]] = [
    (31.0, "CallArrived", OUT, {"number": "201", "agent": "ann", "dialled": "600100200"}),
    (31.1, "CallRouted", OUT, {"outbound": "all", "destination": "+48600100200 by carrier"}),
    (31.2, "DialledOut", OUT, {"number": "+48600100200", "trunk": "carrier", "server": 0}),
    (33.0, "Connected", OUT, {"agent": "", "number": "+48600100200"}),
    (39.0, "CallEnded", OUT, {"ended_by": "caller", "status": 200, "reason": "600100200 hung up"}),
    (39.5, "Changed", None, {"by": "token crm", "what": "transfer", "of": "bob", "how": "0048600100200"}),
    (39.5, "OriginateFailed", None, {"by": "token crm", "number": "600100200", "status": 404}),
    (39.6, "Changed", None, {"by": "token crm", "what": "pause", "of": "ann", "how": "lunch"}),
    (39.7, "BulletinWritten", None, {"bulletin": "b1", "text": "+48600100200: call back", "by": "user sam"}),
    (39.8, "BulletinWritten", None, {"bulletin": "b2", "text": "+48600100777: call back", "by": "user sam"}),
    (40.0, "CallArrived", CallId("now"), {"number": "+48600100200", "dialled": "600"}),
]


def story() -> list[Recorded]:
    told = list(STORY)
    place = next(at for at, one in enumerate(told) if one[1] == "Connected")
    told.insert(place + 1, (11.0, "RecordingStarted", CallId("alice"), {"file": FILE, "agent": "ben"}))
    told.insert(place + 2, (12.0, "VoicemailLeft", CallId("alice"), {**MESSAGE, "to": ["a@b.example"]}))
    told.insert(place - 3, (9.5, "RecordingStarted", CallId("bob"), {"file": BOBS, "agent": "ben"}))
    return [
        Recorded(seq, 1_700_000_000 + at, kind, call, data)
        for seq, (at, kind, call, data) in enumerate([*told, *MORE], 1)
    ]


class Kept:
    """A record, in its database and in its file, which goes on being written."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.recordings = folder / "data", folder / "data" / "recordings"
        self.recordings.mkdir(parents=True)
        self.lines = LineFile(self.folder / "events.jsonl")
        self.lines.open()
        self.engine: Engine = open_database(database_url(url))
        told = {"VoicemailLeft": letters(self.folder / "voicemail")}
        self.loader = Loader(self.lines, "here", open_database(database_url(url)), letters=told)
        self.add(story())
        for file in (FILE, BOBS):
            (self.recordings / file).parent.mkdir(parents=True, exist_ok=True)
            (self.recordings / file).write_bytes(b"sound")
        self.message = self.folder / "voicemail" / LEFT
        self.message.parent.mkdir(parents=True)
        self.message.write_bytes(b"sound")
        with self.engine.begin() as connection:
            for seq in (2, 7, 14):
                row = {"receiver": "crm", "seq": seq, "attempts": 10, "again": None, "why": "500"}
                connection.execute(insert(deliveries), [row])

    def add(self, some: list[Recorded]) -> None:
        self.lines.append(b"".join(map(encode, some)))
        assert self.loader.step()

    def eraser(self, number: str = "600 100 200") -> Eraser:
        somebody = Somebody(number, Numbering())
        return Eraser(self.engine, self.folder, self.recordings, somebody, self.loader.open_calls)

    def figures(self) -> list[Any]:
        """All that reports are made of."""
        with self.engine.connect() as connection:
            tables = [sorted(map(tuple, connection.execute(select(one)))) for one in (visits, talks, stints)]
            columns = [calls.c[name] for name in ("id", "seq", "start", "end", "queue", "agent", "outcome")]
            columns += [calls.c.wait, calls.c.talk]
            return [*tables, sorted(map(tuple, connection.execute(select(*columns))))]

    def everything(self) -> str:
        """The database as text, with the lines of the files."""
        with self.engine.connect() as connection:
            kept = (events, calls, recordings, voicemails, mails, callbacks, call_notes, bulletins)
            tables = [connection.execute(select(one)).all() for one in kept]
            tables.append(connection.execute(select(deliveries)).all())
        return str(tables) + "".join(map(str, read_events(self.folder)))

    def close(self) -> None:
        self.loader.close()
        self.engine.dispose()
        self.lines.close()


@pytest.fixture
def kept(tmp_path: Path, url: str) -> Iterator[Kept]:
    if url.startswith("sqlite"):
        url = default_url(tmp_path / "data")
    record = Kept(tmp_path, url)
    yield record
    record.close()


def outcome(steps: Iterator[Any]) -> Outcome:
    *_, last = steps
    assert isinstance(last, Outcome)
    return last


def test_looking_counts_and_changes_nothing(kept: Kept) -> None:
    before = kept.everything()
    found = outcome(kept.eraser().look())
    assert found == Outcome(Counts(calls=2, events=13, recordings=1, voicemails=1, deliveries=2), going_on=1)
    assert kept.everything() == before
    assert outcome(kept.eraser("600100299").look()) == Outcome(Counts(), 0)


def test_all_of_one_caller_goes_and_the_figures_stay(kept: Kept) -> None:
    before, lines = kept.figures(), [event.seq for event in read_events(kept.folder)]
    kept.add([Recorded(100, 1_700_000_060.0, "CallEnded", CallId("now"), {"status": 200})])
    figures = kept.figures()
    eraser = kept.eraser()
    found = outcome(eraser.look())
    steps = list(eraser.erase())
    assert steps[-1] == Outcome(found.counts, 0)
    assert [step.files for step in steps if isinstance(step, Gone) and step.files] == [[FILE]]
    told = [step.messages for step in steps if isinstance(step, Gone) and step.messages]
    assert told == [[{"file": LEFT, "mailbox": "office"}]]
    assert not kept.message.exists()
    left = kept.everything()
    for trace in ("600100200", "Alice", "123456"):
        assert trace not in left
    assert "+48600100201" in left, "somebody else's"
    assert "lunch" in left
    assert "***: call back" in left, "the rest of a bulletin is the team's"
    assert "+48600100777: call back" in left
    assert kept.figures() == figures
    assert figures[:3] == before[:3]
    assert [event.seq for event in read_events(kept.folder)] == [*lines, 100]
    assert not (kept.recordings / FILE).exists()
    assert (kept.recordings / BOBS).exists()
    again = kept.eraser()
    assert outcome(again.look()) == Outcome(Counts(), 0)
    rebuilding.rebuild(kept.engine)
    assert kept.everything() == left, "made anew it does not come back"
    assert kept.figures() == figures


def test_nothing_of_the_number_is_left_in_any_byte_of_the_folder(tmp_path: Path) -> None:
    kept = Kept(tmp_path, default_url(tmp_path / "data"))
    kept.add([Recorded(100, 1_700_000_060.0, "CallEnded", CallId("now"), {"status": 200})])
    rebuilding.rebuild(kept.engine)
    eraser = kept.eraser()
    list(eraser.look())
    outcome(eraser.erase())
    for file in kept.folder.rglob("*"):
        assert not file.is_file() or b"600100200" not in file.read_bytes(), file
    kept.close()
    new = Loader(kept.lines, "here", open_database(database_url(f"sqlite:///{tmp_path / 'new.db'}")))
    kept.lines.open()
    assert new.step()
    new.close()
    kept.lines.close()
    assert b"600100200" not in (tmp_path / "new.db").read_bytes(), "loaded again it does not come back"


@pytest.mark.parametrize("cut", range(1, 12))
def test_cut_off_anywhere_it_is_run_again_and_finishes(
    tmp_path: Path, cut: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "LOT", 1)
    monkeypatch.setattr(erasing, "SPAN", 10)
    kept = Kept(tmp_path, default_url(tmp_path / "data"))
    kept.add([Recorded(100, 1_700_000_060.0, "CallEnded", CallId("now"), {"status": 200})])
    figures = kept.figures()
    eraser = kept.eraser()
    list(eraser.look())
    steps = eraser.erase()
    for _ in range(cut):
        next(steps, None)
        kept.add([])
    steps.close()
    again = kept.eraser()
    list(again.look())
    outcome(again.erase())
    assert "600100200" not in kept.everything()
    assert kept.figures() == figures
    assert not (kept.recordings / FILE).exists()
    kept.close()


def test_lines_are_changed_where_they_stand_while_others_are_appended(tmp_path: Path) -> None:
    kept = Kept(tmp_path, default_url(tmp_path / "data"))
    eraser = kept.eraser()
    list(eraser.look())
    size = kept.lines.size
    steps = eraser.erase()
    for number, _ in enumerate(steps):
        kept.add([Recorded(200 + number, 1_700_000_070.0, "MenuEntered", CallId("new"), {"menu": "a"})])
    lines = (kept.folder / "events.jsonl").read_bytes()
    assert len(lines[:size]) == size
    assert lines[:size].endswith(b"\n")
    told = list(read_events(kept.folder))
    assert [event.seq for event in told][: len(story())] == [event.seq for event in story()]
    assert told[-1].seq >= 200
    assert "600100200" in lines.decode(), "that of the call in progress"
    kept.close()


def test_a_number_that_was_written_in_pieces_is_the_same(kept: Kept) -> None:
    apart = CallId("apart")
    arrived = {"number": "600 100-200", "name": "Alina", "dialled": "600"}
    kept.add([
        Recorded(300, 1_700_000_070.0, "CallArrived", apart, arrived),
        Recorded(301, 1_700_000_071.0, "CallEnded", apart, {"ended_by": "caller", "status": 200}),
    ])  # fmt: skip
    eraser = kept.eraser("+48600100200")
    list(eraser.look())
    outcome(eraser.erase())
    assert "Alina" not in kept.everything()


def test_whoever_is_to_be_called_back_is_left_out_until_that_is_over(kept: Kept) -> None:
    call, data = CallId("again"), {"queue": "sales", "number": "+48600100300", "name": "Alojzy"}
    kept.add([
        Recorded(300, 1_700_000_070.0, "CallArrived", call, {"number": "+48600100300", "name": "Alojzy"}),
        Recorded(301, 1_700_000_071.0, "CallbackWanted", call, data),
        Recorded(302, 1_700_000_072.0, "CallEnded", call, {"ended_by": "switch", "status": 200}),
    ])  # fmt: skip
    eraser = kept.eraser("600100300")
    assert outcome(eraser.look()).going_on == 1
    outcome(eraser.erase())
    with kept.engine.connect() as connection:
        (case,) = open_callbacks(connection)
    assert case.number == "+48600100300", "it has to be called"
    assert "Alojzy" in kept.everything(), "a rebuild must not forget whom"
    kept.add([Recorded(303, 1_700_000_080.0, "CallbackEnded", call, {"result": "cancelled"})])
    eraser = kept.eraser("600100300")
    assert outcome(eraser.look()).going_on == 0
    outcome(eraser.erase())
    assert "Alojzy" not in kept.everything()


def test_a_torn_line_with_the_number_is_made_blank(kept: Kept) -> None:
    kept.lines.append(b'{"seq":12,"at":17000,"kind":"CallArr","data":{"number":"+48600100200"\n')
    eraser = kept.eraser()
    list(eraser.look())
    outcome(eraser.erase())
    assert b'CallArr"' not in (kept.folder / "events.jsonl").read_bytes()


def test_a_call_that_a_wrong_clock_has_ended_in_the_future_holds_up_nobody(kept: Kept) -> None:
    with kept.engine.begin() as connection:
        connection.execute(calls.update().where(calls.c.id == "bob").values(end=4_000_000_000.0))
    done = list(expire(kept.engine, kept.folder, 1_700_000_100.0))
    assert sum(counts.calls for counts in done) == 3, "Bob's ended before the others, whatever it says"
    assert "+48600100201" not in kept.everything()


def test_what_is_older_than_its_time_is_forgotten_once_and_the_rest_stays(kept: Kept) -> None:
    figures = kept.figures()
    before = 1_700_000_016.0  # Bob's call is over by then, Alice's is not
    (counts, _) = expire(kept.engine, kept.folder, before)
    assert counts.calls == 1
    left = kept.everything()
    assert "+48600100201" not in left
    assert "+48600100200" in left
    assert list(expire(kept.engine, kept.folder, before)) == []
    done = list(expire(kept.engine, kept.folder, 1_700_000_100.0))
    assert sum(counts.calls for counts in done) == 2
    left = kept.everything()
    said = "the call in progress and the bulletin stay: in the database (it has a row, too), and in the file"
    assert left.count("+48600100200") == 5, said
    assert "Alice" not in left
    assert kept.figures() == figures
    kept.add([Recorded(100, 1_700_000_060.0, "CallEnded", CallId("now"), {"status": 200})])
    figures = kept.figures()
    list(expire(kept.engine, kept.folder, 1_700_000_100.0))
    left = kept.everything()
    assert left.count("600100200") == left.count("+48600100200: call back") == 3, "bulletins are the team's"
    assert "lunch" in left
    rebuilding.rebuild(kept.engine)
    assert kept.everything() == left
    assert kept.figures() == figures


@pytest.mark.parametrize("lost", [False, True])
def test_who_is_forgotten_during_a_rebuild_does_not_come_back_however_often_it_happens(
    kept: Kept, monkeypatch: pytest.MonkeyPatch, lost: bool
) -> None:
    """One more call before each table, and who is erased in the middle; `lost`: what is made anew is gone."""
    kept.add([Recorded(98, 1_700_000_050.0, "NotesWritten", OUT, {"agent": "ann", "notes": "600100200"})])
    kept.add([Recorded(99, 1_700_000_060.0, "CallEnded", CallId("now"), {"status": 200})])
    monkeypatch.setattr(retention, "LOT", 1)
    monkeypatch.setattr(rebuilding.time, "sleep", lambda _: None)
    if lost:
        with kept.engine.begin() as connection:
            for table in (recordings, voicemails, call_notes, bulletins):
                connection.execute(table.delete())
    put_right, tables, expiring = rebuilding._Rebuilding.put_right, [], []

    def forgetting(self: rebuilding._Rebuilding, table: Table) -> None:
        if not tables:  # nothing has to be put right before these that calls are found by
            put_right(self, calls)
            expiring.append(expire(kept.engine, kept.folder, 1_700_000_100.0))
        tables.append(table)
        next(expiring[0], None)
        if table is recordings:
            eraser = kept.eraser()
            list(eraser.look())
            outcome(eraser.erase())
        put_right(self, table)

    monkeypatch.setattr(rebuilding._Rebuilding, "put_right", forgetting)
    assert rebuilding.rebuild(kept.engine) == (len(story()) + 2, 4)
    list(expiring[0])
    assert tables == list(TABLES)
    left, figures = kept.everything(), kept.figures()
    assert "600100200" not in left
    assert "Alice" not in left
    monkeypatch.undo()
    rebuilding.rebuild(kept.engine)
    assert (kept.everything(), kept.figures()) == (left, figures), "and all of it was right"


def test_forgetting_goes_on_where_a_crash_cut_it(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "LOT", 1)
    steps = expire(kept.engine, kept.folder, 1_700_000_100.0)
    next(steps)
    steps.close()
    with kept.engine.connect() as connection:
        assert retention.expired(connection, 1_700_000_100.0) == 2
        position = connection.execute(text("SELECT value FROM notes WHERE name = 'forgotten'")).scalar()
        done = connection.execute(select(calls.c.seq).where(calls.c.number == "")).scalars().all()
    assert [str(seq) for seq in done] == [position]
    assert sum(counts.calls for counts in expire(kept.engine, kept.folder, 1_700_000_100.0)) == 2
    assert json.dumps("+48600100201") not in kept.everything()
