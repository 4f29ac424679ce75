"""Lamps on virtual time: who may watch, the order of NOTIFYs, their pace, settings that change."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from structlog.testing import capture_logs

from softswitch.ports import Recorded
from softswitch.registration.accounts import Account
from softswitch.sip.gate import Request
from softswitch.sip.headers import Message
from softswitch.sip.proofs import Proofs
from softswitch.sip.watching import BURST, PAUSE, Watching
from softswitch.testing.phone.digest import Digest
from softswitch.testing.phone.message import Message as Sent
from softswitch.testing.phone.message import request as sent
from softswitch.types import AgentName, CallId, Messages
from softswitch.watching.subscriptions import Limits, Subscriptions

pytestmark = pytest.mark.virtual_time
ANN, BOB = AgentName("ann"), AgentName("bob")
NUMBERS = {"201": ANN, "202": BOB}
SECRETS = {"201": "secret-201", "202": "secret-202"}


class Line:
    """A sender whose phones answer after a while, with what a test says."""

    def __init__(self):
        self.sent = []
        self.status = 200
        self.delay = 0.05

    def send(self, request, told):
        loop = asyncio.get_running_loop()
        self.sent.append((loop.time(), request))
        loop.call_later(self.delay, told, self.status)

    @property
    def states(self):
        return [request.headers["Subscription-State"] for _, request in self.sent]

    @property
    def bodies(self):
        return [request.body[1] for _, request in self.sent]


class Desk:
    """Watching under test, with two agents' phones before it."""

    def __init__(self, table=None):
        self.line = Line()
        self.offences = []
        proofs = Proofs(lambda source, why: self.offences.append(why))
        accounts = [Account(login, NUMBERS[login], password=SECRETS[login]) for login in NUMBERS]
        proofs.apply(accounts, "acme.example")
        self.watching = Watching(self.line, proofs, table)
        self.apply(NUMBERS, NUMBERS.values())
        self.cseq = itertools.count(1)

    def apply(self, numbers, watchers):
        self.watching.apply(numbers, "*13", watchers)

    def ask(self, number="202", event="dialog", *, user="201", password="", call="c1", tag="", **headers):
        """A SUBSCRIBE of a phone that answers the challenge; gives the last answer."""
        values = {"Contact": "<sip:201@10.0.0.7>", "Event": event, "Expires": "300"} | headers
        uri = f"sip:{number}@acme.example"
        fixed = [("Via", "SIP/2.0/UDP 10.0.0.7;branch=z9hG4bK1"), ("From", "<sip:201@acme.example>;tag=t")]
        fixed += [("To", f"<{uri}>{f';tag={tag}' if tag else ''}"), ("Call-ID", call)]
        message = sent("SUBSCRIBE", uri, [*fixed, ("CSeq", f"{next(self.cseq)} SUBSCRIBE"), *values.items()])
        answer = self._decide(message)
        if answer.status != 401:
            return answer
        challenges = [("WWW-Authenticate", value) for value in answer.headers["WWW-Authenticate"].split("\n")]
        digest = Digest(user, password or SECRETS.get(user, ""), ("SHA-256", "MD5"))
        again = digest.answer(message, Sent("SIP/2.0 401 Unauthorized", challenges))
        next(self.cseq)
        return self._decide(again)

    def _decide(self, message):
        text = Message(message.pack().decode())
        request = Request(
            "SUBSCRIBE", text, "192.0.2.7", 5070, "UDP", in_dialog=False, leg=None, here="sip:here"
        )
        return self.watching.subscribe(request)

    def note(self, kind, call="call", **data):
        self.watching.hear(Recorded(1, 0.0, kind, CallId(call) if call else None, data))

    def rings(self, call):
        self.note("CallArrived", call, number="100", name="Ada", dialled="600")
        self.note("OfferMade", call, agent=BOB, offer="o1")


async def test_a_notify_goes_where_the_subscribe_came_from():
    desk = Desk()
    answer = desk.ask()
    assert (answer.status, answer.headers["Expires"], answer.headers["Contact"]) == (200, "300", "<sip:here>")
    assert desk.line.sent == [], "the answer goes first"
    await asyncio.sleep(0.01)
    ((_, notify),) = desk.line.sent
    assert notify.uri == "sip:201@10.0.0.7"
    assert notify.route == ("sip:192.0.2.7:5070;lr;hide",)
    assert notify.headers["From"] == f"<sip:202@acme.example>;tag={answer.tag}"
    assert notify.headers["To"] == "<sip:201@acme.example>;tag=t"
    assert notify.headers["CSeq"] == "1 NOTIFY"
    assert notify.body[0] == "application/dialog-info+xml"


async def test_changes_while_a_notify_is_on_its_way_are_one_change():
    desk = Desk()
    desk.line.delay = 1.0
    desk.ask()
    await asyncio.sleep(0.5)
    desk.rings("one")
    desk.rings("two")
    desk.note("CallEnded", "one")
    await asyncio.sleep(3.0)
    assert [round(at, 1) for at, _ in desk.line.sent] == [0.0, 1.0]
    last = desk.line.bodies[-1]
    assert 'version="1"' in last
    assert "two-o1" in last
    assert "one-o1" not in last, "it came and went unseen"
    desk.note("CallEnded", "two")
    await asyncio.sleep(2.0)
    assert '<dialog id="two-o1"><state>terminated</state></dialog>' in desk.line.bodies[-1]


async def test_a_phone_that_does_not_answer_is_told_no_more():
    desk = Desk()
    desk.line.status, desk.line.delay = 0, 32.0
    answer = desk.ask()
    desk.rings("one")
    await asyncio.sleep(100)
    desk.rings("two")
    await asyncio.sleep(1)
    assert len(desk.line.sent) == 1
    assert desk.ask(tag=answer.tag).status == 481
    assert desk.watching.counts() == {}


async def test_who_does_not_refresh_is_told_of_the_end():
    desk = Desk()
    answer = desk.ask()
    await asyncio.sleep(200)
    assert desk.ask(tag=answer.tag).status == 200
    await asyncio.sleep(200)
    assert desk.watching.counts() == {"192.0.2.7:5070": 1}
    await asyncio.sleep(101)
    assert desk.line.states == ["active;expires=300", "active;expires=300", "terminated;reason=timeout"]
    assert desk.watching.counts() == {}


async def test_only_its_own_agent_may_touch_a_subscription():
    desk = Desk()
    answer = desk.ask()
    assert desk.ask(tag=answer.tag, user="202", Expires="0").status == 403
    assert desk.ask(tag=answer.tag, password="wrong").status == 401
    assert desk.ask(tag=answer.tag, event="message-summary").status == 481
    await asyncio.sleep(1)
    assert desk.line.states == ["active;expires=300"]
    assert len(desk.offences) == 1


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"event": "presence"}, 489),
        ({"event": ""}, 489),
        ({"event": "dialog, dialog"}, 400),
        ({"Contact": "*"}, 400),
        ({"Contact": ""}, 400),
        ({"number": "999"}, 404),
        ({"event": "message-summary"}, 403),
        ({"Accept": "application/pidf+xml"}, 406),
        ({"Expires": "59"}, 423),
        ({"Expires": "many"}, 200),
        ({"password": "wrong"}, 401),
        ({"user": "999"}, 401),
        ({"tag": "unheard-of"}, 481),
    ],
)
async def test_what_a_subscribe_is_answered(options, status):
    desk = Desk()
    answer = desk.ask(**options)
    assert answer.status == status
    await asyncio.sleep(1)
    assert len(desk.line.sent) == (status == 200)
    if status == 489:
        assert answer.headers == {"Allow-Events": "dialog, message-summary"}


async def test_a_strangers_subscribe_tells_nothing_of_what_there_is():
    desk = Desk()
    there, not_there = [desk.ask(number, user="999", call=number) for number in ("202", "999")]
    assert (there.status, not_there.status) == (401, 401)
    assert there.headers.keys() == not_there.headers.keys()


async def test_many_lamps_are_told_at_a_pace_that_leaves_time_for_calls():
    desk = Desk()
    for number in range(200):
        assert desk.ask(call=f"c{number}").status == 200
        await asyncio.sleep(0)
    await asyncio.sleep(5)
    desk.line.sent.clear()
    began = asyncio.get_running_loop().time()
    desk.rings("one")
    await asyncio.sleep(5)
    assert len(desk.line.sent) == 200
    took = desk.line.sent[-1][0] - began
    assert took == pytest.approx((200 / BURST - 1) * PAUSE, abs=0.01)


async def test_an_agent_who_wants_too_much_is_refused_and_logged_once_a_minute():
    desk = Desk(Subscriptions(lambda: "tag", Limits(per_agent=2)))
    with capture_logs() as lines:
        statuses = [desk.ask(call=f"c{number}").status for number in range(10)]
    assert statuses == [200, 200] + [403] * 8
    assert [line["event"] for line in lines] == ["watch.refused"]
    assert desk.ask("201", call="another's", user="202").status == 200


async def test_whoever_is_no_agent_any_more_sees_no_more():
    desk = Desk()
    desk.ask(call="of 201")
    desk.ask("201", call="of 202", user="202")
    await asyncio.sleep(1)
    desk.apply({"201": ANN}, [ANN])
    await asyncio.sleep(1)
    assert sorted(desk.line.states[2:]) == ["terminated;reason=noresource", "terminated;reason=rejected"]
    assert desk.watching.counts() == {}


async def test_the_message_lamp_follows_the_mailbox():
    desk = Desk()

    class Mailboxes:
        held = Messages()

        def messages(self, agent):
            assert agent == ANN
            return self.held

    desk.watching.mailboxes = Mailboxes()
    assert desk.ask("201", "message-summary").status == 200
    await asyncio.sleep(1)
    desk.watching.mailboxes.held = Messages(new=1, old=2)
    desk.watching.mailbox_changed(BOB)
    desk.watching.mailbox_changed(ANN)
    await asyncio.sleep(1)
    first, second = desk.line.bodies
    assert "Messages-Waiting: no\r\n" in first
    assert "Messages-Waiting: yes\r\n" in second
    assert "Voice-Message: 1/2 (0/0)\r\n" in second


async def test_at_the_end_everybody_is_told_to_come_back():
    desk = Desk()
    for number in range(3):
        desk.ask(call=f"c{number}")
    await asyncio.sleep(1)
    desk.line.sent.clear()
    desk.watching.close()
    assert len(set(desk.line.states)) == 3
    assert desk.ask(call="too late").status == 503
    assert all(state.startswith("terminated;reason=probation;retry-after=") for state in desk.line.states)
    desk.rings("one")
    await asyncio.sleep(1000)
    assert len(desk.line.sent) == 3
