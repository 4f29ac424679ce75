"""What the configuration says against hostile networks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from softswitch.config.sip_settings import (
    SCANNERS,
    Access,
    BanSettings,
    Hostility,
    LimitSettings,
    Listen,
    Rate,
)
from tests.config.conftest import CheckText

REST = 'numbers: {"600": hangup}\n'


def test_left_out_it_is_the_default(check_text: CheckText) -> None:
    report = check_text(REST)
    assert report.settings.sip.hostility == Hostility()
    assert [listen.access for listen in report.settings.sip.listen] == [Access(), Access()]
    assert "friendly-scanner" in SCANNERS


def test_all_of_it(check_text: CheckText) -> None:
    report = check_text(
        REST + "sip:\n"
        "  listen:\n"
        '    - "tcp:0.0.0.0:5060"\n'
        '    - {at: "udp:0.0.0.0:5060", allow: [203.0.113.0/24, "2001:db8::/32"], deny: [203.0.113.9]}\n'
        "  limits: {per_source: 500 per 10s, all: unlimited, lag: 100ms}\n"
        "  ban: {failures: 3, within: 5m, for: 2h, never: [10.0.0.0/8]}\n"
        "  scanners: [friendly-scanner]\n"
    )
    assert report.messages == []
    sip = report.settings.sip
    assert sip.listen == (Listen("tcp", "0.0.0.0", 5060), Listen("udp", "0.0.0.0", 5060))
    assert sip.listen[1].access == Access(("203.0.113.0/24", "2001:db8::/32"), ("203.0.113.9/32",))
    assert sip.hostility == Hostility(
        LimitSettings(Rate(500, 10.0), None, 0.1),
        BanSettings(3, 300.0, 7200.0, ("10.0.0.0/8",)),
        ("friendly-scanner",),
    )


def test_access_lists_are_no_other_transport() -> None:
    assert Listen("udp", "0.0.0.0", 5060) == Listen("udp", "0.0.0.0", 5060, Access(deny=("192.0.2.0/24",)))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("limits: {per_source: 50}", "as `50 per 1s`"),
        ("limits: {per_source: 0 per 1s}", "as `50 per 1s`"),
        ("limits: {all: 50 per 0s}", "as `50 per 1s`"),
        ("limits: {lag: 200}", "write 200s, 200m or 200ms"),
        ("limits: {per_sorce: 50 per 1s}", "did you mean 'per_source'?"),
        ("ban: {failures: 0}", "from 1 to 1000, or `unlimited`"),
        ("ban: {within: 0}", "expected some time"),
        ("ban: {never: [10.0.0.1/8]}", "write 10.0.0.0/8 for the network"),
        ("ban: {never: [sip.example]}", "expected an address or a network"),
        ('listen: [{at: "udp:0.0.0.0:5060", alow: []}]', "did you mean 'allow'?"),
        ('listen: [{at: "udp:0.0.0.0:5060", allow: []}]', "leave it out to hear everybody, or name networks"),
        ("ban: false", "bans are turned off by `ban: {failures: unlimited}`"),
        ("ban: none", "bans are turned off by `ban: {failures: unlimited}`"),
        ("limits: off", "by `limits: {per_source: unlimited, all: unlimited, lag: unlimited}`"),
        ('listen: [{allow: ["192.0.2.0/24"]}]', "at"),
        ('listen: ["udp:0.0.0.0:5060", {at: "udp:0.0.0.0:5060"}]', "listed twice"),
    ],
)
def test_mistakes_are_told_where_they_are(check_text: CheckText, text: str, message: str) -> None:
    report = check_text(f"{REST}sip:\n  {text}\n")
    (problem,) = report.report.problems
    assert message in problem.message
    assert problem.line == 3


@pytest.mark.parametrize(
    ("sip", "message"),
    [
        ("ban: {never: [10.0.0.0/8, §0.0.0.0/0]}", "0.0.0.0/0 is everybody: nobody is ever banned"),
        ('ban: {never: [§"::/0"]}', "::/0 is everybody"),
        ("limits: {per_source: §500 per 1s, all: 10 per 1s}", "`per_source` (500 per 1s) is above `all`"),
        ("limits: {all: §10 per 1s}", "`per_source` (50 per 1s) is above `all` (10 per 1s)"),
        (
            'listen: [{at: "udp:0.0.0.0:5060", allow: [10.0.0.0/9, 10.128.0.1], §deny: [10.0.0.0/8]}]',
            "nobody is heard: `deny` takes away all that `allow` names",
        ),
        ('listen: [{at: "udp:0.0.0.0:5060", §deny: [0.0.0.0/1, 128.0.0.0/1]}]', "takes away everybody"),
        ('listen: [{at: "udp:0.0.0.0:5060", §allow: ["2001:db8::/32"]}]', "reached over IPv4 alone"),
        ('listen: [{at: "udp:[::]:5060", §allow: [192.0.2.0/24]}]', "reached over IPv6 alone"),
        ("local_networks: [§10.0.0.0]", "write 10.0.0.0/8, for the address 10.0.0.0/32"),
        ("ban: {never: [§192.168.3.0]}", "for the network write 192.168.3.0/24"),
    ],
)
def test_networks_and_rates_that_surely_are_not_meant_are_warnings(
    one_warning: Callable[[str], str], sip: str, message: str
) -> None:
    assert message in one_warning(f"{REST}sip: {{{sip}}}\n")


@pytest.mark.parametrize(
    "sip",
    [
        "local_networks: [10.0.0.0/32, 192.0.2.7]",
        "limits: {per_source: 500 per 10s, all: unlimited}",
        'listen: [{at: "udp:0.0.0.0:5060", allow: [192.0.2.0/24, "2001:db8::/32"], deny: [192.0.2.9]}]',
        "ban: {failures: unlimited}",
    ],
)
def test_what_may_well_be_meant_is_none(check_text: CheckText, sip: str) -> None:
    checked = check_text(f"{REST}sip: {{{sip}}}\n")
    assert not checked.messages
    assert not checked.warnings
