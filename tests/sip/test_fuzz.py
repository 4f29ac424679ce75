"""Mutated messages for a while: no crash, no hang, nothing left over. `make fuzz` goes on for longer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.sip.mutations import Mutations

SECONDS = 8


@pytest.mark.parametrize("seed", [4475])
def test_the_switch_survives_mutated_messages(tmp_path: Path, seed: int) -> None:
    command = [sys.executable, "-m", "tests.sip.fuzz", f"--seconds={SECONDS}", f"--seed={seed}"]
    ran = subprocess.run(
        [*command, f"--last={tmp_path / 'last.bin'}"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-2000:]
    assert "nothing found" in ran.stdout


def test_a_seed_gives_the_same_messages() -> None:
    corpus = [b"OPTIONS sip:a SIP/2.0\r\nVia: x\r\n\r\n", b"BYE sip:b SIP/2.0\r\n\r\n"]
    one, other = Mutations(corpus, 1), Mutations(corpus, 1)
    assert [one.next() for _ in range(200)] == [other.next() for _ in range(200)]
