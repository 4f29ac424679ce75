"""Phones behind NAT: what they call themselves leads nowhere, the way their messages came leads to them."""

from __future__ import annotations

import pytest

from softswitch.types import LegState, Party, Way
from tests.sip.conftest import House
from tests.sip.phone import Dialog, Phone, Ringing, sdp

pytestmark = pytest.mark.asyncio(loop_scope="module")

INSIDE = "sip:201@10.9.8.7:5062"
"""What a phone calls itself that does not know of its NAT."""


async def test_a_call_goes_by_its_route_which_the_phone_does_not_see(
    house: House, agent_phone: Phone
) -> None:
    leg = house.endpoint.dial(
        Way(INSIDE, route=(f"sip:127.0.0.1:{agent_phone.port};lr;hide",)), caller=Party("100")
    )
    ringing = await Ringing.wait(agent_phone)
    assert ringing.invite.first == f"INVITE {INSIDE} SIP/2.0"
    assert not ringing.invite.header("Route")
    ringing.respond(200, sdp(9), Contact=f"<{INSIDE}>")
    ack = await ringing.request("ACK")
    assert ack.first == f"ACK {INSIDE} SIP/2.0"
    await leg.answered()
    leg.hangup()
    bye = await ringing.request("BYE")
    assert bye.first == f"BYE {INSIDE} SIP/2.0"
    assert not bye.header("Route")
    ringing.respond(200, request=bye)


async def test_a_path_is_written_into_the_request(house: House, agent_phone: Phone) -> None:
    path = f"sip:edge@127.0.0.1:{agent_phone.port};lr"
    house.endpoint.dial(Way(INSIDE, route=(path, "sip:core@192.0.2.1;lr")), caller=Party("100"))
    ringing = await Ringing.wait(agent_phone)
    assert ringing.invite.header("Route") == f"<{path}>"
    assert ringing.invite.headers("Route")[1] == "<sip:core@192.0.2.1;lr>"
    ringing.respond(486)
    await ringing.request("ACK")


async def test_the_route_of_one_call_is_not_that_of_the_next(house: House, agent_phone: Phone) -> None:
    house.endpoint.dial(Way(INSIDE, route=(f"sip:127.0.0.1:{agent_phone.port};lr",)), caller=Party("100"))
    (await Ringing.wait(agent_phone)).respond(486)
    house.endpoint.dial(Way(f"sip:202@127.0.0.1:{agent_phone.port}"), caller=Party("100"))
    second = await Ringing.wait(agent_phone)
    assert second.invite.first == f"INVITE sip:202@127.0.0.1:{agent_phone.port} SIP/2.0"
    assert not second.invite.header("Route")
    second.respond(486)


async def test_a_caller_behind_nat_hears_that_the_call_is_over(house: House, phone: Phone) -> None:
    house.auto = True
    call = Dialog(phone)
    call.send("INVITE", sdp(9), Contact="<sip:100@192.168.55.9:5060>")
    text = await call.final("INVITE")
    assert "hide" not in text.text
    call.ack()
    leg = await house.caller()
    await leg.answered()
    leg.hangup()
    bye = await phone.wait(lambda m: m.first.startswith("BYE "))
    assert bye.first == "BYE sip:100@192.168.55.9:5060 SIP/2.0"
    Ringing(phone, bye).respond(200)
    await leg.ended
    assert leg.state is LegState.ENDED


async def test_a_proxy_that_stays_on_the_way_is_left_there(house: House, phone: Phone) -> None:
    house.auto = True
    call = Dialog(phone)
    route = f"<sip:127.0.0.1:{phone.port};lr>"
    call.send("INVITE", sdp(9), Contact="<sip:100@192.168.55.9:5060>", Record_Route=route)
    assert (await call.final("INVITE")).header("Record-Route") == route
    call.ack()
    leg = await house.caller()
    await leg.answered()
    leg.hangup()
    bye = await phone.wait(lambda m: m.first.startswith("BYE "))
    assert bye.header("Route") == route
    Ringing(phone, bye).respond(200)
