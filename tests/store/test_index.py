"""The index of recordings: the same however it is loaded, who talks in a file, and where it lies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from softswitch.errors import NoSuch, NotNow
from softswitch.ports import Recorded
from softswitch.store import rebuilding
from softswitch.store.database import database_url, open_database
from softswitch.store.encoding import encode
from softswitch.store.lines import LineFile
from softswitch.store.listening import Wanted, find, find_one, place_of
from softswitch.store.loader import Loader
from softswitch.store.tables import recordings
from softswitch.types import CallId
from tests.store.test_recordings import OPEN

pytestmark = pytest.mark.may_block

A, B, C = (f"2026/11/25/09301241{each}-support-c{each}.wav" for each in range(3))
EVENTS: list[tuple[str, str | None, dict[str, Any]]] = [
    ("CallArrived", "c0", {"number": "+48600100200"}),
    ("Connected", "c0", {"agent": "ann", "queue": "support"}),
    ("RecordingStarted", "c0", {"file": A, "queue": "support", "agent": "ann"}),
    ("ConversationEnded", "c0", {"agent": "ann"}),
    ("Connected", "c0", {"agent": "ben"}),
    ("CallArrived", "c1", {"number": "201", "agent": "ann"}),
    ("RecordingEnded", "c0", {"file": A, "seconds": 9.5, "bytes": 304044, "lost": 0}),
    ("CallEnded", "c0", {"status": 200}),
    ("Connected", "c1", {"agent": "cyd"}),
    ("RecordingStarted", "c1", {"file": B, "queue": None, "agent": "cyd"}),
    ("CallArrived", "c2", {"number": "+48600100201"}),
    ("Connected", "c2", {"agent": "an", "queue": "support"}),
    ("RecordingStarted", "c2", {"file": C, "agent": "an"}),
    ("CallEnded", "c1", {"status": 200, "last_seen": 12.0}),
    ("RecordingEnded", "c2", {"file": C, "seconds": 2.0, "bytes": 64044}),
    ("CallEnded", "c2", {"status": 200}),
    ("RecordingsRepaired", None, {"count": 1, "files": [B], "seconds": [3.0], "bytes": [96044]}),
    ("RecordingsDeleted", None, {"count": 1, "files": [C], "days": 90}),
]


def story() -> list[Recorded]:
    return [
        Recorded(seq, float(seq), kind, call and CallId(call), data)
        for seq, (kind, call, data) in enumerate(EVENTS, 1)
    ]


def load(folder: Path, url: str, events: list[Recorded]) -> None:
    lines = LineFile(folder / "events.jsonl")
    lines.open()
    lines.append(b"".join(map(encode, events)))
    loader = Loader(lines, "here", open_database(database_url(url)))
    assert loader.step(), loader.state
    loader.close()
    lines.close()


def test_it_says_who_talks_how_long_it_is_and_what_became_of_it(tmp_path: Path, url: str) -> None:
    load(tmp_path, url, story())
    engine = open_database(database_url(url))
    with engine.connect() as connection:
        newest, second, eldest = find(connection, Wanted())
        assert eldest == {
            **{"file": A, "seq": 3, "call": "c0", "queue": "support", "number": "+48600100200"},
            **{"agents": ["ann", "ben"], "own": [], "start": 3.0, "seconds": 9.5},
            **{"bytes": 304044, "deleted": None},
        }
        assert (second["agents"], second["own"], second["queue"]) == (["ann", "cyd"], ["ann", "cyd"], "")
        assert (second["seconds"], second["bytes"]) == (3.0, 96044), "a crash cut it, and it was repaired"
        assert (newest["queue"], newest["deleted"]) == ("support", 18.0)

        def files(**wanted: Any) -> list[str]:
            return [str(one["file"]) for one in find(connection, Wanted(**wanted))]

        assert files(agent="ann") == [B, A]
        assert files(agent="an") == [C], "a name is a whole name"
        assert files(agent="an_") == []
        assert files(own="ann") == [B], "in the other one ben talks to the caller, too"
        assert files(number="+48600100200") == files(until=10.0) == [A]
        assert files(queue="support") == [C, A]
        assert files(since=10.0) == [C, B]
        assert files(before=10) == [A]
        assert files(there=True) == [B, A]
        assert find_one(connection, B) == second
        assert find_one(connection, "../" + B) is None
    engine.dispose()


@pytest.mark.parametrize("cut", range(1, len(EVENTS)))
def test_it_is_the_same_wherever_the_loading_is_cut_off_and_made_anew(tmp_path: Path, cut: int) -> None:
    url = f"sqlite:///{tmp_path / 'record.db'}"
    load(tmp_path, url, story()[:cut])
    load(tmp_path, url, story()[cut:])
    engine = open_database(database_url(url))
    with engine.begin() as connection:
        query = select(recordings).order_by(recordings.c.file)
        before = connection.execute(query).all()
        assert [(row.seconds, row.deleted) for row in before] == [(9.5, None), (3.0, None), (2.0, 18.0)]
    rebuilding.rebuild(engine)
    with engine.begin() as connection:
        assert connection.execute(query).all() == before
    engine.dispose()


def test_only_whole_files_within_the_folder_are_found(tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    file = folder / A
    file.parent.mkdir(parents=True)
    (tmp_path / "secret.wav").write_bytes(OPEN[:40] + bytes(4))
    entry: dict[str, Any] = {"file": A, "deleted": None}
    with pytest.raises(NoSuch, match="not in"):
        place_of(folder, entry)
    file.write_bytes(OPEN + bytes(400))
    with pytest.raises(NotNow, match="still being written"):
        place_of(folder, entry)
    file.write_bytes(OPEN[:40] + bytes(4))
    assert place_of(folder, entry) == file
    with pytest.raises(NoSuch, match="was deleted"):
        place_of(folder, entry | {"deleted": 5.0})
    (file.parent / "link.wav").symlink_to(tmp_path / "secret.wav")
    for outside in ("../secret.wav", str(tmp_path / "secret.wav"), "2026/11/25/link.wav"):
        with pytest.raises(NoSuch):
            place_of(folder, entry | {"file": outside})
