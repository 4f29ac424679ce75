"""Calls from carriers, by address and by credentials: whose numbers are believed, what goes on outside."""

from __future__ import annotations

import asyncio

import pytest

from softswitch.testing.phone import Phone, Refused
from tests.e2e.carrier import Carrier
from tests.e2e.test_outbound import HOUSE, NUMBER, OWN, answered, house, refused
from tests.e2e.test_registering import running

DESK = {"name": "Front desk"}


def inbound(*carriers, desk, **trunk):
    """A DID that rings a desk, and one that goes on outside."""
    return house(*carriers, **trunk) | {
        "agents": HOUSE["agents"] | {"front": DESK | {"dial": desk.contact}},
        "numbers": {
            "+48221110000": {"agent": "front"},
            "+48222220000": {"dial": NUMBER},
            "600": {"agent": "front"},
        },
        "outbound": [{"name": "outside", "match": ["+*", "112"], "via": "carrier"}],
    }


async def shown(desk):
    """What the desk's phone is told of the caller, who is then refused."""
    ringing = await desk.rung()
    ringing.refuse(486)
    return ringing.invite.get("from").partition(";")[0], ringing.invite.get("p-asserted-identity")


async def test_a_carrier_is_known_by_its_address_and_its_numbers_are_believed(tmp_path):
    async with Carrier() as carrier, Phone("front") as desk, Phone("100") as anybody:
        settings = inbound(carrier, desk=desk)
        async with running(tmp_path, settings) as switch:
            identity = ("P-Asserted-Identity", '"Grace" <sip:600100200@carrier.example>')
            call = carrier.call(switch.uri("48221110000"), headers=[identity])
            known, _ = await shown(desk)
            assert known == '"Grace" <sip:+48600100200@127.0.0.1>'
            assert await refused(call) == 486
            switch.records(lambda _: True)
            arrived = switch.events("CallArrived")[0]["data"]
            assert (arrived["trunk"], arrived["dialled_as"]) == ("carrier", "48221110000")
            assert (arrived["dialled"], arrived["number"]) == ("+48221110000", "+48600100200")
            # Whoever else writes it is who From says.
            call = anybody.call(switch.uri("600"), headers=[identity])
            assert (await shown(desk))[0] == "<sip:100@127.0.0.1>"
            await refused(call)
            assert await refused(anybody.call(switch.uri("48221110000"))) == 404


async def test_a_caller_who_hides_is_hidden_from_agents_and_outside(tmp_path):
    async with Carrier() as carrier, Phone("front") as desk:
        settings = inbound(carrier, desk=desk, show_callers=True)
        async with running(tmp_path, settings) as switch:
            headers = [("P-Asserted-Identity", '"Grace" <sip:+48600100200@x>'), ("Privacy", "id;critical")]
            call = carrier.call(switch.uri("+48221110000"), headers=headers)
            for told in await shown(desk):
                assert "600100200" not in told
                assert "Grace" not in told
            await refused(call)
            call = carrier.call(switch.uri("+48222220000"), headers=headers)
            outside = await answered(carrier)
            await call.until_answered()
            assert outside.invite.get("from").startswith('"Anonymous" <sip:anonymous@anonymous.invalid>')
            assert outside.invite.get("p-asserted-identity") == f"<sip:{OWN}@127.0.0.1>"
            assert outside.invite.get("privacy") == "id"
            outside.bye()
            await call.until_ended()
            assert [record["number"] for record in switch.records(lambda _: True, 2)] == ["", ""]


async def test_a_call_that_goes_on_outside_tells_who_passed_it_on(tmp_path):
    async with (
        Carrier() as carrier,
        Phone("front") as desk,
        running(tmp_path, inbound(carrier, desk=desk)) as switch,
    ):
        diversion = ("Diversion", "<sip:221110000@carrier.example>;reason=no-answer;counter=1")
        call = carrier.call(switch.uri("222220000"), headers=[diversion])
        outside = await answered(carrier)
        await call.until_answered()
        assert outside.invite.get("diversion") == (
            "<sip:+48222220000@127.0.0.2>;reason=unconditional;privacy=off, "
            "<sip:+48221110000@127.0.0.2>;reason=no-answer;privacy=off"
        )
        history = outside.invite.get("history-info")
        assert history.startswith(
            "<sip:+48221110000@127.0.0.2>;index=1, <sip:+48222220000@127.0.0.2;cause=408>"
        )
        call.bye()
        await outside.until_ended()
        record = switch.record(call.call_id)
        assert (record["diverted"], record["outside"]) == (["+48221110000"], NUMBER)


async def test_a_carrier_is_known_by_its_credentials_from_any_address(tmp_path):
    credentials = {"username": "branch", "password": "open-sesame"}
    async with (
        Carrier() as carrier,
        Phone("front") as desk,
        Phone("branch", host="127.0.0.7", password="open-sesame") as branch,
        Phone("branch", host="127.0.0.8", password="guess") as liar,
    ):
        settings = inbound(carrier, desk=desk, inbound=credentials, channels=1)
        async with running(tmp_path, settings) as switch:
            identity = ("P-Asserted-Identity", "<sip:600100200@branch.example>")
            call = branch.call(switch.uri("221110000"), headers=[identity])
            ringing = await desk.rung()
            assert ringing.invite.get("from").startswith("<sip:+48600100200@")
            assert await refused(branch.call(switch.uri("221110000"))) == 503  # more than its channels
            ringing.refuse(486)
            assert await refused(call) == 486
            assert await refused(liar.call(switch.uri("221110000"))) == 401
            # The servers' address alone proves nothing then; a From of theirs is asked for proof.
            assert await refused(carrier.call(switch.uri("221110000"), headers=[identity])) == 401
            switch.records(lambda _: True)
            trunks = [event["data"].get("trunk") for event in switch.events("CallArrived")]
            assert trunks == ["carrier"]
            assert "open-sesame" not in switch.log()


async def test_a_call_to_our_registration_goes_where_to_says(tmp_path):
    async with Carrier(secret="secret") as carrier, Phone("front") as desk:
        account = {"username": "acme", "password": "secret", "register": True}
        async with running(tmp_path, inbound(carrier, desk=desk, **account)) as switch:
            async with asyncio.timeout(8):
                while not carrier.contact_of_switch:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            call = carrier.call(
                carrier.contact_of_switch, headers=[("P-Called-Party-ID", "<sip:221110000@x>")]
            )
            await shown(desk)
            with pytest.raises(Refused, match="486"):
                await call.until_answered()
            switch.records(lambda _: True)
            assert switch.events("CallArrived")[0]["data"]["dialled"] == "+48221110000"
