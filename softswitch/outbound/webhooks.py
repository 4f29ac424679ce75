"""Webhooks: events of the record, posted to others' servers, in a thread with a loop of its own.

| a delivery | then |
|---|---|
| answered 2xx | done |
| anything else, or not in time | tried again after 1 s, 5 s, 15 s, a minute, 5, 15 minutes, an hour |
| failed so often as `attempts` says | dead: kept, listed by `softswitch webhooks`, tried again by `--retry` |

Deliveries of one receiver go out several at a time and not in order: `seq` is their order, and tells one
that comes a second time. An answer that takes long does not hold up what follows. How far each is stands in
the database (`parcels.Outbox`): a crash repeats at most one lot, and what waits for such answers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import httpx2
import structlog

from softswitch import __version__
from softswitch.config.settings import Webhook
from softswitch.outbound.courier import LOOK, TROUBLE, Clock, Courier, pause_after
from softswitch.outbound.signing import HEADER, signature
from softswitch.parcels import Lot, Outbox, Parcel, Undelivered
from softswitch.types import Seconds

LOT = 32
"""Deliveries of one receiver at a time, and as many more whose answers take long."""

SLOW: Seconds = 0.5
"""After so long the next lot does not wait for an answer any more."""

log = structlog.get_logger(__name__)


class Webhooks:
    """The receivers in force, from `start` to `close`."""

    def __init__(self, outbox: Outbox, clock: Clock | None = None) -> None:
        self._outbox = outbox
        self._clock = clock or Clock()
        self._hooks: dict[str, Webhook] = {}
        self._slow: dict[str, set[asyncio.Task[None]]] = {}
        """Deliveries whose answers take long, by receiver."""
        self._courier = Courier("webhooks", self._serve)

    def apply(self, hooks: Iterable[Webhook]) -> None:
        """Put receivers in force; what was under way goes to its end."""
        self._hooks = {hook.name: hook for hook in hooks}
        if self._hooks:
            self._courier.start()

    def close(self, patience: Seconds = 5.0) -> None:
        """Stop; what is not delivered yet is, after the next start."""
        self._courier.close(patience)

    async def _serve(self) -> None:
        serving: dict[str, asyncio.Task[None]] = {}
        async with httpx2.AsyncClient(headers={"User-Agent": f"softswitch/{__version__}"}) as client:
            while not self._courier.closing:
                for name in serving.keys() - self._hooks.keys():
                    serving.pop(name).cancel()
                for name in self._hooks.keys() - serving.keys():
                    serving[name] = asyncio.create_task(self._serve_one(name, client))
                await asyncio.sleep(LOOK)
            left = [*serving.values(), *(task for some in self._slow.values() for task in some)]
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    async def _serve_one(self, name: str, client: httpx2.AsyncClient) -> None:
        begun = troubled = False
        while name in self._hooks:
            try:
                if not begun:
                    self._outbox.begin(name)
                    begun = True
                some = await self.deliver(self._hooks[name], client)
            except Exception as error:
                if not troubled:  # once for each time that it begins
                    log.warning("webhook.trouble", receiver=name, why=str(error).splitlines()[0])
                troubled = True
                await asyncio.sleep(TROUBLE)
                continue
            troubled = False
            if not some:
                await asyncio.sleep(LOOK)

    async def deliver(self, hook: Webhook, client: httpx2.AsyncClient) -> bool:
        """One lot; False: there was nothing to deliver. Raises what the database raises."""
        lot: Lot = self._outbox.next(hook.name, hook.events, LOT, self._clock.now())
        if not lot.parcels:
            if lot.upto > lot.since:
                self._outbox.settle(hook.name, lot, ())
            return lot.upto > lot.since
        sent = {asyncio.create_task(self._post(hook, parcel, client)): parcel for parcel in lot.parcels}
        done, slow = await asyncio.wait(sent, timeout=SLOW)
        failed = [one for task in done if (one := self._failure(hook, sent[task], task.result()))]
        until = self._clock.now() + hook.timeout + 1.0  # a crash meanwhile has it sent again
        waiting = [Undelivered(sent[task], until, "no answer yet") for task in slow]
        self._outbox.settle(hook.name, lot, [*failed, *waiting])
        for one in failed:
            _tell(hook, one)
        aside = self._slow.setdefault(hook.name, set())
        for task in slow:
            late = asyncio.create_task(self._late(hook, sent[task], task))
            aside.add(late)
            late.add_done_callback(aside.discard)
        while len(aside) > LOT:
            await asyncio.wait(aside, return_when=asyncio.FIRST_COMPLETED)
        return True

    async def _late(self, hook: Webhook, parcel: Parcel, answer: asyncio.Task[str]) -> None:
        failed = self._failure(hook, parcel, await answer)
        try:
            self._outbox.amend(hook.name, parcel, failed)
        except Exception as error:  # it is tried again, as if nobody had answered
            log.warning("webhook.trouble", receiver=hook.name, why=str(error).splitlines()[0])
            return
        if failed is not None:
            _tell(hook, failed)

    def _failure(self, hook: Webhook, parcel: Parcel, why: str) -> Undelivered | None:
        """None: it was taken."""
        return Undelivered(parcel, self._again(hook, parcel), why) if why else None

    def _again(self, hook: Webhook, parcel: Parcel) -> float | None:
        """When to try again; None: that was often enough."""
        if parcel.attempts + 1 >= hook.attempts:
            return None
        return self._clock.now() + pause_after(parcel.attempts + 1)

    async def _post(self, hook: Webhook, parcel: Parcel, client: httpx2.AsyncClient) -> str:
        """Why it failed; empty: it was taken."""
        headers = {
            "Content-Type": "application/json",
            "Softswitch-Event": parcel.kind,
            "Softswitch-Delivery": str(parcel.seq),
        }
        if hook.secret is not None:
            headers[HEADER] = signature(hook.secret, int(self._clock.now()), parcel.body)
        try:
            answer = await client.post(hook.url, content=parcel.body, headers=headers, timeout=hook.timeout)
        except httpx2.HTTPError as error:
            return f"{type(error).__name__}: {error}".rstrip(": ")
        return "" if answer.is_success else f"{answer.status_code} {answer.reason_phrase}".rstrip()


def _tell(hook: Webhook, one: Undelivered) -> None:
    """What is tried again is no news: `softswitch webhooks` counts it."""
    tell = log.debug if one.again else log.error
    known = {"receiver": hook.name, "seq": one.parcel.seq, "attempt": one.parcel.attempts + 1}
    tell("webhook.failed" if one.again else "webhook.dead", **known, why=one.why)
