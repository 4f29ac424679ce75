"""What people read: problems with their lines, summaries, menus as trees."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from rich.console import Console, RenderableType

from softswitch.config.describe import problems, summary
from softswitch.config.durations import written
from tests.config.conftest import SOUND
from tests.config.test_build import WHOLE

OUTSIDE = """\
trunks:
  carrier:
    {server: sip.carrier.example, username: acme, password: secret, channels: 10, caller_id: "+48221234567"}
"""


def printed(what: RenderableType, soft_wrap: bool = False, terminal: bool = False, width: int = 160) -> str:
    out = StringIO()
    console = Console(
        file=out, width=width, force_terminal=terminal, color_system="standard" if terminal else None
    )
    console.print(what, soft_wrap=soft_wrap)
    return out.getvalue()


def test_a_problem_is_one_line_to_grep_and_the_marked_source_below_it(check_text):
    checked = check_text(SOUND + "sip: {max_calls: plenty, realm: a}\n")
    lines = printed(problems(checked.report), soft_wrap=True).splitlines()
    assert lines == [
        f"{checked.path}:5:18: expected a whole number, got plenty",
        "    5 | sip: {max_calls: plenty, realm: a}",
        "      |                  ^^^^^^",
        "1 problem",
    ]


def test_the_first_line_is_never_broken_however_long(check_text):
    checked = check_text(SOUND.replace("support: {}", f"support: {{strategy: {'x' * 200}}}", 1))
    first = printed(problems(checked.report), soft_wrap=True).splitlines()[0]
    assert re.fullmatch(r".*switch\.yaml:2:30: unknown strategy; known are .*", first)
    assert len(first) > 150


def test_warnings_say_that_they_are_some(check_text):
    checked = check_text(SOUND + "sip: {rtp_ports: 40000-59999, max_calls: x}\n")
    text = printed(problems(checked.report), soft_wrap=True)
    assert f"{checked.path}:5:18: warning: Linux gives" in text
    assert text.splitlines()[-1] == "1 problem, 1 warning"


def test_texts_of_the_file_are_never_taken_for_markup(check_text):
    checked = check_text(SOUND + 'sip: {realm: 5.5, "[bold]": 1}\n')
    text = printed(problems(checked.report), soft_wrap=True)
    assert "unknown key '[bold]'" in text
    assert 'sip: {realm: 5.5, "[bold]": 1}' in text


def test_colours_are_for_terminals_only(check_text):
    report = check_text("sip: {x: 1}").report
    assert "\x1b[" not in printed(problems(report))
    assert "\x1b[" in printed(problems(report), terminal=True)


def test_a_problem_in_a_file_that_could_not_be_read_has_no_source_line(check_text):
    checked = check_text("include: gone.yaml")
    assert "gone.yaml" in printed(problems(checked.report), soft_wrap=True)


def test_a_summary_names_everything(check_text):
    text = printed(summary(check_text(WHOLE).settings))
    for word in (
        "+48221234567",
        "partners",
        "Pomoc",
        "hunt",
        "desk-202, desk-201",
        "Billing desk",
        "Europe/Warsaw",
    ):
        assert word in text
    assert "Mon-Fri 08:00-18:00; Sat 09:00-12:00, 13:00-24:00; Sun 22:00-06:00" in " ".join(text.split())


def test_a_menu_is_a_tree_of_its_keys(check_text):
    text = printed(summary(check_text(WHOLE).settings))
    tree = text[text.index("menu welcome  “") : text.index("Queues")].splitlines()
    assert tree[0] == "menu welcome  “Dzień dobry.”"
    assert "├── asks for customer_number: 6 digits, or none" in tree
    assert "├── closed (office) → menu after_hours  “Nieczynne.”" in tree
    assert "│   └── then → hang up" in tree
    assert "├── 2 → queue support as urgent" in tree
    assert "├── 3 → language en, the same menu" in tree
    assert "├── 4 → language en, menu after_hours" in tree
    assert "├── * → once more" in tree
    assert "└── after 1 mistake → back" in tree


def test_menus_that_lead_to_each_other_are_each_written_once(check_text):
    checked = check_text(
        SOUND.replace("{queue: support}", "{menu: a}", 1)
        + "menus:\n"
        + "  a: {say: First, choices: {1: {menu: b}}, otherwise: {queue: support}}\n"
        + "  b: {say: Second, choices: {1: {menu: a}, 2: {menu: b}}}\n"
    )
    text = printed(summary(checked.settings))
    assert (text.count("“First”"), text.count("“Second”")) == (1, 1)


def test_durations_are_written_as_in_a_file():
    assert [written(value) for value in (0, 0.3, 5, 90, 600, 3600, 5400)] == [
        "0s",
        "300ms",
        "5s",
        "90s",
        "10m",
        "1h",
        "90m",
    ]


def test_a_small_file_gives_a_small_summary(check_text):
    text = printed(summary(check_text(SOUND).settings))
    assert "Menus" not in text
    assert "Hours" not in text


@pytest.mark.parametrize("width", [56, 64, 80, 160])
def test_no_word_of_a_table_is_broken_in_a_narrow_terminal(check_text, width):
    text = WHOLE + OUTSIDE
    settings = check_text(text).settings
    shown = printed(summary(settings), width=width)
    assert max(map(len, shown.splitlines())) <= width
    words = [word for word in printed(summary(settings), width=300).split() if len(word) < width]
    assert [word for word in words if word not in shown.split()] == []


def test_rows_without_room_are_blocks(check_text):
    text = SOUND + OUTSIDE
    shown = printed(summary(check_text(text).settings), width=60)
    lines = [line.rstrip() for line in shown.splitlines()]
    assert "servers, in their order  udp:sip.carrier.example:5060" in lines
    assert "channels                 10" in lines
