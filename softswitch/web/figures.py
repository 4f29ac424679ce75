"""The switch in numbers at one moment: taken on the loop, rendered in a thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from softswitch.acd.snapshot import Snapshot
from softswitch.parcels import Post
from softswitch.ports import StoreHealth
from softswitch.types import MailboxName, Messages, QueueName, Seconds


@dataclass(frozen=True, slots=True)
class Lag:
    """How late the loop's timer came."""

    total: Seconds
    """Sum of all measurements."""
    measured: int
    worst: Seconds
    """Of all of them."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What `/metrics` says of the moment."""

    floor: Snapshot
    longest_wait: Mapping[QueueName, Seconds]
    """Of who waits now; queues in which nobody does are left out."""
    phases: Mapping[str, int]
    """Calls in progress by phase."""
    max_calls: int
    requests: Mapping[str, int]
    """SIP requests by method, since the start; as all that follows."""
    answers: Mapping[int, int]
    """Answers of the gate by status."""
    turned_away: Mapping[str, int]
    shielded: Mapping[str, int]
    dropped: Mapping[str, int]
    bans: int
    """Now."""
    phones: Mapping[str, int]
    """Registered ones by state: there, silent."""
    trunks: Mapping[tuple[str, str], bool]
    """Whether it is up, by trunk and server."""
    health: StoreHealth
    lag: Lag
    late: bool
    uptime: Seconds
    post: Post = field(default_factory=Post)
    """How the mails are."""
    mailboxes: Mapping[MailboxName, Messages] = field(default_factory=dict)
    """How many messages each holds."""
