"""The whole file: its sections, in the order in which a reader wants them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from softswitch.config.models.agents import Agent
from softswitch.config.models.alerts import Alerts
from softswitch.config.models.base import Section
from softswitch.config.models.callers import Caller
from softswitch.config.models.destinations import AnyDestination, Sound
from softswitch.config.models.dialling import Numbering, Outbound
from softswitch.config.models.features import AnyPause, Features, PauseDigits
from softswitch.config.models.hours import Schedule
from softswitch.config.models.mail import Mail, Report
from softswitch.config.models.menus import Menu
from softswitch.config.models.panel import Panel
from softswitch.config.models.privacy import Privacy
from softswitch.config.models.queues import Queue, ServiceLevel
from softswitch.config.models.recording import Recording
from softswitch.config.models.rules import Rule
from softswitch.config.models.sentences import Sentences
from softswitch.config.models.sip import LanguageName, Media, Playlist, Sip
from softswitch.config.models.teams import Team
from softswitch.config.models.trunks import Trunk
from softswitch.config.models.voicemail import Voicemail
from softswitch.config.models.web import Web
from softswitch.config.models.webhooks import Webhook
from softswitch.config.quantities import Database, FilePath, Name, NumberPattern


class Configuration(Section):
    """A configuration of the switch."""

    sip: Sip = Sip()
    """How the switch speaks SIP and RTP."""
    media: Media = Media()
    """Sound and languages."""
    data: FilePath | None = None
    """The folder for the record of calls and the control socket; left out: softswitch-data beside the
    file. `--data` and SOFTSWITCH_DATA in the environment go before it."""
    store: Database | None = None
    """The database of the record: `sqlite:///FILE`, or `postgresql://user:password@host/name` (`"${NAME}"`
    reads a password from the environment). Left out: record.db in the folder `data`. Calls never wait for
    it: everything is in files first, and what it misses while it is away is loaded later."""
    events_in_memory: Annotated[int, Field(ge=1000, le=10_000_000)] = 100_000
    """How many events wait in memory, half a kilobyte each, while the disk is full; those above that are lost
    and counted (`EventsLost`)."""
    web: Web | None = None
    """The web server: health, metrics and the REST API. Left out: there is none."""
    hours: dict[Name, Schedule] = Field(default={})
    """Opening hours by name; menus refer to them."""
    numbers: dict[NumberPattern, AnyDestination] = Field(default={})
    """What was dialled, and where it leads; the first match wins. x is one digit, a * at the end is the
    rest; a number that no line matches gets 404."""
    callers: list[Caller] = Field(default=[])
    """Classes of callers by their numbers; the first match wins."""
    rules: list[Rule] = Field(default=[])
    """Who joins which queue as what, for all queues; asked after the queue's own."""
    menus: dict[Name, Menu] = Field(default={})
    """Menus by name."""
    queues: dict[Name, Queue] = Field(default={})
    """Queues by name."""
    service_level: ServiceLevel = ServiceLevel()
    """How the service level is counted, unless a queue says otherwise."""
    agents: dict[Name, Agent] = Field(default={})
    """Agents by name."""
    teams: dict[Name, Team] = Field(default={})
    """Who serves a queue: teams by the queue's name."""
    trunks: dict[Name, Trunk] = Field(default={})
    """Carriers by name; `outbound` and agents' `via` refer to them."""
    numbering: Numbering = Numbering()
    """How numbers are dialled here."""
    outbound: list[Outbound] = Field(default=[])
    """The dial plan, for numbers outside; the first line that matches decides, and what none matches is
    refused."""
    may_dial: list[Name] | None = None
    """The classes of numbers that agents may dial of whom nothing else is said; left out: all but
    international, premium and satellite."""
    features: Features = Features()
    """What agents dial from their phones to sign in and out, to pause, and to pick up, or press to record."""
    recording: Recording = Recording()
    """Recordings of calls."""
    privacy: Privacy = Privacy()
    """Personal data of callers: what the log shows, and for how long the record knows it."""
    voicemail: dict[Name, Voicemail] = Field(default={})
    """Mailboxes by name; destinations and agents refer to them."""
    pauses: dict[PauseDigits, AnyPause] = Field(default={})
    """Reasons for a pause, by the digits that follow its feature code, as `1: lunch`, or, with how long it
    may last, `2: {reason: coffee, limit: 15m}`."""
    panel: Panel = Panel()
    """The agents' panel."""
    webhooks: dict[Name, Webhook] = Field(default={})
    """Servers that are told of events, by name."""
    sounds: dict[Name, Sound] = Field(default={})
    """What can be played into calls through the API, by name."""
    mail: Mail | None = None
    """The server that takes mails. Left out: none are sent."""
    reports: list[Report] = Field(default=[])
    """Figures that are mailed at fixed times."""
    alerts: Alerts = Alerts()
    """Figures of queues that somebody must hear of when they become alarming."""
    sentences: dict[LanguageName, Sentences] = Field(default={})
    """What the switch says by itself, by language: further languages, or other words for those built in."""
    music: dict[Name, Playlist] = Field(default={})
    """Playlists for queues by name: files that are played one after the other, over and over."""

    @model_validator(mode="before")
    @classmethod
    def _without_empty_sections(cls, value: Any) -> Any:
        """A section with all its lines commented out is one that is left out."""
        if isinstance(value, dict):
            for key in [key for key, section in value.items() if section is None]:
                del value[key]
        return value
