"""Which number a carrier is told, and which one the person called sees."""

from __future__ import annotations

from dataclasses import replace

import pytest

from softswitch.calls.call import Call
from softswitch.calls.presentation import Presentation, presented
from softswitch.config.settings import Trunk, TrunkServer
from softswitch.dialplan.numbering import NumberFormat, Numbering
from softswitch.testing.fakes import FakeEndpoint, FakeJournal
from softswitch.types import AgentName, CallId, Language, Origin, TrunkName, Way

pytestmark = pytest.mark.virtual_time

OWN, CALLER = "+48221234567", "+48600100200"
SERVERS = (TrunkServer("sip.carrier.example"),)
PLAIN = Trunk(TrunkName("carrier"), SERVERS)
OURS = Trunk(TrunkName("carrier"), SERVERS, caller_id=OWN)
THEIRS = Trunk(TrunkName("carrier"), SERVERS, caller_id=OWN, show_callers=True)
AGENT = Origin(agent=AgentName("desk-201"))


def present(trunk: Trunk, caller: str, origin: Origin = AGENT) -> Presentation:
    leg = FakeEndpoint().incoming("600", caller, origin=origin)
    call = Call(CallId("c"), leg, Language("en"), FakeJournal(), 0.0)
    return presented(trunk, Numbering(), call, Way("sip:1@x", trunk=trunk.name))


@pytest.mark.parametrize(
    ("trunk", "caller", "shown", "asserted"),
    [
        (PLAIN, CALLER, CALLER, CALLER),
        (PLAIN, "", "", ""),
        (PLAIN, "201", "201", "201"),
        (OURS, CALLER, OWN, OWN),
        (OURS, "", OWN, OWN),
        (OURS, "201", OWN, OWN),
        (THEIRS, CALLER, CALLER, OWN),
        (THEIRS, "", "", OWN),
        (THEIRS, "201", OWN, OWN),
    ],
)
async def test_who_is_shown_and_who_is_asserted(trunk: Trunk, caller: str, shown: str, asserted: str) -> None:
    it = present(trunk, caller)
    assert (it.caller.number, it.asserted.number) == (shown, asserted)
    assert ("Privacy" in it.headers) == (not shown)
    assert not it.caller.name


@pytest.mark.parametrize(
    ("trunk", "caller", "asserted"),
    [
        (PLAIN, CALLER, CALLER),
        (OURS, CALLER, OWN),
        (THEIRS, CALLER, CALLER),
        (THEIRS, "", OWN),
        (OURS, "201", OWN),
    ],
)
async def test_where_the_account_stands_in_from_the_number_is_asserted(
    trunk: Trunk, caller: str, asserted: str
) -> None:
    it = present(replace(trunk, from_user="acme"), caller)
    assert (it.caller.number, it.asserted.number) == ("acme", asserted)
    assert ("Privacy" in it.headers) == (trunk is THEIRS and not caller)


async def test_numbers_are_written_as_the_carrier_reads_them() -> None:
    trunk = Trunk(TrunkName("carrier"), SERVERS, caller_id=OWN, show_callers=True, format=NumberFormat.DIGITS)
    it = present(trunk, CALLER)
    assert (it.caller.number, it.asserted.number) == (CALLER[1:], OWN[1:])


@pytest.mark.parametrize(("trunk", "shown"), [(PLAIN, ""), (OURS, OWN), (THEIRS, "")])
async def test_a_number_that_nobody_vouches_for_is_not_told(trunk: Trunk, shown: str) -> None:
    it = present(trunk, CALLER, Origin())
    assert (it.caller.number, it.asserted.number) == (shown, trunk.caller_id or "")
