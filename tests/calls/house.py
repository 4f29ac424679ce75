"""A whole switch on fakes and virtual time: real engine, real menus, scripted people."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from softswitch.acd.engine import Engine
from softswitch.acd.events import SettingsChanged
from softswitch.acd.settings import AgentSettings, EngineSettings, QueueSettings
from softswitch.calls.dispatch import Dispatcher
from softswitch.calls.music import MusicRoom
from softswitch.calls.phones import PhoneBook
from softswitch.calls.supervisor import Supervisor
from softswitch.calls.switch import Switch
from softswitch.config.settings import AgentPhone, MediaSettings, SwitchSettings
from softswitch.config.sip_settings import SipSettings
from softswitch.hours import Hours
from softswitch.ivr.settings import Choice, Menu, MenuTree
from softswitch.routing import CallerRule, NumberRule, Routing
from softswitch.testing.fakes import (
    FakeCarriers,
    FakeClock,
    FakeEndpoint,
    FakeJournal,
    FakeLeg,
    FakeSpeech,
    PhoneScript,
)
from softswitch.types import (
    UNKNOWN,
    AgentName,
    Language,
    MenuName,
    Origin,
    Prompt,
    QueueName,
    Reject,
    ToAgent,
    ToMenu,
    ToQueue,
    TrunkName,
    Way,
)

SUPPORT = QueueName("support")


@dataclass
class House:
    """The switch under test."""

    switch: Switch
    supervisor: Supervisor
    endpoint: FakeEndpoint
    speech: FakeSpeech
    journal: FakeJournal

    def call(
        self, dialled: str = "600", number: str = "+48600100200", name: str = "", agent: str = ""
    ) -> FakeLeg:
        """Somebody dials; `agent`: one who has proved to be that agent."""
        origin = Origin(AgentName(agent)) if agent else UNKNOWN
        leg = self.endpoint.incoming(dialled, number, name, origin=origin)
        self.supervisor.welcome(leg)
        return leg

    def kinds(self) -> list[str]:
        """What was recorded, in order."""
        return self.journal.kinds()


def settings(
    queue: QueueSettings | None = None, agents: Mapping[str, AgentSettings] | None = None
) -> SwitchSettings:
    """Number 600 is a queue, 500 a menu before it, 2xx are agents."""
    names = [AgentName("desk-201"), AgentName("desk-202")]
    queue = queue or QueueSettings(SUPPORT, tuple(names), strategy="hunt", ring=10.0)
    english, polish = Language("en"), Language("pl")
    menu = Menu(
        MenuName("welcome"),
        Prompt({english: "Welcome.", polish: "Witamy."}),
        {"1": Choice(ToQueue(SUPPORT)), "9": Choice(None, polish)},
        wait=5.0,
        attempts=2,
    )
    return SwitchSettings(
        path=Path("test.yaml"),
        sip=SipSettings(),
        media=MediaSettings(languages=(english, polish), queue_music={SUPPORT: "classical"}),
        routing=Routing(
            numbers=(
                NumberRule("600", ToQueue(SUPPORT)),
                NumberRule("500", ToMenu(MenuName("welcome"))),
                NumberRule("2xx", ToAgent(None)),
                NumberRule("9*", Reject(603)),
            ),
            callers=(CallerRule("partners", ("+48999*",), priority="vip", language=polish),),
        ),
        menus=MenuTree({menu.name: menu}, {"201": "desk-201", "202": "desk-202"}),
        hours=Hours(),
        engine=EngineSettings({queue.name: queue}, agents or {name: AgentSettings(name) for name in names}),
        phones={
            name: AgentPhone(name, name, Way(f"sip:{name[-3:]}@desk"), extension=name[-3:], ring=20.0)
            for name in names
        },
        queue_labels={SUPPORT: "Support"},
        data=Path("var"),
    )


@asynccontextmanager
async def house(
    phones: Mapping[str, PhoneScript] | None = None,
    config: SwitchSettings | None = None,
) -> AsyncIterator[House]:
    """Open the switch; `phones` by extension (`201`); who is not named is unreachable."""
    endpoint = FakeEndpoint({f"sip:{number}@desk": script for number, script in (phones or {}).items()})
    speech, journal = FakeSpeech(), FakeJournal()
    config = config or settings()
    music = MusicRoom(endpoint.media, speech)
    await music.load(config.media.queue_music.values())
    dispatcher = Dispatcher(Engine(seed=1), journal)
    dispatcher.feed(SettingsChanged(config.engine))
    book = PhoneBook(config.phones)
    carriers = FakeCarriers({TrunkName("carrier"): ["sip:{}@one", "sip:{}@two"]})
    switch = Switch(config, endpoint, speech, journal, FakeClock(), music, dispatcher, book, carriers)
    async with Supervisor(switch) as supervisor:
        yield House(switch, supervisor, endpoint, speech, journal)
    dispatcher.close()
    music.close()
    assert not endpoint.media.open_players, "a call left a player behind"
    assert not endpoint.live(), "a call left an agent's leg behind"


def queue(**changes: object) -> QueueSettings:
    """The queue of `settings`, changed."""
    plain = settings().engine.queues[SUPPORT]
    return replace(plain, **changes)  # type: ignore[arg-type]
