"""The real switch against those who try passwords: banned, listed, over a reload, and heard again."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from softswitch.control.client import ask
from softswitch.control.wire import SOCKET
from softswitch.testing.phone import Phone
from tests.e2e.switch import until
from tests.e2e.test_registering import CONFIGURATION, REALM, home, running

STRICT = {
    **CONFIGURATION,
    "sip": {**CONFIGURATION["sip"], "ban": {"failures": 2, "for": "1h", "never": []}},
}


async def asked(switch, command, **arguments):
    return await asyncio.to_thread(ask, switch.data / SOCKET, command, **arguments)


async def test_who_tries_passwords_is_banned_until_somebody_lifts_it(tmp_path):
    async with running(tmp_path, STRICT) as switch, Phone("201", password="wrong", domain=REALM) as thief:
        for _ in range(2):
            assert (await thief.register(home(switch))).status == 401
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.7):
                await thief.register(home(switch))
        (ban,) = await asked(switch, "bans")
        assert ban["address"] == "127.0.0.1"
        assert "wrong password" in ban["why"]
        assert "'201'" in ban["why"]
        assert 3500 < ban["left"] <= 3600

        await asked(switch, "reload")
        assert len(await asked(switch, "bans")) == 1, "a reload keeps bans"
        status = await asked(switch, "status")
        assert status["bans"] == 1
        assert status["shielded"]["banned"] > 0

        assert (await asked(switch, "unban", address="127.0.0.1"))["banned"]
        async with Phone("201", password="secret-201", domain=REALM) as phone:
            assert (await phone.register(home(switch))).status == 200


async def test_a_reload_changes_who_is_heard(tmp_path):
    async with (
        running(tmp_path, STRICT) as switch,
        Phone("201", password="secret-201", domain=REALM) as phone,
    ):
        assert (await phone.register(home(switch))).status == 200
        listen = [
            {"at": f"udp:127.0.0.1:{switch.port}", "deny": ["127.0.0.0/8"]},
            f"tcp:127.0.0.1:{switch.port}",
        ]
        switch.configure({**STRICT, "sip": {**STRICT["sip"], "listen": listen}})
        answer = await asked(switch, "reload")
        assert answer["after_restart"] == [], "the transports are what they were"
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.7):
                await phone.register(home(switch))
        await asyncio.to_thread(until, lambda: "sip.shielded" in switch.log(), 5.0, switch.last_words)


async def test_a_registered_phone_whose_source_is_banned_is_shown_as_banned(tmp_path):
    async with (
        running(tmp_path, STRICT) as switch,
        Phone("201", password="secret-201", domain=REALM) as phone,
        Phone("201", password="wrong", domain=REALM) as thief,
    ):
        assert (await phone.register(home(switch))).status == 200
        (line,) = await asked(switch, "phones")
        assert line["state"] == "there"
        while not await asked(switch, "bans"):  # a source with a phone of ours has more patience
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.7):
                    await thief.register(home(switch))
        (line,) = await asked(switch, "phones")
        assert line["state"] == "banned"
        await asked(switch, "unban", address="127.0.0.1")
        (line,) = await asked(switch, "phones")
        assert line["state"] != "banned"
