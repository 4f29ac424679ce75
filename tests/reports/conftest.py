"""Records to report on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from softswitch.ports import Recorded
from softswitch.store.database import database_url, default_url, open_database
from softswitch.store.encoding import encode
from softswitch.store.lines import LineFile
from softswitch.store.loader import Loader
from softswitch.store.reading import note_url


@pytest.fixture
def kept(tmp_path: Path) -> Callable[[list[Recorded]], Path]:
    """Puts events on record the way the switch does; the folder of the record."""

    def keep(events: list[Recorded]) -> Path:
        folder = tmp_path / "data"
        folder.mkdir()
        url = database_url(default_url(folder))
        note_url(folder, url)
        lines = LineFile(folder / "events.jsonl")
        lines.open()
        lines.append(b"".join(map(encode, events)))
        loader = Loader(lines, "here", open_database(url))
        assert loader.step()
        loader.close()
        lines.close()
        return folder

    return keep
