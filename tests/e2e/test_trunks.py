"""Trunks of the real switch and scripted carriers: registration, health, calls out and in."""

from __future__ import annotations

import asyncio

from softswitch.control.client import ask
from tests.e2e.carrier import Carrier
from tests.e2e.switch import until
from tests.e2e.test_registering import running

QUIET = {"numbers": {"600": {"reject": 480}}}


def account(carrier, **more):
    """A trunk that registers at a scripted carrier."""
    return {"server": carrier.server, "username": "acme", "password": "secret", "register": True} | more


async def trunks(switch):
    """What `softswitch trunks --json` shows."""
    return await asyncio.to_thread(ask, switch.data / "control.sock", "trunks")


async def becomes(switch, state, within=8.0, place=0):
    async with asyncio.timeout(within):
        while (line := (await trunks(switch))[place])["state"] != state:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        return line


async def test_a_trunk_registers_with_digest_and_leaves_in_order(tmp_path):
    async with Carrier(secret="secret") as carrier:
        async with running(tmp_path, QUIET | {"trunks": {"carrier": account(carrier)}}) as switch:
            line = await becomes(switch, "up")
            assert (line["trunk"], line["server"]) == ("carrier", f"udp:{carrier.server}")
            assert line["registered"]
            assert f":{switch.port}" in carrier.contact_of_switch
            asked = carrier.heard("REGISTER")[-1]
            assert asked.get("to") == "<sip:acme@127.0.0.2>"
            assert asked.get("expires") == "600"
            assert switch.events("TrunkUp")[0]["data"] == {"trunk": "carrier", "server": line["server"]}
        assert carrier.contact_of_switch == ""
        assert carrier.heard("OPTIONS")[0].get("from").startswith("<sip:acme@127.0.0.2>")
    assert "secret" not in switch.log()


async def test_a_wrong_password_is_down_with_its_reason(tmp_path):
    carrier = Carrier(secret="other")
    async with carrier, running(tmp_path, QUIET | {"trunks": {"carrier": account(carrier)}}) as switch:
        line = await becomes(switch, "down")
        assert line["problem"].startswith("REGISTER: 401")
        assert not line["registered"]
        (down,) = await asyncio.to_thread(until, lambda: switch.events("TrunkDown"), 5, switch.last_words)
        assert down["data"]["why"] == line["problem"]


async def test_a_refused_registration_is_tried_again(tmp_path):
    async with Carrier() as carrier:
        carrier.registrar = 503
        async with running(tmp_path, QUIET | {"trunks": {"carrier": account(carrier)}}) as switch:
            assert (await becomes(switch, "down"))["problem"].startswith("REGISTER: 503")
            carrier.registrar = 200
            assert (await becomes(switch, "up"))["registered"]


async def test_a_server_that_answers_no_options_is_down_until_it_does(tmp_path):
    async with Carrier() as carrier:
        carrier.options = 404  # it is there all the same
        trunk = {"server": carrier.server, "options": "500ms"}
        async with running(tmp_path, QUIET | {"trunks": {"carrier": trunk}}) as switch:
            line = await becomes(switch, "up")
            assert line["registered"] is None
            assert 0 < line["latency"] < 1
            carrier.options = None
            assert (await becomes(switch, "down", 20.0))["problem"] == "OPTIONS: no answer"
            carrier.options = 200
            await becomes(switch, "up")
            carrier.options = 503
            assert (await becomes(switch, "down"))["problem"] == "OPTIONS: 503"


async def test_a_reload_leaves_what_has_not_changed_and_lets_go_of_the_rest(tmp_path):
    async with Carrier() as one, Carrier("127.0.0.3") as two:
        configuration = QUIET | {"trunks": {"one": account(one), "two": account(two)}}
        async with running(tmp_path, configuration) as switch:
            await becomes(switch, "up", place=0)
            await becomes(switch, "up", place=1)
            first = len(one.heard("REGISTER"))
            switch.configure(QUIET | {"trunks": {"one": account(one)}})
            await asyncio.to_thread(ask, switch.data / "control.sock", "reload")
            assert [line["trunk"] for line in await trunks(switch)] == ["one"]
            async with asyncio.timeout(5):
                while two.contact_of_switch:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            assert len(one.heard("REGISTER")) == first
