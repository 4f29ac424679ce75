"""Composes the switch out of its rooms, and does nothing else.

The parts are stacked in the order in which they need each other; leaving the stack ends them in the other
order: no new calls, the calls in progress, the engine's timer, music, SIP, speech, and last the record.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Coroutine
from contextlib import AsyncExitStack, ExitStack, suppress
from functools import partial
from pathlib import Path

import structlog

from softswitch import __version__
from softswitch.accounts import Accounts, announce_the_first
from softswitch.acd import COMPILED
from softswitch.acd.engine import Engine
from softswitch.acd.events import SettingsChanged
from softswitch.audio.speech import SpeechService
from softswitch.board.producer import Producer
from softswitch.calls.dispatch import Dispatcher
from softswitch.calls.music import MusicRoom
from softswitch.calls.opening import Opening
from softswitch.calls.phones import PhoneBook
from softswitch.calls.pickup import may_pick_up
from softswitch.calls.saying import spelt
from softswitch.calls.supervisor import Supervisor
from softswitch.calls.switch import Switch
from softswitch.clerk.erasure import Erasure
from softswitch.clerk.parent import Clerk
from softswitch.config.load import load
from softswitch.config.places import placed
from softswitch.config.settings import SwitchSettings
from softswitch.config.spoken import calls_back, own, prompts_of
from softswitch.errors import ConfigError, StoreError
from softswitch.garbage import set_aside
from softswitch.interfaces import import_web, open_interfaces
from softswitch.log import mask_numbers
from softswitch.outbound.enquiries import Enquiries
from softswitch.ports import JsonValue, Leg
from softswitch.recalling import restore_callbacks
from softswitch.registry import Registry
from softswitch.restoring import Memory, look_back, restore
from softswitch.running import RunningSwitch, folder_named_by, record_folder
from softswitch.sentences.grammar import SPELT
from softswitch.sip.endpoint import SipEndpoint
from softswitch.sip.trunks import Trunks
from softswitch.store.journal import Journal
from softswitch.store.keeper import Keeper
from softswitch.store.record import Record
from softswitch.store.recordings import FOLDER, note_folder
from softswitch.voicemail.desk import VoicemailDesk

log = structlog.get_logger(__name__)

WARM_POSITIONS = 20
"""Announcements of the first so many positions are rendered ahead of need."""


class SystemClock:
    """`ports.Clock` of the live switch."""

    def now(self) -> float:
        """Seconds since the epoch, UTC."""
        return time.time()


async def serve(path: Path, *, data: Path | None = None, named_by: str = "--data") -> None:
    """Run the switch on a configuration file until SIGTERM, SIGINT or `softswitch stop`; SIGHUP reloads.

    `named_by`: what said `data`. Raises ConfigError, StoreError, EndpointError or ControlError: it cannot.
    """
    settings = load(path)
    folder = record_folder(settings, data)
    await asyncio.to_thread(import_web, settings)  # before SIP is heard: it takes half a second
    async with AsyncExitStack() as stack:
        store = _store(folder, settings, named_by if data is not None else folder_named_by(path))
        clerk = await _clerk(stack, store, settings, folder)
        journal = _journal(store, clerk)
        begun = store.last  # SwitchStarting
        stopped = stack.enter_context(ExitStack())  # noted last of all, once there is a start to note
        past = await look_back(folder, settings)  # before SIP is heard, as all that keeps the loop
        enquiries = await stack.enter_async_context(Enquiries(journal))
        speech = await stack.enter_async_context(SpeechService(settings.media))

        def welcome(leg: Leg) -> None:
            supervisor.welcome(leg)

        endpoint = await _open(SipEndpoint(settings.sip, settings.media, on_incoming=welcome), stack, path)
        music = await _music(stack, endpoint, speech, settings)
        dispatcher = _dispatcher(stack, journal, settings)
        book = PhoneBook(settings.phones, dispatcher.feed)
        trunks = _trunks(stack, endpoint, journal)
        switch = Switch(
            *(settings, endpoint, speech, journal, SystemClock(), music, dispatcher, book, trunks),
            recordings=_recordings(settings, folder),
            enquiry=enquiries,
        )
        desk = await _desk(stack, folder, switch, journal, store)
        supervisor = await stack.enter_async_context(Supervisor(switch))
        board = _board(stack, switch, supervisor, journal)
        registry = _registry(stack, switch, endpoint, journal, (book, trunks), folder / "phones.db")
        memory = restore(past, switch, journal)
        board.start(past.standing.steps)
        running = RunningSwitch(switch, supervisor, endpoint, speech, store, book, registry, clerk)
        _report(endpoint, running, supervisor)
        look = running.operator.amending.look
        running.followers += (partial(_follow, clerk), desk.apply, board.apply, lambda _: look())
        desk.light(registry.watching)
        opening = _opening(switch, running)
        erasure = Erasure(clerk, store, journal, switch.recordings, lambda: switch.settings)
        accounts, web = await open_interfaces(stack, folder, running, switch, journal, erasure, desk, board)
        _take_calls(endpoint, settings)
        _note_start(journal, settings, stopped)
        await stack.enter_async_context(web)
        recall = _callbacks(stack, running, switch, journal, folder, begun)
        await _until_stopped(running, switch, opening, speech, accounts, memory, recall)


def _callbacks(
    stack: AsyncExitStack, running: RunningSwitch, switch: Switch, journal: Journal, folder: Path, begun: int
) -> Coroutine[None, None, None]:
    """Customers are called back, as carriers and reloads allow; those from before the start come back."""
    stack.callback(journal.subscribe(switch.callbacks.heard))
    running.followers.append(lambda _: switch.callbacks.look())
    return restore_callbacks(switch, folder, begun, lambda: running.loaded)


def _trunks(stack: AsyncExitStack, endpoint: SipEndpoint, journal: Journal) -> Trunks:
    """Carriers, still without one."""
    trunks = Trunks(endpoint, journal)
    stack.push_async_callback(trunks.close)
    return trunks


def _registry(
    stack: AsyncExitStack,
    switch: Switch,
    endpoint: SipEndpoint,
    journal: Journal,
    reached: tuple[PhoneBook, Trunks],
    kept: Path,
) -> Registry:
    """Phones that register, and carriers."""
    picks_up = partial(may_pick_up, switch)
    registry = Registry(endpoint, journal, *reached, switch.settings, kept, picks_up)
    stack.callback(registry.close)
    stack.callback(journal.subscribe(registry.heard))
    return registry


def _dispatcher(stack: AsyncExitStack, journal: Journal, settings: SwitchSettings) -> Dispatcher:
    """The queues, with nobody in them."""
    dispatcher = Dispatcher(Engine(seed=time.time_ns(), series=f"{int(time.time()):x}-"), journal)
    stack.callback(dispatcher.close)
    dispatcher.feed(SettingsChanged(settings.engine))
    return dispatcher


def _take_calls(endpoint: SipEndpoint, settings: SwitchSettings) -> None:
    """From now on calls are answered; the collector looks no more at what a start has made."""
    set_aside()
    emergencies = settings.dialplan.numbering.emergency_forms
    endpoint.admit(draining=False, max_calls=settings.sip.max_calls, emergencies=emergencies)


async def _desk(
    stack: AsyncExitStack, folder: Path, switch: Switch, journal: Journal, store: Record
) -> VoicemailDesk:
    """Where callers leave messages; it ends after the calls, whose last ones it takes."""
    desk = VoicemailDesk(folder, lambda: switch.settings, journal, store, switch.clock)
    stack.callback(journal.subscribe(desk.hear))
    switch.desk = await stack.enter_async_context(desk)
    return desk


def _board(stack: AsyncExitStack, switch: Switch, supervisor: Supervisor, journal: Journal) -> Producer:
    """What people see of all this."""
    board = Producer(switch.dispatcher.engine, supervisor, lambda: switch.settings, switch.clock, journal)
    stack.callback(board.close)
    stack.callback(journal.subscribe(board.hear))
    return board


async def _music(
    stack: AsyncExitStack, endpoint: SipEndpoint, speech: SpeechService, settings: SwitchSettings
) -> MusicRoom:
    """What those who wait hear."""
    music = MusicRoom(endpoint.media, speech)
    stack.callback(music.close)
    await music.load(settings.media.queue_music.values())
    return music


async def _until_stopped(
    running: RunningSwitch,
    switch: Switch,
    opening: Opening,
    speech: SpeechService,
    accounts: Accounts,
    memory: Memory,
    recall: Coroutine[None, None, None],
) -> None:
    settings = switch.settings
    async with asyncio.TaskGroup() as group:
        works = (recall, _warm(speech, settings), _keep_recordings(switch), opening.run(), memory.keep())
        background = [group.create_task(_in_background(*works))]
        if settings.web is not None:
            said = announce_the_first(accounts, settings.web.url)
            background.append(group.create_task(_apart(said)))
        _take_signals(running, group)
        await running.until_stopped()
        for task in background:
            task.cancel()


def _opening(switch: Switch, running: RunningSwitch) -> Opening:
    """Queues that are closed are so before the first call."""
    opening = Opening(switch)
    opening.look()
    running.followers.append(lambda _: opening.changed())
    return opening


def _report(endpoint: SipEndpoint, running: RunningSwitch, supervisor: Supervisor) -> None:
    """Who hears of calls that never became a leg."""
    endpoint.turned_away = running.turned_away
    endpoint.gate.refusals.told = supervisor.refused


async def _clerk(stack: AsyncExitStack, store: Record, settings: SwitchSettings, folder: Path) -> Clerk:
    """Who loads the record, and tells others; ends after the store, whose last lines it loads."""
    clerk = await stack.enter_async_context(Clerk(folder))
    _follow(clerk, settings)
    stack.callback(store.close)
    store.loaded = lambda: (clerk.progress.loaded, clerk.progress.problem)
    return clerk


def _follow(clerk: Clerk, settings: SwitchSettings) -> None:
    """Put in force what is not about calls."""
    clerk.apply(settings)
    mask_numbers(settings.privacy.masked)


def _journal(store: Record, clerk: Clerk) -> Journal:
    journal = Journal(store)
    clerk.note = journal.note
    journal.note("SwitchStarting")
    return journal


def _recordings(settings: SwitchSettings, folder: Path) -> Path:
    """Where they are. Raises StoreError: commands cannot be told."""
    recordings = settings.recording.folder or folder / FOLDER
    note_folder(folder, recordings)
    return recordings


def _note_start(journal: Journal, settings: SwitchSettings, stopped: ExitStack) -> None:
    """The start, and once `stopped` closes, the end."""
    if not COMPILED:
        log.warning(
            "engine.uncompiled",
            advice="`make setup` compiles the queue engine, which takes half as long then",
        )
    fixed = [str(name) for name, agent in settings.engine.agents.items() if not agent.registers]
    service = settings.services.to_json()
    known: dict[str, JsonValue] = {"version": __version__, "file": str(settings.path), "service": service}
    journal.note("SwitchStarted", **known, agents=fixed)
    stopped.callback(journal.note, "SwitchStopped")


def _store(folder: Path, settings: SwitchSettings, named_by: str) -> Record:
    """The record. Raises StoreError that says where its folder was named."""
    try:
        return Record(folder, settings.store, in_memory=settings.events_in_memory)
    except StoreError as error:
        raise StoreError(f"{error} The data folder is that of {named_by}.") from None


async def _open(endpoint: SipEndpoint, stack: AsyncExitStack, path: Path) -> SipEndpoint:
    """Start SIP, draining until everybody who serves a call is there. Raises EndpointError with the place of
    the setting that it cannot start with, if one is.
    """
    with placed(path):
        await stack.enter_async_context(endpoint)
    endpoint.admit(draining=True)
    return endpoint


async def _warm(speech: SpeechService, settings: SwitchSettings) -> None:
    """Render what callers will hear before they do."""
    prompts = [*prompts_of(settings), *own(settings)]
    if calls_back(settings):
        prompts += spelt(SPELT, settings.media)
    await speech.warm(prompts, settings.media.languages, WARM_POSITIONS)


async def _in_background(*works: Coroutine[None, None, None]) -> None:
    """All of it at the same time, each apart."""
    async with asyncio.TaskGroup() as group:
        for work in works:
            group.create_task(_apart(work))


async def _keep_recordings(switch: Switch) -> None:
    """Repair those that a crash cut, and delete those that are too old."""
    keeper = Keeper(
        switch.recordings, lambda: switch.settings.recording.retention, switch.journal, switch.clock
    )
    await keeper.run()


async def _apart(work: Coroutine[None, None, None]) -> None:
    """What goes wrong in the background must not end the switch, and with it every call."""
    try:
        await work
    except Exception:
        log.exception("a background task failed; calls go on")


def _take_signals(running: RunningSwitch, group: asyncio.TaskGroup) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, running.ask_to_stop)
    loop.add_signal_handler(signal.SIGHUP, lambda: group.create_task(_apart(_reload(running))))


async def _reload(running: RunningSwitch) -> None:
    """SIGHUP's way: what is wrong with the file has been recorded and logged, there is nobody to tell."""
    with suppress(ConfigError):
        await running.reload(by="SIGHUP")
