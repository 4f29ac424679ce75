"""Webhooks against receivers that fail: nothing is lost, nothing blocks the rest, and the dead are listed."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from pathlib import Path

import httpx2
import pytest

from softswitch.config.settings import Webhook
from softswitch.outbound.courier import RETRIES, Clock
from softswitch.outbound.signing import HEADER, signature
from softswitch.outbound.webhooks import LOT, Webhooks
from softswitch.ports import Recorded
from softswitch.store.database import database_url, open_database
from softswitch.store.encoding import encode
from softswitch.store.lines import LineFile
from softswitch.store.loader import Loader
from softswitch.store.outbox import Outbox
from softswitch.web.lines import json_of, written
from tests.patience import until
from tests.store.sample import ALICE, story

pytestmark = pytest.mark.may_block

HOOK = Webhook("crm", "https://crm.example/calls", "secret")


class Office:
    """A record, its outbox, a receiver, and a clock that is moved by hand."""

    def __init__(self, folder: Path) -> None:
        self.lines = LineFile(folder / "events.jsonl")
        self.lines.open()
        engine = open_database(database_url(f"sqlite:///{folder / 'record.db'}"))
        self.loader = Loader(self.lines, "here", engine)
        self.loader.step()
        self.outbox = Outbox(engine)
        self.now = 1_700_000_100.0
        self.hooks = Webhooks(self.outbox, Clock(lambda: self.now))
        self.taken: list[httpx2.Request] = []
        self.answers = lambda _request: 200
        self.client = httpx2.AsyncClient(transport=httpx2.MockTransport(self._receive))

    def _receive(self, request: httpx2.Request) -> httpx2.Response:
        status = self.answers(request)
        if status == 0:
            raise httpx2.ConnectError("connection refused")
        if status < 300:
            self.taken.append(request)
        return httpx2.Response(status)

    def happen(self, events: list[Recorded]) -> None:
        self.lines.append(b"".join(map(encode, events)))
        assert self.loader.step()

    async def deliver(self, hook: Webhook = HOOK) -> int:
        """All that is to be delivered now; returns how many lots that were."""
        lots = 0
        while await self.hooks.deliver(hook, self.client):
            lots += 1
        return lots

    @property
    def numbers(self) -> list[int]:
        return [json.loads(request.content)["seq"] for request in self.taken]

    def close(self) -> None:
        self.loader.close()
        self.lines.close()


@pytest.fixture
def office(tmp_path: Path):
    made = Office(tmp_path)
    made.outbox.begin("crm")
    yield made
    made.close()


async def test_events_arrive_once_signed_and_with_the_record_of_the_call(office: Office) -> None:
    office.happen(story())
    await office.deliver()
    assert office.numbers == [event.seq for event in story()]
    request = office.taken[-2]
    assert request.headers["Softswitch-Event"] == "CallEnded"
    assert request.headers["Softswitch-Delivery"] == "22"
    assert request.headers[HEADER] == signature("secret", 1_700_000_100, request.content)
    body = json.loads(request.content)
    as_streamed = json.loads(json_of(written(story()[-2])))
    assert body.items() >= as_streamed.items(), "the same event as by the API"
    assert body["time"] == "2023-11-14T22:13:41.000Z"
    assert body["record"]["id"] == body["call"] == ALICE
    assert body["record"]["outcome"] == "answered"
    assert await office.deliver() == 0


async def test_a_receiver_gets_the_kinds_that_it_wants(office: Office) -> None:
    office.happen(story())
    await office.deliver(Webhook("crm", HOOK.url, events=frozenset({"CallArrived", "Connected"})))
    assert [request.headers["Softswitch-Event"] for request in office.taken] == [
        "CallArrived", "CallArrived", "Connected",
    ]  # fmt: skip
    assert HEADER not in office.taken[0].headers
    assert office.outbox.states()["crm"]["behind"] == 0


async def test_a_new_receiver_gets_what_happens_from_now_on(office: Office) -> None:
    office.happen(story()[:10])
    office.outbox.begin("late")
    office.happen(story()[10:])
    await office.deliver(Webhook("late", HOOK.url))
    assert office.numbers == [event.seq for event in story()[10:]]


async def test_one_that_fails_half_the_time_misses_nothing(office: Office) -> None:
    chance = random.Random(5)
    office.answers = lambda _: chance.choice((200, 503, 0, 204))
    many = [Recorded(seq, 1.0 * seq, "Odd", None, {}) for seq in range(1, 301)]
    office.happen(many)
    for _ in range(40):
        await office.deliver()
        office.now += RETRIES[-1]
    assert Counter(office.numbers) == Counter(event.seq for event in many)
    assert office.outbox.states()["crm"] == {"behind": 0, "waiting": 0, "dead": 0}


async def test_one_bad_delivery_holds_up_no_other_and_ends_among_the_dead(office: Office) -> None:
    office.answers = lambda request: 500 if request.headers["Softswitch-Delivery"] == "3" else 200
    office.happen(story())
    assert await office.deliver()
    for wait in RETRIES + RETRIES[-1:] * 2:
        office.now += wait - 0.25
        assert not await office.deliver()
        assert office.outbox.states()["crm"]["waiting"] == 1
        office.now += 0.25
        assert await office.deliver()
    assert office.outbox.states()["crm"]["waiting"] == 0
    assert office.numbers == [event.seq for event in story() if event.seq != 3]
    ((name, seq, attempts, why),) = office.outbox.dead()
    assert (name, seq, attempts, why) == ("crm", 3, 10, "500 Internal Server Error")
    office.answers = lambda _: 200
    assert office.outbox.revive("crm", office.now) == 1
    await office.deliver()
    assert office.numbers[-1] == 3
    assert office.outbox.dead() == []


async def test_what_waits_leaves_room_for_what_is_new(office: Office) -> None:
    office.answers = lambda _: 500
    office.happen([Recorded(seq, 1.0, "Old", None, {}) for seq in range(1, 10 * LOT)])
    await office.deliver()
    office.now += RETRIES[0]
    office.happen([Recorded(10 * LOT, 1.0, "New", None, {})])
    office.answers = lambda request: 200 if request.headers["Softswitch-Event"] == "New" else 500
    await office.hooks.deliver(HOOK, office.client)
    assert office.numbers == [10 * LOT]


async def test_after_a_crash_in_the_middle_of_a_lot_it_is_sent_again(office: Office) -> None:
    office.happen(story()[:5])
    lot = office.outbox.next("crm", None, LOT, office.now)
    assert [parcel.seq for parcel in lot.parcels] == [1, 2, 3, 4, 5]
    again = office.outbox.next("crm", None, LOT, office.now)  # nothing was settled
    assert again == lot


async def test_an_answer_that_takes_long_holds_up_nobody(office: Office) -> None:
    let_go = asyncio.Event()

    async def receive(request: httpx2.Request) -> httpx2.Response:
        if json.loads(request.content)["seq"] == slow:
            await let_go.wait()
        office.taken.append(request)
        return httpx2.Response(200)

    office.client = httpx2.AsyncClient(transport=httpx2.MockTransport(receive))
    slow = story()[0].seq
    office.happen(story())
    await office.deliver()
    assert office.numbers == [event.seq for event in story()[1:]]
    assert office.outbox.states()["crm"] == {"behind": 0, "waiting": 1, "dead": 0}
    assert await office.deliver() == 0, "it is still under way"
    let_go.set()
    await until(lambda: not office.outbox.states()["crm"]["waiting"])
    assert office.numbers[-1] == slow
    office.now += 3600
    assert await office.deliver() == 0, "it was taken"


async def test_a_slow_answer_that_is_no_good_in_the_end_is_tried_again(office: Office) -> None:
    let_go, answers = asyncio.Event(), [503, 200]

    async def receive(request: httpx2.Request) -> httpx2.Response:
        await let_go.wait()
        return httpx2.Response(answers.pop(0))

    office.client = httpx2.AsyncClient(transport=httpx2.MockTransport(receive))
    office.happen(story()[:1])
    await office.deliver()
    let_go.set()
    await until(lambda: len(answers) == 1)
    await until(lambda: not office.hooks._slow["crm"])
    office.now += RETRIES[0] + HOOK.timeout + 2
    assert await office.deliver() == 1
    assert not answers
    assert office.outbox.states()["crm"] == {"behind": 0, "waiting": 0, "dead": 0}
