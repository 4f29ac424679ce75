"""The configurations that come with the switch, and the documents made from the language."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from softswitch.config.check import check
from softswitch.config.load import load
from softswitch.config.reference import markdown
from softswitch.config.unsupported import KEYS
from softswitch.config.worked_example import EXAMPLE
from softswitch.types import ToQueue

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "config").glob("*.yaml"))


def test_they_are_all_there():
    names = {path.stem for path in SHIPPED}
    assert {"demo", "small-office", "contact-centre", "registering-phones", "carrier", "bench"} <= names


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_each_shipped_configuration_has_no_problem_and_no_warning(path):
    report = check(
        [path], dict.fromkeys(re.findall(r"\$\{(\w+)\}", path.read_text()), "correct horse battery")
    )
    assert not report.problems
    assert not report.warnings


def test_the_bench_has_a_queue_to_hold_and_a_queue_to_pass_through():
    settings = load(ROOT / "config" / "bench.yaml", {})
    assert [(one.transport, one.host, one.port) for one in settings.sip.listen] == [
        ("udp", "127.0.0.1", 5060)
    ]
    assert settings.routing.route("600") == ToQueue("hold")
    assert settings.routing.route("601") == ToQueue("through")
    hold, through = settings.engine.queues["hold"], settings.engine.queues["through"]
    assert hold.agents == ()
    assert settings.media.queue_music["hold"] == "classical"
    (agent,) = through.agents
    assert settings.phones[agent].way.uri == "sip:agent@127.0.0.1:7600"
    assert settings.engine.agents[agent].calls is None
    assert through.wrap_up == 0
    assert not hold.announce.wanted
    assert not through.announce.wanted
    assert not settings.menus.menus
    assert settings.sip.max_calls >= 4000


def test_the_small_office_needs_two_lines_to_be_changed():
    text = (ROOT / "config" / "small-office.yaml").read_text()
    marked = [line for line in text.splitlines() if "dial:" in line]
    assert len(marked) == 2
    assert all(f"# ({number})" in line for number, line in enumerate(marked, 1))


def test_the_worked_example_of_the_documentation_is_sound(check_text):
    checked = check_text(EXAMPLE)
    assert not checked.messages
    assert not checked.warnings


def test_the_documentation_is_the_one_that_the_models_give():
    written = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert written == markdown(), (
        "write it anew: python -m softswitch.config.reference > docs/configuration.md"
    )


def test_the_reference_names_every_file_to_start_from():
    assert [path.name for path in SHIPPED if f"`{path.name}`" not in markdown()] == []


def test_the_reference_calls_nothing_unsupported_that_is_taken():
    """test_unsupported.py holds all of these to what the language says of them."""
    section = markdown().partition("## Not supported yet")[2]
    rows = [line.split(" | ")[:2] for line in section.splitlines() if line.startswith("| `")]
    assert len(rows) == len(KEYS) + 2
    assert [key for key, where in rows if where in ("`dial`", "`listen`")] == ["| `ws:`, `wss:`"]


def test_the_reference_can_be_written_from_the_command_line():
    made = subprocess.run(
        [sys.executable, "-m", "softswitch.config.reference"], capture_output=True, text=True, check=True
    )
    assert made.stdout == markdown()
