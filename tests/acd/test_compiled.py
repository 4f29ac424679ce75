"""The engine as the set-up compiled it against the Python that it is written in."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from softswitch import acd, compiled

ROOT = Path(__file__).parents[2]

TELL = """
from bench.engine import World
from softswitch.acd import COMPILED
import hashlib
world, said = World(60), hashlib.sha256()
receive = world.engine.receive
def noted(event, now):
    actions = receive(event, now)
    said.update(repr((now, event, actions)).encode())
    return actions
class Told:
    def __init__(self, engine): self.engine = engine
    def __getattr__(self, name): return getattr(self.engine, name)
    receive = staticmethod(noted)
world.engine = Told(world.engine)
world.fill()
world.work(3000)
print(COMPILED, len(world.told), said.hexdigest())
"""

COMPLAIN = """
import inspect
from tests.acd import test_complaints
for name, test in list(vars(test_complaints).items()):
    if name.startswith("test_") and not inspect.signature(test).parameters:
        test()
"""
"""What of other queues hurts, which has many features in it; without pytest, which would take longer."""


def told(how: str, also: str = "") -> list[str]:
    """Whether the engine was compiled, how many events it was told, and a hash of all that it did."""
    run = subprocess.run(
        [sys.executable, "-c", TELL + also],
        cwd=ROOT,
        env={**os.environ, "SOFTSWITCH_ENGINE": how},
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    return run.stdout.split()


def test_the_engine_compiled_or_not_does_what_its_sources_say_to_the_last_bit() -> None:
    """As Python it also acts out the complaints, as it does compiled in the suite."""
    plain = told("python", COMPLAIN)
    assert (plain[0], int(plain[1]) > 3000) == ("False", True)
    if acd.COMPILED:
        assert told("") == ["True", *plain[1:]]


def test_what_was_compiled_of_other_sources_is_not_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SOFTSWITCH_ENGINE", raising=False)
    stamp = tmp_path / "stamp"
    monkeypatch.setattr(compiled, "STAMP", stamp)
    path = ["sources"]
    assert not compiled.find_engine(path)
    stamp.write_text("of other sources")
    assert not compiled.find_engine(path)
    monkeypatch.setattr(compiled, "FOLDER", tmp_path)
    stamp.write_text(compiled.fingerprint())
    with pytest.warns(RuntimeWarning, match="make setup"):  # its library is gone
        assert not compiled.find_engine(path)
    monkeypatch.setattr(compiled, "_load_library", lambda: None)
    monkeypatch.setenv("SOFTSWITCH_ENGINE", "python")
    assert not compiled.find_engine(path)
    monkeypatch.delenv("SOFTSWITCH_ENGINE")
    assert compiled.find_engine(path)
    assert path == [str(tmp_path / "softswitch" / "acd"), "sources"]


def test_every_module_that_is_to_be_compiled_is_there() -> None:
    assert [source for source in compiled.SOURCES if not source.is_file()] == []
