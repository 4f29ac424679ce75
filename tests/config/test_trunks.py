"""`trunks`: what is said, and what is wrong with it."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from softswitch.config.build_trunks import server
from softswitch.config.describe import summary
from softswitch.config.settings import Trunk, TrunkServer
from softswitch.dialplan.numbering import NumberFormat
from softswitch.types import Srtp
from tests.config.conftest import SOUND
from tests.config.test_describe import printed

WHOLE = (
    SOUND
    + """\
trunks:
  carrier:
    servers: [sip.carrier.example, "tcp:192.0.2.10:5070"]
    username: acme
    password: "${TRUNK_PASSWORD}"
    auth_user: acme-1
    register: true
    expires: 5m
    allow_from: [203.0.113.0/24, 198.51.100.7]
    inbound: {username: carrier-1, password: "${INBOUND_PASSWORD}"}
    channels: 30
    caller_id: "+48221234567"
    show_callers: true
    format: e164-without-plus
    srtp: optional
    options: 10s
  gateway: {server: 192.0.2.20, format: national}
"""
)


def test_a_trunk_is_what_the_file_says(check_text):
    trunks = check_text(WHOLE, {"TRUNK_PASSWORD": "secret", "INBOUND_PASSWORD": "secret2"}).settings.trunks
    assert trunks["carrier"] == Trunk(
        name="carrier",
        servers=(TrunkServer("sip.carrier.example"), TrunkServer("192.0.2.10", 5070, "tcp")),
        username="acme",
        password="secret",
        auth_user="acme-1",
        domain="sip.carrier.example",
        register=True,
        expires=300.0,
        allow_from=(ip_network("203.0.113.0/24"), ip_network("198.51.100.7/32")),
        inbound="carrier-1",
        inbound_password="secret2",
        channels=30,
        caller_id="+48221234567",
        show_callers=True,
        format=NumberFormat.DIGITS,
        srtp=Srtp.OPTIONAL,
        options=10.0,
    )
    assert trunks["gateway"] == Trunk("gateway", (TrunkServer("192.0.2.20"),), format=NumberFormat.NATIONAL)
    assert "secret" not in repr(trunks)


def test_a_server_is_written_as_a_uri():
    assert TrunkServer("a.example").uri("+48600") == "sip:+48600@a.example"
    assert TrunkServer("192.0.2.1", 5070, "tcp").uri() == "sip:192.0.2.1:5070;transport=tcp"
    secure = server("tls:a.example")
    assert (secure.uri(), secure.shown) == ("sip:a.example;transport=tls", "tls:a.example:5061")


@pytest.mark.parametrize(
    ("trunk", "message"),
    [
        ("§t: {username: a, password: b}", "either `server` or `servers`"),
        ("§t: {server: a, servers: [b]}", "either `server` or `servers`"),
        ("§t: {servers: [a, a]}", "listed twice"),
        ("t: {server: §a b}", "expected a host"),
        ("t: {server: §'a:0'}", "a port from 1 to 65535"),
        ("t: {server: §1.2.3.4.5}", "this address is none"),
        ("t: {server: §'tls:a'}", "has no `tls:` address"),
        ("t: {servers: [a, §'tls:a']}", "has no `tls:` address"),
        ("t: {server: §'[::g]'}", "expected a host"),
        ("t: {server: §'[1::2::3]:5060'}", "[1::2::3] is none"),
        ("§t: {server: a, username: b}", "expected `password` as well"),
        ("§t: {server: a, password: b}", "expected `username` as well"),
        ("§t: {server: a, auth_user: b}", "goes with `username`"),
        ("§t: {server: a, register: true}", "`register` needs `username`"),
        ("t: {server: a, allow_from: [§203.0.113.1/24]}", "bits are set behind its mask"),
        ("t: {server: a, allow_from: [§0.0.0.0/0]}", "would take anybody for the carrier"),
        ("t: {server: a, allow_from: [§carrier.example]}", "an address or a network"),
        ("t: {server: a, caller_id: §221234567}", "with its plus"),
        ("t: {server: a, channels: §0}", "expected at least 1"),
        ("t: {server: a, §chanels: 2}", "did you mean 'channels'?"),
        ("t: {§transport: tls}", "write it before the host, as `server: tls:sip.carrier.example`"),
        ("t: {server: a, format: §e146}", "did you mean 'e164'?"),
        ("t: {server: a, options: §2h}", "expected at most 1h"),
    ],
)
def test_mistakes_are_told_at_their_place(check_text, trunk, message):
    checked = check_text(SOUND + f"trunks: {{{trunk}}}")
    assert checked.places == checked.marks, checked.messages
    assert message in checked.messages[0]


def test_an_address_is_that_of_one_carrier_only(one_problem):
    text = (
        "trunks: {a: {server: x, allow_from: [203.0.113.0/24]}, b: {server: y, allow_from: [§203.0.113.7]}}"
    )
    assert one_problem(SOUND + text) == "calls from 203.0.113.7 are those of trunk 'a' already"


def test_the_summary_shows_the_trunks(check_text):
    text = printed(
        summary(check_text(WHOLE, {"TRUNK_PASSWORD": "secret", "INBOUND_PASSWORD": "secret2"}).settings)
    )
    assert "udp:sip.carrier.example:5060, tcp:192.0.2.10:5070" in " ".join(text.split())
    assert "secret" not in text


def test_a_login_is_that_of_one_agent_or_one_trunk(one_problem):
    text = SOUND.replace('"}}', '", login: "201", password: secret-201}}')
    trunk = 'trunks: {a: {server: x, inbound: {username: §"201", password: secret-b}}}'
    assert one_problem(text + trunk) == "the login 201 is that of agent 'desk' already"
    inbound = 'inbound: {username: b, password: "c"}'
    trunks = f"trunks: {{a: {{server: x, {inbound}}}, b: {{server: y, {inbound.replace(': b', ': §b')}}}}}"
    assert one_problem(text + trunks) == "the login b is that of trunk 'a' already"


def test_what_proves_a_carriers_call_is_in_the_summary(check_text):
    text = "trunks: {a: {server: x, inbound: {username: branch, password: b}}, c: {server: y}}"
    shown = " ".join(printed(summary(check_text(SOUND + text).settings)).split())
    assert "whoever has the password of branch" in shown
    assert "its servers" in shown


@pytest.mark.parametrize(
    ("listen", "server"),
    [
        ("udp:127.0.0.1:5070", "127.0.0.1:5070"),
        ("udp:0.0.0.0:5060", "localhost"),
        ("tcp:0.0.0.0:5070", "tcp:127.0.0.5:5070"),
        ("udp:[2001:db8::5]:5060", "[2001:db8::5]"),
        ("udp:sip.example.com:5060", "SIP.example.com"),
    ],
)
def test_a_server_that_is_this_switch_is_a_warning(one_warning, listen, server):
    text = f"{SOUND}sip: {{listen: ['{listen}']}}\ntrunks: {{t: {{server: §'{server}'}}}}"
    assert "is this switch itself" in one_warning(text)


@pytest.mark.parametrize("server", ["127.0.0.1:5080", "tcp:127.0.0.1:5070", "192.0.2.1:5070"])
def test_a_server_elsewhere_is_none(check_text, server):
    text = f"{SOUND}sip: {{listen: ['udp:0.0.0.0:5070']}}\ntrunks: {{t: {{server: '{server}'}}}}"
    assert not check_text(text).warnings


@pytest.mark.parametrize(
    "trunks",
    [
        "a: {server: 192.0.2.1}, §b: {server: '192.0.2.1:5070'}",
        "a: {server: x.example}, §b: {servers: [y.example, X.example], username: u, password: p}",
    ],
)
def test_trunks_that_cannot_be_told_apart_are_a_warning(one_warning, trunks):
    message = one_warning(f"{SOUND}trunks: {{{trunks}}}")
    assert "are taken for those of 'a', whose address it is too" in message


ACCOUNT = "register: true, password: p, username"


@pytest.mark.parametrize(
    "trunks",
    [
        f"a: {{server: x, {ACCOUNT}: one}}, b: {{server: x, {ACCOUNT}: two}}",
        "a: {server: x}, b: {server: x, inbound: {username: u, password: p}}",
        "a: {server: x}, b: {server: x, caller_id: '+48221234567'}",
        "a: {server: x}, b: {server: y}",
        "a: {server: x}, b: {server: x, allow_from: [192.0.2.7]}",
    ],
)
def test_trunks_that_can_be_told_apart_are_none(check_text, trunks):
    assert not check_text(f"{SOUND}trunks: {{{trunks}}}").warnings
