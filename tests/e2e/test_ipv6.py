"""Calls over IPv6, and between IPv6 and IPv4: signalling, sound, registration, a trunk.

A machine without IPv6 on its loopback cannot try any of it, and pytest's summary says so.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager

import pytest

from softswitch.testing.phone import Phone, bindings
from softswitch.testing.voice import tone
from tests.e2e.house import AGENT_TONE, CALLER_TONE, picked_up, voice
from tests.e2e.switch import Switch, serving

V4, V6 = "127.0.0.1", "::1"
REALM = "acme.example"


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind((V6, 0))
    except OSError:
        return False
    return True


pytestmark = pytest.mark.skipif(
    not has_ipv6(), reason="IPV6 IS NOT TESTED: this machine has no ::1, see /proc/net/if_inet6"
)


def listeners(port, *hosts):
    return [f"{transport}:{host}:{port}" for host in hosts for transport in ("udp", "tcp")]


@asynccontextmanager
async def running(folder, hosts, configuration):
    switch = Switch(folder, {})
    sip = {"realm": REALM, "listen": listeners(switch.port, *hosts), **configuration.pop("sip", {})}
    switch.configure(
        {
            "numbers": {"600": {"queue": "support"}, "2xx": {"agent": "dialled"}},
            "queues": {"support": {"ring": "10s", "music": "silence"}},
            **configuration,
            "sip": sip,
        }
    )
    async with serving(switch):
        yield switch


def desk(phone):
    return {
        "agents": {"desk": {"dial": phone.contact, "extension": "201"}},
        "teams": {"support": {"agents": ["desk"]}},
    }


def at(switch, number, host=V6, transport="udp"):
    suffix = "" if transport == "udp" else f";transport={transport}"
    return f"sip:{number}@{f'[{host}]' if ':' in host else host}:{switch.port}{suffix}"


async def talk(call, agent):
    """Both hear each other; the caller hangs up."""
    await asyncio.sleep(1.0)
    assert voice(call.ear.sound().after(0.4), AGENT_TONE) > 0.9
    assert voice(agent.ear.sound().after(0.4), CALLER_TONE) > 0.9
    call.bye()
    assert await agent.until_ended() == "them"


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_a_call_over_ipv6_alone_has_its_addresses_everywhere(tmp_path, transport):
    async with (
        Phone("100", host=V6, transport=transport) as caller,
        Phone("201", host=V6, transport=transport) as phone,
        running(tmp_path, ["[::1]"], desk(phone)) as switch,
    ):
        call = caller.call(at(switch, "600", V6, transport))
        call.say(tone(CALLER_TONE))
        agent = await picked_up(phone)
        await call.until_answered()
        assert call.remote_session.host == V6
        assert f"@[::1]:{switch.port}" in call.target
        assert b"c=IN IP6 ::1\r\n" in agent.invite.body
        assert f"@[::1]:{switch.port}" in agent.invite.get("contact")
        assert "@[::1]>" in agent.invite.get("from")
        await talk(call, agent)
        record = await asyncio.to_thread(switch.record, call.call_id)
        assert record["outcome"] == "answered"


@pytest.mark.parametrize(("one", "other"), [(V6, V4), (V4, V6)])
async def test_a_switch_on_both_connects_one_with_the_other(tmp_path, one, other):
    """Listening on every interface, of either family."""
    async with (
        Phone("100", host=one) as caller,
        Phone("201", host=other) as phone,
        running(tmp_path, ["0.0.0.0", "[::]"], desk(phone)) as switch,
    ):
        call = caller.call(at(switch, "201", one))
        call.say(tone(CALLER_TONE))
        agent = await picked_up(phone)
        await call.until_answered()
        assert (b"c=IN IP6 " in agent.invite.body) is (other == V6)
        assert (":" in call.remote_session.host) is (one == V6)
        await talk(call, agent)


async def test_a_late_offer_over_ipv6_is_one_of_ipv6(tmp_path):
    async with (
        Phone("100", host=V6) as caller,
        Phone("201", host=V4) as phone,
        running(tmp_path, ["127.0.0.1", "[::1]"], desk(phone)) as switch,
    ):
        call = caller.call(at(switch, "201"), late_offer=True)
        call.say(tone(CALLER_TONE))
        agent = await picked_up(phone)
        await call.until_answered()
        assert call.remote_session.host == V6
        await talk(call, agent)


async def test_a_phone_registers_over_ipv6_and_is_rung_there(tmp_path):
    house = {
        "agents": {"desk": {"login": "201", "password": "secret-201"}},
        "teams": {"support": {"agents": ["desk"]}},
    }
    async with (
        running(tmp_path, ["127.0.0.1", "[::1]"], house) as switch,
        Phone("201", host=V6, password="secret-201", domain=REALM) as phone,
        Phone("100") as caller,
    ):
        answer = await phone.register(f"sip:[::1]:{switch.port}", expires=60)
        assert bindings(answer) == {phone.contact: 60}
        call = caller.call(at(switch, "600", V4))
        call.say(tone(CALLER_TONE))
        agent = await picked_up(phone)
        await call.until_answered()
        await talk(call, agent)
        (registered,) = switch.events("PhoneRegistered")
        assert registered["data"]["source"] == f"udp:[::1]:{phone.port}"


async def test_a_carrier_at_an_ipv6_address_is_asked_and_its_calls_come_in(tmp_path):
    async with (
        Phone("carrier", host=V6) as carrier,
        Phone("201") as phone,
        running(
            tmp_path,
            ["127.0.0.1", "[::1]"],
            {
                **desk(phone),
                "sip": {"guests": False},
                "trunks": {"carrier": {"server": f"[::1]:{carrier.port}"}},
            },
        ) as switch,
    ):
        async with asyncio.timeout(5):
            while not switch.events("TrunkUp"):  # noqa: ASYNC110 - it is another process's
                await asyncio.sleep(0.05)
        assert switch.events("TrunkUp")[0]["data"]["server"] == f"udp:[::1]:{carrier.port}"
        call = carrier.call(at(switch, "600"))
        call.say(tone(CALLER_TONE))
        agent = await picked_up(phone)
        await call.until_answered()
        await talk(call, agent)


async def test_an_offer_of_ipv6_alone_to_a_switch_without_it_is_refused(tmp_path):
    async with Phone("100") as caller, Phone("201") as phone, running(tmp_path, [V4], desk(phone)) as switch:
        body = caller.call(at(switch, "999", V4)).local_session.pack()
        call = caller.call(
            at(switch, "600", V4), body=body.replace(b"IN IP4 127.0.0.1", b"IN IP6 2001:db8::7")
        )
        with pytest.raises(Exception, match="488"):
            await call.until_answered()
