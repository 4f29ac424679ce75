"""Calls from carriers: their numbers in the switch's form, and what becomes of them."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from softswitch.config.settings import SwitchSettings
from softswitch.ports import RefusedCall
from softswitch.routing import CallerRule, NumberRule, Routing
from softswitch.testing.fakes import FakeLeg, answers
from softswitch.types import Origin, Party, Reject, ToNumber, ToQueue
from tests.calls.house import SUPPORT, House
from tests.calls.test_outbound import CARRIER, NUMBER, house, settings, tried

pytestmark = pytest.mark.virtual_time

DID = "+48221234567"


def numbers(*rules: NumberRule, **trunk: object) -> SwitchSettings:
    return settings(*(rules or (NumberRule(DID, ToQueue(SUPPORT)),)), **trunk)


def calls_in(
    it: House, dialled: str, number: str = "600100200", origin: Origin | None = None, **headers: str
) -> FakeLeg:
    """A carrier's call."""
    leg = it.endpoint.incoming(
        dialled, number, headers=headers, origin=Origin(trunk=CARRIER) if origin is None else origin
    )
    it.supervisor.welcome(leg)
    return leg


@pytest.mark.parametrize("form", [DID, "48221234567", "0048221234567", "221234567", "+48 22 123-45-67"])
async def test_a_did_finds_its_line_in_whatever_form_the_carrier_sends_it(form: str) -> None:
    async with house(config=numbers()) as it:
        leg = calls_in(it, form)
        await asyncio.sleep(0.1)
        arrived = it.journal.find("CallArrived")[0].data
        assert (arrived["dialled"], arrived["number"], arrived["trunk"]) == (DID, "+48600100200", "carrier")
        assert arrived["number_as"] == "600100200"
        assert arrived.get("dialled_as", DID) == form
        assert it.journal.find("CallerJoined")
        leg.hang_up()


async def test_a_line_in_the_carriers_own_form_counts_too() -> None:
    config = numbers(NumberRule("221234567", Reject(410)), NumberRule(DID, Reject(411)))
    config = replace(
        config,
        routing=Routing(
            config.routing.numbers, (CallerRule("short", ("600100200",), reject=603), *config.routing.callers)
        ),
    )
    async with house(config=config) as it:
        assert (await calls_in(it, "221234567", "700").ended).status == 410
        assert (await calls_in(it, DID, "700").ended).status == 411
        assert (await calls_in(it, DID).ended).status == 603


async def test_a_call_to_our_registration_is_for_the_number_in_to() -> None:
    async with house(config=numbers(username="acme")) as it:
        first = calls_in(it, "acme", to='"x" <sip:48221234567@carrier.example>')
        second = calls_in(it, "acme", **{"to": "<sip:acme@x>", "p-called-party-id": "<sip:221234567@x>"})
        await asyncio.sleep(0.1)
        assert [note.data["dialled"] for note in it.journal.find("CallArrived")] == [DID, DID]
        first.hang_up()
        second.hang_up()


async def test_of_anybody_else_nothing_is_rewritten_or_believed() -> None:
    async with house(config=numbers()) as it:
        leg = calls_in(it, "221234567", origin=Origin(), diversion="<sip:+48221110000@x>")
        assert (await leg.ended).status == 404
        arrived = it.journal.find("CallArrived")[0].data
        assert arrived["dialled"] == "221234567"
        assert "diverted" not in arrived


async def test_who_passed_a_call_on_is_on_record() -> None:
    async with house(config=numbers()) as it:
        leg = calls_in(it, DID, diversion="<sip:221110000@x>;reason=no-answer")
        await asyncio.sleep(0.1)
        arrived = it.journal.find("CallArrived")[0].data
        assert arrived["diverted"] == [{"number": "+48221110000", "reason": "no-answer"}]
        leg.hang_up()


async def test_a_call_that_goes_on_outside_says_who_passed_it_on() -> None:
    config = numbers(NumberRule(DID, ToNumber(NUMBER, (CARRIER,))), show_callers=True)
    async with house({"one": answers(talks=1.0)}, config) as it:
        await calls_in(it, "221234567", diversion="<sip:221110000@x>;reason=no-answer").ended
        (out,) = it.endpoint.dialled
        assert out.caller_shown == Party("+48600100200")
        assert out.asserted == Party("+48221234567")
        assert out.headers["Diversion"].startswith(
            f"<sip:{DID}@one.example>;reason=unconditional;privacy=off, "
        )
        assert out.headers["History-Info"].endswith(f"<sip:{NUMBER}@one;cause=302>;index=1.1.1;mp=1.1")


async def test_a_caller_who_hides_stays_hidden_outside() -> None:
    config = numbers(NumberRule(DID, ToNumber(NUMBER, (CARRIER,))), show_callers=True)
    async with house({"one": answers(talks=1.0)}, config) as it:
        await calls_in(it, DID, "").ended
        (out,) = it.endpoint.dialled
        assert (out.caller_shown, out.headers["Privacy"]) == (Party(""), "id")


async def test_a_call_that_comes_back_to_where_it_was_passed_on_ends() -> None:
    config = numbers(NumberRule(DID, ToNumber(NUMBER, (CARRIER,))))
    async with house({"one": answers(talks=1.0)}, config) as it:
        leg = calls_in(it, DID, diversion="<sip:+48600300400@x>;reason=unconditional, <sip:221234567@x>")
        assert ((await leg.ended).status, tried(it)) == (482, [])


async def test_the_class_of_callers_who_hide_has_a_name() -> None:
    config = numbers()
    hidden = CallerRule("hidden", ("anonymous",), reject=433)
    async with house(config=replace(config, routing=Routing(config.routing.numbers, (hidden,)))) as it:
        assert (await calls_in(it, DID, "").ended).status == 433


async def test_a_call_that_was_refused_before_it_had_a_leg_is_on_record() -> None:
    async with house(config=numbers()) as it:
        party = Party("600100200", "", "sip:600100200@carrier")
        refused = RefusedCall("abc@x", party, Origin(trunk=CARRIER), "221234567", "udp", {}, 488, "no key")
        it.supervisor.refused(refused)
        arrived, turned, ended = it.journal.notes
        assert (arrived.kind, turned.kind, ended.kind) == ("CallArrived", "CallRefused", "CallEnded")
        assert arrived.call == turned.call == ended.call
        assert (arrived.data["number"], arrived.data["dialled"]) == ("+48600100200", DID)
        assert (arrived.data["trunk"], arrived.data["sip_call_id"]) == (CARRIER, "abc@x")
        assert turned.data == {"status": 488, "reason": "no key"}
        assert (ended.data["status"], ended.data["ended_by"]) == (488, "switch")
        assert not it.supervisor.calls
