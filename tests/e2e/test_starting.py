"""Starts that fail: a sentence, and no traceback."""

from __future__ import annotations

import subprocess

from tests.e2e import ports
from tests.e2e.switch import COMMAND


def test_a_start_that_fails_late_ends_with_a_sentence(tmp_path):
    """The control socket is opened when everything else runs, inside the tasks of the switch."""
    folder = tmp_path / ("x" * 60) / ("y" * 60)
    folder.mkdir(parents=True)
    (folder / "switch.yaml").write_text(f"sip: {{listen: ['udp:127.0.0.1:{ports.block()}']}}\n")
    command = [*COMMAND, folder / "switch.yaml"]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, timeout=30)
    assert ran.returncode == 1
    assert ran.stderr.splitlines()[-1].startswith("softswitch: the control socket's path has ")
    assert "Traceback" not in ran.stderr
