"""The line that `make bench` begins with."""

from __future__ import annotations

import re

import pytest

from bench import speed


def test_the_machine_is_set_beside_the_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "PIECES", 2)
    rates = iter([1000.0, 3000.0, 100.0, 300.0])
    monkeypatch.setattr(speed, "REFERENCE", (1000.0, 400.0))
    monkeypatch.setattr(speed, "_rate", lambda work, _count: (work(), next(rates))[1])
    line = speed.line()
    assert re.search(r"2,000 \(2\.00 of the reference, 1\.00 to 3\.00\) additions/s", line)
    assert re.search(r"200 \(0\.50 of the reference, 0\.25 to 0\.75\) sendto/s", line)
