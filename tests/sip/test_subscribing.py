"""Subscriptions on the real endpoint: what goes over the wire, and SUBSCRIBEs that no phone should send."""

from __future__ import annotations

import asyncio
from xml.etree import ElementTree

import pytest
import pytest_asyncio

from softswitch.ports import Recorded
from softswitch.registration.accounts import Proven
from softswitch.sip.watching import Watching
from softswitch.types import AgentName, CallId
from tests.sip.conftest import House
from tests.sip.phone import Dialog, Heard, Phone, sdp

pytestmark = pytest.mark.asyncio(loop_scope="module")
ANN, BOB = AgentName("ann"), AgentName("bob")


class Trusting:
    """Proofs that take everybody for Ann."""

    def of(self, request):
        return Proven(ANN, "201")


@pytest_asyncio.fixture(loop_scope="module")
async def watching(house: House):
    made = Watching(house.endpoint.sender, Trusting())
    made.apply({"201": ANN, "202": BOB}, "*13", [ANN])
    allowed = house.endpoint.gate.allowed
    made.install(house.endpoint.gate)
    yield made
    made.close()
    del house.endpoint.gate._handlers["SUBSCRIBE"]
    house.endpoint.gate.allowed = allowed


class Lamp(Dialog):
    """A subscription, as a telephone sees it; `answers` NOTIFYs when told to."""

    async def subscribe(self, **headers: str) -> Heard:
        self.send("SUBSCRIBE", **{"Event": "dialog", "Expires": "300"} | headers)
        return await self.final("SUBSCRIBE")

    async def notify(self, status: int = 200) -> Heard:
        found = await self.phone.wait(
            lambda heard: heard.first.startswith("NOTIFY ") and heard.header("Call-ID") == self.call_id
        )
        lines = [
            f"SIP/2.0 {status} Because",
            *(f"Via: {via}" for via in found.headers("Via")),
            *(f"{name}: {found.header(name)}" for name in ("From", "To", "Call-ID", "CSeq")),
        ]
        self.phone.send("\r\n".join([*lines, "Content-Length: 0", "", ""]))
        return found


def rings(watching, call="call"):
    for kind, data in (("CallArrived", {"number": "100"}), ("OfferMade", {"agent": BOB, "offer": "o1"})):
        watching.hear(Recorded(1, 0.0, kind, CallId(call), data))


async def gone(watching):
    async with asyncio.timeout(5):
        while watching.counts():  # noqa: ASYNC110 - nobody is told
            await asyncio.sleep(0.01)


DROPPED = 0


async def status_or_drop(house: House, lamp: Lamp) -> int:
    """The status of the answer; DROPPED when PJSIP cannot read the request, which it counts."""
    before = house.endpoint.gate.dropped()
    async with asyncio.timeout(5):
        while True:
            try:
                found = await lamp.phone.wait(
                    lambda heard: heard.method == "SUBSCRIBE" and heard.status > 0, 0.1
                )
                return found.status
            except TimeoutError:
                if house.endpoint.gate.dropped() != before:
                    return DROPPED


async def test_the_dialog_is_one_dialog(house: House, phone: Phone, watching) -> None:
    lamp = Lamp(phone, "202")
    answer = await lamp.subscribe()
    assert (answer.status, answer.header("Expires")) == (200, "300")
    assert answer.header("Contact") == f"<sip:127.0.0.1:{house.port}>"
    notify = await lamp.notify()
    assert notify.first == f"NOTIFY sip:100@127.0.0.1:{phone.port} SIP/2.0"
    assert notify.header("To").endswith(f";tag={lamp.tag}")
    assert notify.header("From").endswith(f";tag={lamp.remote_tag}")
    assert notify.header("Contact") == f"<sip:127.0.0.1:{house.port}>"
    assert notify.header("Max-Forwards") == "70"
    assert notify.header("Content-Type") == "application/dialog-info+xml"
    assert int(notify.header("Content-Length")) == len(notify.body)
    assert notify.headers("Route") == []
    assert ElementTree.fromstring(notify.body).get("entity") == f"sip:202@127.0.0.1:{house.port}"
    rings(watching)
    assert "<state>early</state>" in (await lamp.notify()).body
    assert (await lamp.subscribe(Expires="0")).status == 200
    last = await lamp.notify()
    assert last.header("Subscription-State") == "terminated;reason=timeout"
    assert last.header("CSeq") == "3 NOTIFY"
    await gone(watching)
    assert (await lamp.subscribe()).status == 481


async def test_a_phone_behind_nat_is_reached_where_it_came_from(phone: Phone, watching) -> None:
    lamp = Lamp(phone, "202")
    assert (await lamp.subscribe(Contact="<sip:201@10.20.30.40:5062>")).status == 200
    notify = await lamp.notify(481)
    assert notify.first == "NOTIFY sip:201@10.20.30.40:5062 SIP/2.0"
    assert notify.headers("Route") == []
    await gone(watching)


async def test_proxies_that_stay_on_the_way_are_on_the_way_back(phone: Phone, watching) -> None:
    near, far = f"<sip:127.0.0.1:{phone.port};lr>", "<sip:proxy.invalid;lr>"
    lamp = Lamp(phone, "202")
    answer = await lamp.subscribe(Contact="<sip:201@10.20.30.40:5062>", Record_Route=f"{near}, {far}")
    assert ", ".join(answer.headers("Record-Route")) == f"{near}, {far}"
    notify = await lamp.notify(481)
    assert ", ".join(notify.headers("Route")) == f"{near}, {far}"
    await gone(watching)
    named = Lamp(phone, "202")
    assert (await named.subscribe(Record_Route=far)).status == 200
    notify = await named.notify(481)
    assert notify.headers("Route") == [far], "and nobody looked the name up"
    await gone(watching)


async def test_a_subscribe_that_comes_twice_is_one_subscription(phone: Phone, watching) -> None:
    lamp = Lamp(phone, "202")
    lamp.cseq = 1
    text = lamp.text("SUBSCRIBE", Event="dialog")
    phone.send(text)
    phone.send(text)
    tags = {(await lamp.final("SUBSCRIBE")).header("To") for _ in range(2)}
    assert len(tags) == 1
    assert watching.counts() == {f"127.0.0.1:{phone.port}": 1}
    await lamp.notify(481)
    await gone(watching)


async def test_a_notify_that_is_not_answered_comes_again(phone: Phone, watching) -> None:
    lamp = Lamp(phone, "202")
    await lamp.subscribe()
    first = await phone.wait(lambda heard: heard.first.startswith("NOTIFY "))
    rings(watching)
    again = await lamp.notify()
    assert again.text == first.text, "nothing newer, until this one is answered"
    assert "<state>early</state>" in (await lamp.notify(481)).body
    await gone(watching)


async def test_within_a_call_nobody_subscribes(house: House, phone: Phone, watching) -> None:
    house.auto = True
    call = Dialog(phone)
    await call.invite(sdp(9))
    leg = await house.caller()
    await leg.answered()
    for event, status in (("dialog", 403), ("refer", 489)):
        call.send("SUBSCRIBE", Event=event)
        assert (await call.final("SUBSCRIBE")).status == status
    assert not leg.ended.done()
    await call.bye()


@pytest.mark.parametrize(
    ("number", "headers", "status"),
    [
        ("202", {"Event": "presence"}, 489),
        ("202", {"Event": ";;;"}, DROPPED),
        ("202", {"Event": "dialog;id=<x>"}, DROPPED),
        ("202", {"Event": "dialog dialog"}, DROPPED),
        ("202", {"Event": "dialog", "o": "dialog"}, 400),
        ("202", {"Contact": "*"}, 400),
        ("202", {"Contact": "<sip:a@b>, <sip:c@d>"}, 400),
        ("202", {"Contact": "<mailto:a@b>"}, 400),
        ("202", {"Contact": f"<sip:{'a' * 2100}@10.0.0.1>"}, 400),
        ("202", {"Require": "eventlist"}, 420),
        ("202", {"Accept": "text/plain"}, 406),
        ("202", {"Expires": "1"}, 423),
        ("%00", {}, 404),
        ('2"02', {}, DROPPED),
        ("<202>", {}, DROPPED),
        ("202", {"To": "<sip:202@x>;tag=a"}, 400),
    ],
)
async def test_a_subscribe_that_no_phone_should_send(
    house: House, phone: Phone, watching, number: str, headers: dict[str, str], status: int
) -> None:
    lamp = Lamp(phone, number)
    lamp.send("SUBSCRIBE", **{"Event": "dialog"} | headers)
    assert await status_or_drop(house, lamp) == status
    assert watching.counts() == {}


@pytest.mark.parametrize(
    "contact",
    ["<sip:[::1]:5060>", "<sip:x@%%%>", "<sip:a@10.0.0.1;transport=carrier-pigeon>", "<sips:a@10.0.0.1>"],
)
async def test_a_target_that_cannot_be_reached_ends_it_and_nothing_else(
    house: House, phone: Phone, watching, contact: str
) -> None:
    lamp = Lamp(phone, "202")
    lamp.send("SUBSCRIBE", Event="dialog", Expires="0", Contact=contact)
    await status_or_drop(house, lamp)
    await asyncio.sleep(0.1)
    if watching.counts():
        await lamp.notify()
    await gone(watching)
    assert (await phone.request("OPTIONS")).status == 200


@pytest.mark.parametrize("expires", ["0", "-1", "4294967295", "99999999999999999999", "soon", "60", ""])
async def test_an_expires_in_every_shape(house: House, phone: Phone, watching, expires: str) -> None:
    lamp = Lamp(phone, "202")
    lamp.send("SUBSCRIBE", Event="dialog", Expires=expires)
    if await status_or_drop(house, lamp) == 200:
        await lamp.notify(481)
    await gone(watching)
    assert (await phone.request("OPTIONS")).status == 200
