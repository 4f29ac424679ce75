"""`python -m softswitch.clerk FOLDER`: what the clerk does; see the package."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import signal
import sys
from collections.abc import Mapping, MutableMapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import structlog

from softswitch.clerk.alerts import KINDS, alert_letters
from softswitch.clerk.privacy import Privacy
from softswitch.config.settings import MailSettings, ReportSettings, Webhook
from softswitch.garbage import LOTS, set_aside
from softswitch.parcels import NO_SERVER
from softswitch.store.erasing import MESSAGES
from softswitch.store.loader import Letters, Loader, identity
from softswitch.store.mails import Mails
from softswitch.store.outbox import Outbox
from softswitch.store.reading import open_of
from softswitch.store.tail import Growing
from softswitch.voicemail.letter import LEFT, letters


def main() -> int:
    """Work until standard input ends."""
    for number in (signal.SIGINT, signal.SIGTERM):  # the parent's to heed: it closes our input
        signal.signal(number, signal.SIG_IGN)
    structlog.configure(processors=[_to_parent], cache_logger_on_first_use=True)
    folder = Path(sys.argv[1])
    with (folder / "clerk.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        set_aside(LOTS)
        Clerk(folder).work()
    return 0


class Clerk:
    """One process's work."""

    def __init__(self, folder: Path) -> None:
        self._lines = Growing(folder)
        told: dict[str, Letters] = {LEFT: letters(folder / MESSAGES), **dict.fromkeys(KINDS, alert_letters)}
        self._loader = Loader(self._lines, identity(folder), open_of(folder), letters=told)
        self._outbox = Outbox(open_of(folder))
        self._privacy = Privacy(folder, self._loader, _say)
        self._folder = folder
        self._webhooks: Any = None
        self._mailer: Any = None
        self._rounds: Any = None
        self._told: Any = None
        self._post: Any = None
        self._loaded = False
        self._reached = False
        self._orders: list[Mapping[str, Any]] = []

    def work(self) -> None:
        """Load what comes, and heed the parent, until it has ended."""
        rest = b""
        while True:
            pause = 0.0 if self._privacy.busy else self._loader.pause
            ready, _, _ = select.select([0], [], [], pause)
            if ready:
                heard = os.read(0, 65536)
                if not heard:
                    break
                *orders, rest = (rest + heard).split(b"\n")
                self._orders += map(json.loads, orders)
            self._lines.look()
            self._loaded = self._loader.step()
            self._heed_orders()
            self._privacy.step()
            self._tell()
        self._lines.look(settled=False)
        self._loader.step()
        for sender in (self._webhooks, self._rounds, self._mailer):
            if sender is not None:
                sender.close()
        self._privacy.close()
        self._loader.close()

    def _heed_orders(self) -> None:
        """Once the database has been reached: before, it may have no tables yet."""
        self._reached = self._reached or self._loaded
        while self._reached and self._orders:
            self._heed(self._orders.pop(0))

    def _heed(self, order: Mapping[str, Any]) -> None:
        if "probe" in order:
            self._probe(*order["probe"])
            return
        if "erase" in order:
            self._privacy.erase(order["erase"])
            return
        self._apply_webhooks(order)
        self._apply_mail(order)
        self._privacy.keep(order["retention"])

    def _apply_webhooks(self, order: Mapping[str, Any]) -> None:
        hooks = [
            Webhook(**{**one, "events": None if one["events"] is None else frozenset(one["events"])})
            for one in order["webhooks"]
        ]
        if hooks and self._webhooks is None:
            from softswitch.outbound.webhooks import Webhooks  # noqa: PLC0415 - many switches need none

            self._webhooks = Webhooks(self._outbox)
        if self._webhooks is not None:
            self._webhooks.apply(hooks)

    def _apply_mail(self, order: Mapping[str, Any]) -> None:
        server = order["mail"] and MailSettings(**order["mail"])
        if server and self._mailer is None:
            from softswitch.clerk.reports import Rounds, maker  # noqa: PLC0415 - many switches need none
            from softswitch.outbound.mail import Mailer  # noqa: PLC0415

            self._mailer = Mailer(Mails(open_of(self._folder)), _note)
            self._rounds = Rounds(
                open_of(self._folder), maker(self._folder), _note, loaded=lambda: self._loaded
            )
        if self._mailer is not None:
            lines = [{key: _frozen(value) for key, value in one.items()} for one in order["reports"]]
            self._mailer.apply(server)
            self._rounds.apply([ReportSettings(**one) for one in lines] if server else [])

    def _probe(self, number: int, to: str) -> None:
        if self._mailer is None:
            _say({"probed": [number, False, NO_SERVER]})
        else:
            self._mailer.probe(to, lambda taken, words: _say({"probed": [number, taken, words]}))

    def _tell(self) -> None:
        if self._mailer is not None and self._mailer.post != self._post:
            self._post = self._mailer.post
            _say({"mail": asdict(self._post)})
        state = self._loader.state
        if state != self._told:
            self._told = state
            _say({"loaded": state.last, "problem": state.problem})


def _frozen(value: Any) -> Any:
    """JSON knows lists alone."""
    return tuple(value) if isinstance(value, list) else value


def _note(kind: str, **data: Any) -> None:
    _say({"note": [kind, data]})


def _to_parent(_logger: object, level: str, event: MutableMapping[str, Any]) -> str:
    """A structlog processor: the line goes to the parent's log."""
    name = event.pop("event")
    _say({"log": [level, name, dict(event)]})
    raise structlog.DropEvent


def _say(what: Mapping[str, Any]) -> None:
    with contextlib.suppress(OSError):  # the parent is gone; its input's end tells
        os.write(1, json.dumps(what, default=str).encode() + b"\n")


if __name__ == "__main__":
    sys.exit(main())
