"""Events about who enters a queue and as what, and about what goes on after a restart."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from softswitch.kinds import Kind
from softswitch.store.words import Word

ENTERING: Mapping[str, Word] = MappingProxyType(
    {
        Kind.RULE_APPLIED: Word(
            "A rule has decided about a caller who was about to join a queue.",
            {
                "rule": "its name",
                "queue": "which queue",
                "why": "what made it hold",
                "then": "what it says of priority, needs and the preferred agent",
                "destination": "where it sends the caller instead of the queue",
            },
        ),
        Kind.CALLER_LOOKED_UP: Word(
            "Somebody else's server was asked who a caller is.",
            {
                "caller_rule": "the class in `callers` that asks",
                "took": "seconds",
                "found": "whether it knows the caller",
                "problem": "why it did not answer, or what of its answer is of no use",
                "priority": "what it says, as the next six",
                "language": "ISO 639-1",
                "needs": "levels by skill",
                "preferred": "the agent to ring first",
                "name": "whom agents' phones show",
                "note": "for agents",
                "data": "whatever else, by name",
            },
        ),
        Kind.LOOKUP_FAILING: Word(
            "A server that is asked who callers are does not answer, and is left alone for a while.",
            {"caller_rule": "the class that asks", "why": "the last failure", "pause": "seconds"},
            alarming=True,
        ),
        Kind.LOOKUP_WORKING: Word("It answers again.", {"caller_rule": "the class that asks"}),
        Kind.STATE_RESTORED: Word(
            "What the switch knew before it ended goes on.",
            {
                "agents": "how many are paused or signed out",
                "places": "how many who were cut off have their place when they call again",
                "queues": "of how many today's figures go on",
                "amended": "how many changes of supervisors are in force again",
                "read": "events that were read for it",
                "took": "seconds",
                "problem": "why something may be missing",
            },
        ),
        Kind.STATE_KEPT: Word(
            "Noted now and then, so that a start need not read far back.",
            {
                "paused": "reason and moment of the beginning by agent",
                "signed_out": "queues by agent",
                "amended": "what supervisors have changed of queues and agents, as their events say it",
            },
        ),
    }
)
