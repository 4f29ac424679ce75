"""A web application over a switch that is none."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI

from softswitch.access import Principal
from softswitch.accounts import Accounts
from softswitch.acd.agents import AgentState
from softswitch.acd.snapshot import AgentView, QueueView, Snapshot
from softswitch.acd.stats import QueueCounts
from softswitch.config.settings import WebSettings
from softswitch.errors import ConfigError, ControlError, NoRoom, NoSuch, NotAllowed, NotNow, Problem
from softswitch.librarian.desk import Desk
from softswitch.panel.notices import Notices
from softswitch.parcels import Post
from softswitch.ports import Recorded, StoreHealth
from softswitch.store.access import access_to
from softswitch.store.database import database_url, default_url, open_database
from softswitch.store.history import History
from softswitch.store.postbox import Postbox
from softswitch.store.receivers import Receivers
from softswitch.store.shelf import Shelf
from softswitch.testing.fakes import FakeJournal
from softswitch.types import AgentName, Messages, QueueName
from softswitch.voicemail.shelf import VoicemailShelf
from softswitch.web.application import Parts, application
from softswitch.web.counting import Counting
from softswitch.web.exports import ExportDesk
from softswitch.web.figures import Figures, Lag
from softswitch.web.live import Live
from softswitch.web.rebuilding import Rebuilder
from softswitch.web.reports import ReportDesk
from tests.voicemail.office import OFFICE, Office
from tests.web.sharing import SECRET, empty_database, shared

SUPPORT, DESK = QueueName("support"), AgentName("desk")


def figures() -> Figures:
    """Two callers wait, one agent is free."""
    counts = QueueCounts(joined=10, answered=8, answered_in_time=6, abandoned=2)
    queue = QueueView(
        *(SUPPORT, 2, (), 1, counts, "service-level-offered", 0.6),
        estimate=90.0,
        estimate_error=0.25,
        hopeless=1,
    )
    agent = AgentView(DESK, AgentState.FREE, 0.0, None, None, (), 0, 1, (SUPPORT,), 3, 60.0)
    return Figures(
        floor=Snapshot(100.0, {SUPPORT: queue}, {DESK: agent}, ()),
        longest_wait={SUPPORT: 12.5},
        phases={"waiting": 2},
        max_calls=4000,
        requests={"INVITE": 12},
        answers={200: 3},
        turned_away={"max_calls": 1},
        shielded={"scanner": 5},
        dropped={"no-sip": 2},
        bans=1,
        phones={"there": 3, "silent": 1},
        trunks={("carrier", "udp:sip.carrier.example:5060"): True},
        health=StoreHealth(100, 3, 0, None, 90),
        lag=Lag(0.5, 100, 0.2),
        late=False,
        uptime=60.0,
        mailboxes={OFFICE: Messages(2, 3)},
        post=Post(2, 1, 1_500_000_000.0, "451 later"),
    )


CALLBACK = {
    "callback": "c1",
    "queue": "support",
    "number": "+48600100200",
    "name": "",
    "priority": "default",
    "language": "en",
    "state": "resting",
    "wanted": 1_500_000_000.0,
    "waits": 60.0,
    "attempts": 1,
    "again": 240.0,
    "call": None,
}


STATUS = {
    "version": "0.1.0", "file": "switch.yaml", "uptime": 60.0, "draining": False, "calls": 2,
    "max_calls": 4000, "phases": {"waiting": 2}, "record": asdict(StoreHealth(100, 3, 0, None, 90)),
    "turned_away": {}, "shielded": {}, "dropped": {}, "bans": 0, "late": False,
}  # fmt: skip


class FakeOperations:
    """What a test wants the switch to say."""

    loaded = 0
    """The last event."""

    def __init__(self) -> None:
        self.reasons: list[str] = []
        self.lacks: list[str] = []
        self.done: list[tuple[str, ...]] = []
        self.in_force = (Path("switch.yaml"), "")

    @property
    def newest(self) -> int:
        return self.loaded

    @property
    def written(self) -> int:
        return self.newest

    def not_ready(self) -> list[str]:
        return self.reasons

    def degraded(self) -> list[str]:
        return self.lacks

    def figures(self) -> Figures:
        return figures()

    @property
    def operator(self) -> Any:
        return self

    def pause(self, agent: str, reason: str, by: str) -> None:
        if agent != "desk":
            raise NoSuch(f"there is no agent {agent!r}")
        self.done.append(("pause", agent, reason, by))

    def check_agent(self, name: str) -> None:
        if name != "desk":
            raise NoSuch(f"there is no agent {name!r}")

    def dial(self, agent: str, number: str, by: str) -> str:
        if number == "911":
            raise NoRoom("no channel of carrier is free")
        if number.startswith("+4870"):
            raise NotAllowed("'premium' refuses it")
        self.done.append(("dial", agent, number, by))
        return "c1"

    def originate(self, to: str, then: Any, ring: float, by: str) -> str:
        self.done.append(("call", to, str(then.queue or then.number), by))
        return "c2"

    def transfer(self, call: str, number: str, by: str) -> None:
        raise NotNow(f"call {call} is not with an agent")

    def hang_up(self, call: str, by: str) -> None:
        self.done.append(("hang-up", call, by))

    async def reload(self, by: str) -> Any:
        raise ConfigError([Problem("switch.yaml", 3, 1, "unknown key 'nubmers'")])

    async def stop(self, by: str) -> Any:
        self.done.append(("stop", by))
        return {"draining": 2, "limit": 60.0}

    def changed(self, by: str, what: str, of: str, how: str = "") -> None:
        self.done.append((what, of, how, by))

    async def try_mail(self, to: str, by: str) -> tuple[bool, str]:
        self.done.append(("mail-test", to, by))
        return False, "550 no such user"

    async def callbacks(self) -> Any:
        return [CALLBACK]

    def cancel_callback(self, callback: str, by: str) -> str:
        if callback == "talking":
            raise NotNow("callback talking is being talked to")
        self.done.append(("cancel-callback", callback, by))
        return "+48600100200"

    async def unban(self, address: str, by: str) -> Any:
        raise ControlError(f"{address!r} is no address")

    @property
    def overseer(self) -> Any:
        return self

    usher = amending = overseer
    menus = ("welcome",)
    numbers = {"dial +48221234567": "650"}  # noqa: RUF012

    def supervise(self, call: str, mode: str, to: str, ring: float, by: str) -> str:
        self.done.append(("supervise", call, mode, to, by))
        return "c3"

    def describe(self) -> list[Any]:
        return []

    def change(self, supervision: str, mode: str, by: str) -> None:
        raise NoSuch(f"there is no supervision {supervision!r}")

    take_over = end = change

    def move(self, call: str, seen: str, place: Any, by: str) -> None:
        self.done.append(("move", call, seen, str(place.queue), by))

    def pull(self, call: str, seen: str, agent: str, by: str) -> None:
        self.done.append(("pull", call, seen, agent, by))

    async def queues(self) -> Any:
        return {"at": 1.0, "queues": [asdict(queue) for queue in figures().floor.queues.values()]}

    async def callers(self, queue: str, most: int) -> Any:
        if queue != SUPPORT:
            raise NoSuch(f"there is no queue {queue!r}")
        return []

    async def agents(self) -> Any:
        return {"at": 1.0, "agents": [asdict(agent) for agent in figures().floor.agents.values()]}

    async def _nothing(self) -> Any:
        return []

    async def status(self) -> Any:
        return STATUS

    calls = phones = trunks = bans = _nothing

    async def why_now(self, call: str) -> Any:
        if call != "a1":
            raise NoSuch(f"no call {call!r} is in progress")
        return {"call": call, "at": 1.0, "queue": "support", "why": {"position": 1, "skipped": []}}


class FakeErasure:
    """Remembers who was erased, in `operations.done`."""

    def __init__(self, operations: FakeOperations) -> None:
        self._operations = operations

    async def outcome(self, number: str, *, only_count: bool, by: str) -> dict[str, Any]:
        if len(number) < 3:
            raise ControlError(f"{number!r} is too short")
        if not only_count:
            self._operations.done.append(("erase", number, by))
        return {"calls": 2, "events": 9, "recordings": 1, "voicemails": 0, "deliveries": 0, "going_on": 0}


class FakePanel:
    """The desk of one agent, with one call in its hands: c1."""

    midnight = 0.0

    def __init__(self, operations: FakeOperations) -> None:
        self._operations = operations

    def view(self, agent: str) -> Any:
        self._operations.check_agent(agent)
        known = {"agent": agent, "label": "Desk", "at": 1.0, "state": "free", "since": 0.0, "until": None}
        more = {"paused": None, "queues": [], "pauses": [], "dispositions": {}, "extend": 60.0, "calls": []}
        return known | more

    def queues_of(self, agent: str | None) -> list[str]:
        return [SUPPORT] if agent == "desk" else []

    async def callbacks(self, agent: str) -> Any:
        return [CALLBACK]

    def take(self, agent: str, callback: str, who: Principal) -> str:
        self._operations.done.append(("take", agent, callback, who.name))
        return "c3"

    async def caller_in(self, agent: str, call: str, who: Principal) -> str | None:
        if call == "c2":
            raise NotAllowed(f"{agent} did not talk in call {call}")
        return "+48600100200"

    async def write(
        self, agent: str, call: str, notes: str, disposition: str, seen: float | None, who: Principal
    ) -> float:
        if seen is not None:
            raise NotNow("other notes were written on this call meanwhile")
        self._operations.done.append(("notes", agent, call, notes, disposition, who.name))
        return 5.0

    def hang_up(self, agent: str, call: str, who: Principal) -> None:
        if call != "c1":
            raise NotNow(f"{agent} is not in call {call}")
        self._operations.hang_up(call, who.name)


class Deaf:
    """A journal in which nothing happens."""

    def subscribe(self, _: object) -> Any:
        return lambda: None


@pytest.fixture
def operations() -> FakeOperations:
    return FakeOperations()


@pytest.fixture
def counting() -> Counting:
    return Counting()


@pytest.fixture
def web_settings() -> WebSettings:
    return WebSettings("127.0.0.1", 8080, "open")


@pytest.fixture
def hasher() -> PasswordHasher | None:
    """A weak one: many tests log somebody in, few are about how long that takes. None: the switch's own."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
async def accounts(tmp_path: Path, hasher: PasswordHasher | None) -> AsyncIterator[Accounts]:
    """On a database of its own; its journal keeps notes in `journal`."""
    (tmp_path / "record.db").write_bytes(await asyncio.to_thread(empty_database))
    with access_to(tmp_path, None) as store:
        yield Accounts(store, FakeJournal(), hasher=hasher)


@pytest.fixture
def pages(accounts: Accounts, tmp_path: Path) -> Iterator[Desk]:
    with closing(History(open_database(database_url(default_url(tmp_path))))) as history:
        yield Desk(history)


@pytest.fixture
def journal() -> FakeJournal:
    return FakeJournal()


@pytest.fixture
def listeners() -> set[str]:
    """Which roles may listen beside those who always may."""
    return set()


@pytest.fixture
def history(accounts: Accounts, tmp_path: Path) -> Iterator[History]:
    with closing(History(open_database(database_url(default_url(tmp_path))))) as history:
        yield history


@pytest.fixture
def recordings(history: History, journal: FakeJournal, listeners: set[str], tmp_path: Path) -> Shelf:
    """In a folder of their own."""
    return Shelf(history, tmp_path / "recordings", journal, lambda: "agent" in listeners)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Where messages are left."""
    return Office(tmp_path)


@pytest.fixture
def receivers(accounts: Accounts, tmp_path: Path) -> Iterator[Receivers]:
    with closing(Receivers(open_database(database_url(default_url(tmp_path))))) as receivers:
        yield receivers


@pytest.fixture
def reports(tmp_path: Path) -> ReportDesk:
    return ReportDesk(tmp_path, "Europe/Warsaw")


@pytest.fixture
def exports(tmp_path: Path, journal: FakeJournal) -> ExportDesk:
    return ExportDesk(tmp_path, "Europe/Warsaw", journal)


@pytest.fixture
async def rebuilder(operations: FakeOperations, tmp_path: Path) -> AsyncIterator[Rebuilder]:
    async with Rebuilder(tmp_path, operations.changed) as rebuilder:
        yield rebuilder


@pytest.fixture
def postbox(accounts: Accounts, tmp_path: Path) -> Iterator[Postbox]:
    with closing(Postbox(open_database(database_url(default_url(tmp_path))))) as postbox:
        yield postbox


@pytest.fixture
def notices(journal: FakeJournal, tmp_path: Path) -> Notices:
    """They hear what they note; nothing was there before."""
    settings = SimpleNamespace(engine=SimpleNamespace(queues=[SUPPORT]))
    switch: Any = SimpleNamespace(clock=SimpleNamespace(now=time.time), settings=settings)
    made = Notices(switch, tmp_path, SimpleNamespace(last=0))  # type: ignore[arg-type]

    class Telling:
        def note(self, kind: str, call: Any = None, /, **data: Any) -> None:
            journal.note(kind, call, **data)
            made.hear(Recorded(len(journal.notes), time.time(), kind, call, data))

    switch.journal = Telling()
    return made


@pytest.fixture
def parts(
    operations: Any,
    accounts: Accounts,
    pages: Desk,
    receivers: Receivers,
    recordings: Shelf,
    office: Office,
    reports: ReportDesk,
    exports: ExportDesk,
    rebuilder: Rebuilder,
    postbox: Postbox,
    notices: Notices,
) -> Parts:
    return Parts(
        operations=operations,
        accounts=accounts,
        pages=pages,
        receivers=receivers,
        recordings=recordings,
        voicemails=VoicemailShelf(office.desk),
        erasure=FakeErasure(operations),
        postbox=postbox,
        rebuilder=rebuilder,
        exports=exports,
        reports=reports,
        panel=FakePanel(operations),
        bulletins=notices,
        secret=SECRET,
    )


@pytest.fixture
async def live(pages: Desk) -> AsyncIterator[Live]:
    live = Live(pages, lambda: 0)
    yield live
    live.close()


@pytest.fixture
def own_app() -> bool:
    """Whether a test needs an application of its own, as what that keeps between requests matters."""
    return False


@pytest.fixture
async def app(
    parts: Parts, counting: Counting, live: Live, web_settings: WebSettings, own_app: bool
) -> FastAPI:
    if own_app:
        return await asyncio.to_thread(application, web_settings, parts, counting, live)
    return await asyncio.to_thread(shared(web_settings).lend, parts, counting, live)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://switch") as client:
        yield client
