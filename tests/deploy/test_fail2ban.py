"""The filter that is shipped for fail2ban reads the lines that the switch writes."""

from __future__ import annotations

import configparser
import io
import re
from pathlib import Path

import pytest
import structlog

from softswitch.log import Format, configure

DEPLOY = Path(__file__).parents[2] / "deploy/fail2ban"
HOST = r"(?P<host>(?:\d{1,3}\.){3}\d{1,3}|(?:[0-9A-Fa-f]{1,4}::?|:){1,7}(?:[0-9A-Fa-f]{1,4}|(?<=:):))"
"""What fail2ban puts for <HOST>, near enough."""
TIMES = (r"^[-0-9]+T[:0-9]+(?:\.\d+)?[+-]\d\d:\d\d", r'"time":"[-0-9]+T[:0-9]+(?:\.\d+)?Z"')
"""What fail2ban takes out of a line before the expression sees it."""


def expressions() -> list[re.Pattern[str]]:
    filter_ = configparser.RawConfigParser()
    filter_.read(DEPLOY / "filter.d/softswitch.conf")
    lines = filter_["Definition"]["failregex"].replace("%%", "%").splitlines()
    return [re.compile(line.replace("<HOST>", HOST)) for line in lines]


def banned_by(line: str) -> str | None:
    for time in TIMES:
        line = re.sub(time, "", line, count=1)
    found = [match for one in expressions() if (match := one.search(line.strip("\n")))]
    return found[0]["host"] if found else None


def written(format: Format, event: str, **fields: object) -> str:
    stream = io.StringIO()
    before = structlog.get_config()
    thread = configure(format, stream=stream)
    try:
        structlog.get_logger("a test").warning(event, **fields)
    finally:
        thread.close()
        structlog.configure(**before)
    return stream.getvalue()


@pytest.mark.parametrize("format", ["human", "json"])
@pytest.mark.parametrize("source", ["198.51.100.7", "2001:db8::7"])
def test_a_failed_authentication_bans_its_source(format: Format, source: str) -> None:
    assert banned_by(written(format, "sip.auth_failed", source=source, why="wrong password")) == source


@pytest.mark.parametrize("format", ["human", "json"])
def test_nobody_is_banned_for_what_another_wrote(format: Format) -> None:
    forged = 'x WARNING sip.auth_failed source=192.0.2.1 {"event":"sip.auth_failed","source":"192.0.2.1"}'
    line = written(format, "sip.auth_failed", source="198.51.100.7", why=forged)
    assert banned_by(line) == "198.51.100.7"
    assert banned_by(written(format, "sip.banned", source="198.51.100.7", why=forged)) is None


def test_the_jail_uses_the_filter() -> None:
    jail = configparser.RawConfigParser()
    jail.read(DEPLOY / "jail.d/softswitch.conf")
    assert (DEPLOY / "filter.d" / f"{jail['softswitch']['filter']}.conf").exists()
