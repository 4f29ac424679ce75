"""What every call shares: the settings of the moment, and the ports to the world."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from softswitch.calls.acquaintances import Acquaintances
from softswitch.calls.callbacks import Callbacks
from softswitch.calls.dispatch import Dispatcher
from softswitch.calls.exchange import Exchange
from softswitch.calls.music import MusicRoom
from softswitch.config.settings import SwitchSettings
from softswitch.ports import Carriers, Clock, Desk, Directory, Endpoint, Enquiry, Journal, NoEnquiry
from softswitch.spoken import Speech


@dataclass(slots=True, eq=False)
class Switch:
    """The switch as the calls see it."""

    settings: SwitchSettings
    """Replaced as a whole by a reload; a call that is in a menu finishes it by the old ones."""

    endpoint: Endpoint
    speech: Speech
    journal: Journal
    clock: Clock
    music: MusicRoom
    dispatcher: Dispatcher
    directory: Directory
    carriers: Carriers
    recordings: Path = Path("recordings")
    """The folder of recordings."""
    desk: Desk | None = None
    """Where messages are left; None: nowhere."""
    exchange: Exchange = field(default_factory=Exchange)
    enquiry: Enquiry = field(default_factory=NoEnquiry)
    """Who knows callers."""
    acquaintances: Acquaintances = field(default_factory=Acquaintances)
    """Who talked to whom last."""
    callbacks: Callbacks = field(default_factory=Callbacks)
    """Who is to be called back."""
