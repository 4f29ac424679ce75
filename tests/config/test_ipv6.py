"""IPv6 addresses in the configuration: where the switch listens, phones, carriers."""

from __future__ import annotations

from ipaddress import IPv6Network

import pytest

from softswitch.config.settings import TrunkServer
from softswitch.config.sip_settings import Listen
from softswitch.types import AgentName
from tests.config.conftest import SOUND


def test_listeners_have_either_family(check_text):
    settings = check_text(
        SOUND + 'sip: {listen: ["udp:0.0.0.0:5060", "udp:[::]:5060", "tcp:[2001:db8::5]:5070"]}'
    ).settings
    listen = (Listen("udp", "0.0.0.0", 5060), Listen("udp", "::", 5060), Listen("tcp", "2001:db8::5", 5070))
    assert settings.sip.listen == listen
    assert [one.shown for one in listen] == ["udp:0.0.0.0:5060", "udp:[::]:5060", "tcp:[2001:db8::5]:5070"]


@pytest.mark.parametrize(
    ("server", "expected", "uri"),
    [
        ("[2001:db8::7]", TrunkServer("2001:db8::7"), "sip:48@[2001:db8::7]"),
        ("tcp:[::1]:5070", TrunkServer("::1", 5070, "tcp"), "sip:48@[::1]:5070;transport=tcp"),
        ("tcp:sip.example", TrunkServer("sip.example", None, "tcp"), "sip:48@sip.example;transport=tcp"),
        ("sip.example:5070", TrunkServer("sip.example", 5070), "sip:48@sip.example:5070"),
    ],
)
def test_a_carrier_has_an_address_of_either_family(check_text, server, expected, uri):
    settings = check_text(
        SOUND + f'trunks: {{t: {{server: "{server}", allow_from: ["2001:db8::/64"]}}}}'
    ).settings
    (trunk,) = settings.trunks.values()
    assert trunk.servers == (expected,)
    assert trunk.servers[0].uri("48") == uri
    assert trunk.allow_from == (IPv6Network("2001:db8::/64"),)


def test_a_phone_has_one(check_text):
    settings = check_text(
        SOUND.replace('"sip:desk@127.0.0.1"', '"sip:desk@[2001:db8::9]:5062;transport=tcp"')
    ).settings
    (agent,) = settings.phones
    assert settings.phones[AgentName(agent)].way.uri == "sip:desk@[2001:db8::9]:5062;transport=tcp"


@pytest.mark.parametrize("host", ["[2001:db8::5::1]", "[1.2.3.4]", "[:]"])
def test_what_is_none_is_told_at_its_place(one_problem, host):
    message = one_problem(SOUND + f'sip: {{listen: [§"udp:{host}:5060"]}}')
    assert f"expected an IPv6 address in brackets, as [2001:db8::5]; {host} is none" in message
    message = one_problem(SOUND.replace('"sip:desk@127.0.0.1"', f'§"sip:desk@{host}"'))
    assert f"{host} is none" in message
