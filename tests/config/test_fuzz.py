"""Whatever a file holds, the answer is problems or settings: never a traceback, never a hang."""

from __future__ import annotations

import contextlib
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some

from softswitch.config.check import check
from softswitch.config.describe import problems, summary
from softswitch.config.load import load
from softswitch.errors import ConfigError
from tests.config.test_build import WHOLE
from tests.config.test_describe import printed

LINES = WHOLE.splitlines(keepends=True)
PIECES = [
    "sip",
    "media",
    "menus",
    "queues",
    "agents",
    "teams",
    "numbers",
    "callers",
    "hours",
    "music",
    "include",
    "say",
    "choices",
    "support",
    "{",
    "}",
    "[",
    "]",
    ": ",
    ", ",
    "\n",
    "\n  ",
    "- ",
    "1",
    "0123",
    "20s",
    '"',
    "'",
    "*",
    "&a ",
    "*a",
    "<<",
    "!x ",
    "#",
    "|",
    ">",
    "---\n",
    "${X}",
    "$${",
    "\t",
    "ą",
    "\u2028",
    "\x00",
    "\ufeff",
    "null",
    "true",
]


def expect_survival(data: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "fuzz.yaml"
        path.write_bytes(data)
        report = check([path], {"X": "x"})
        for problem in report.problems:
            assert problem.line >= 1
            assert problem.column >= 1
            assert problem.width >= 1
        assert (report.settings is None) == bool(report.problems)
        printed(problems(report), soft_wrap=True)
        if report.settings is not None:
            printed(summary(report.settings))


@given(some.binary(max_size=200))
@example(b"\xef\xbb\xbf")
@example(b"a: \xed\xa0\x80")
def test_any_bytes(data):
    expect_survival(data)


@given(some.lists(some.sampled_from(PIECES), max_size=30).map("".join))
@example("a: &a [*a]")
@example("include: fuzz.yaml")
@example("include: [.., /dev/null, '', \"\\0\"]")
@example("<<: {sip: {}}")
@example("a: 9" + "9" * 5000)
@example('data: "\\0"')
@example('menus: {m: {play: "\\0"}}')
@example("music: {a: [/dev/zero]}")
@example(f"music: {{a: [{'x' * 5000}]}}\ninclude: {'y' * 5000}")
def test_any_text_of_the_languages_pieces(text):
    expect_survival(text.encode())


@given(
    some.integers(0, len(LINES) - 1),
    some.sampled_from(["cut", "twice", "indent", "swap"]),
    some.integers(0, 40),
    some.sampled_from(["", *PIECES]),
)
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_slip_of_the_pen_in_a_sound_file(number, slip, column, piece):
    lines = list(LINES)
    line = lines[number]
    at = min(column, len(line) - 1)
    lines[number] = {
        "cut": line[:at] + piece + line[at + 1 :],
        "twice": line + line,
        "indent": " " + line,
        "swap": line[:at] + piece + line[at:],
    }[slip]
    expect_survival("".join(lines).encode())


def test_any_file_cut_anywhere():
    data = WHOLE.encode()
    for end in range(0, len(data), 37):
        expect_survival(data[:end])


def test_loading_raises_nothing_but_its_own_error(tmp_path):
    for text in ("", "a: [", "sip: 5", "numbers: {x}", "- 1"):
        path = tmp_path / "x.yaml"
        path.write_text(text)
        with contextlib.suppress(ConfigError):
            load(path, {})
    with pytest.raises(ConfigError, match="No such file"):
        load(tmp_path / "gone.yaml", {})
