"""A switch that cannot start says why, and ends."""

from __future__ import annotations

import socket
import subprocess

from tests.e2e import ports
from tests.e2e.switch import COMMAND


def started(file):
    return subprocess.run([*COMMAND, str(file)], capture_output=True, text=True, timeout=30, check=False)


def test_a_configuration_with_mistakes_does_not_start(tmp_path):
    file = tmp_path / "wrong.yaml"
    file.write_text('numbers:\n  "600": {queue: suport}\nqueues:\n  support: {strategy: lucky}\n')
    run = started(file)
    assert run.returncode == 2
    assert f"{file}:2:" in run.stderr
    assert "suport" in run.stderr
    assert f"{file}:4:" in run.stderr


def test_a_port_in_use_is_said_in_a_sentence(tmp_path):
    port = ports.block()
    file = tmp_path / "switch.yaml"
    file.write_text(f'sip: {{listen: ["udp:127.0.0.1:{port}"]}}\nnumbers: {{"600": {{reject: 603}}}}\n')
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", port))
        run = started(file)
    assert run.returncode == 1
    assert f"udp:127.0.0.1:{port} is in use" in run.stderr
    assert "Traceback" not in run.stderr
    record = [path for path in tmp_path.rglob("events.jsonl") if "SwitchStopped" in path.read_text()]
    assert not record, "what has not started does not stop"
