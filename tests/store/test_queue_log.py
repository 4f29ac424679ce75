"""Lines of queue_log, by the story that other tests tell and by what it leaves out."""

from __future__ import annotations

from typing import Any

from softswitch.ports import Recorded
from softswitch.store.queue_log import QueueLog
from softswitch.types import CallId
from tests.store.sample import story


def lines(events: list[Recorded]) -> list[str]:
    log = QueueLog()
    return [*(line for event in events for line in log.apply(event)), *log.close()]


def told(*some: tuple[float, str, str | None, dict[str, Any]]) -> list[str]:
    return lines([
        Recorded(seq, 100 + at, kind, CallId(call) if call else None, data)
        for seq, (at, kind, call, data) in enumerate(some, 1)
    ])  # fmt: skip


def test_a_caller_who_reaches_an_agent_and_one_who_gives_up() -> None:
    assert lines(story()) == [
        "1700000004|alice|sales|NONE|ENTERQUEUE||+48600100200|1",
        "1700000005|bob|sales|NONE|ENTERQUEUE||+48600100201|2",
        "1700000009|alice|sales|ann|RINGNOANSWER|5000",
        "1700000011|alice|sales|ben|CONNECT|7|alice|2",
        "1700000015|bob|sales|NONE|ABANDON|1|2|10",
        "1700000021|alice|sales|ben|COMPLETEAGENT|7|10|1",
    ]


def test_who_finds_the_queue_full_never_entered_it() -> None:
    joined = {"queue": "q", "priority": "default"}
    assert told(
        (0, "CallerJoined", "a", joined),
        (1, "CallerJoined", "b", joined),
        (1, "CallerLeft", "b", {"queue": "q", "reason": "full", "waited": 0.0}),
        (60, "CallerLeft", "a", {"queue": "q", "reason": "max-wait", "waited": 60.0}),
    ) == ["100|a|q|NONE|ENTERQUEUE|||1", "160|a|q|NONE|EXITWITHTIMEOUT|1|1|60"]


def test_transfers_pauses_and_memberships() -> None:
    assert told(
        (0, "AgentOnline", None, {"agent": "ann"}),
        (0, "AgentPaused", None, {"agent": "ann", "reason": "a|b\nc"}),
        (1, "AgentResumed", None, {"agent": "ann"}),
        (2, "AgentSignedOut", None, {"agent": "ann", "queue": None}),
        (3, "AgentSignedIn", None, {"agent": "ann", "queue": "q"}),
        (4, "CallerJoined", "a", {"queue": "q"}),
        (5, "Connected", "a", {"queue": "q", "agent": "ann", "offer": "o", "waited": 1.5}),
        (9, "Transferred", "a", {"by": "ann", "number": "202", "attended": False}),
        (9, "ConversationEnded", "a", {"agent": "ann", "ended_by": "transfer", "talked": 4.0}),
    ) == [
        "100|NONE|NONE|ann|ADDMEMBER|",
        "100|NONE|NONE|ann|PAUSEALL|a_b_c",
        "101|NONE|NONE|ann|UNPAUSEALL|",
        "102|NONE|NONE|ann|REMOVEMEMBER|",
        "103|NONE|q|ann|ADDMEMBER|",
        "104|a|q|NONE|ENTERQUEUE|||1",
        "105|a|q|ann|CONNECT|1|a|0",
        "109|a|q|ann|BLINDTRANSFER|202||1|4|1",
    ]


def test_agents_are_members_while_they_are_there_and_not_signed_out() -> None:
    assert told(
        (0, "SwitchStarting", None, {}),
        (0, "AgentPaused", None, {"agent": "ben", "reason": "lunch", "ago": 60}),
        (0, "AgentSignedOut", None, {"agent": "eve", "queue": None}),
        (0, "AgentSignedIn", None, {"agent": "eve", "queue": "q"}),
        (0, "AgentSignedOut", None, {"agent": "joe", "queue": "q"}),
        (1, "SwitchStarted", None, {"agents": ["ann", "ben", "eve", "joe"]}),
        (2, "AgentOnline", None, {"agent": "kim"}),
        (3, "AgentSignedIn", None, {"agent": "eve", "queue": None}),
        (4, "AgentOffline", None, {"agent": "kim"}),
        (5, "AgentPaused", None, {"agent": "kim", "reason": "nobody sees it"}),
        (9, "CallArrived", "a", {}),
        (60, "SwitchStarting", None, {}),
        (61, "SwitchStarted", None, {"agents": ["ann"]}),
        (62, "SwitchStopped", None, {}),
    ) == [
        "100|NONE|NONE|NONE|QUEUESTART|",
        "101|NONE|NONE|ann|ADDMEMBER|",
        "101|NONE|NONE|ben|ADDMEMBER|",
        "101|NONE|NONE|ben|PAUSEALL|lunch",
        "101|NONE|q|eve|ADDMEMBER|",
        "101|NONE|NONE|joe|ADDMEMBER|",
        "101|NONE|q|joe|REMOVEMEMBER|",
        "102|NONE|NONE|kim|ADDMEMBER|",
        "103|NONE|NONE|eve|ADDMEMBER|",
        "104|NONE|NONE|kim|REMOVEMEMBER|",
        "109|NONE|NONE|ann|REMOVEMEMBER|",  # the last moment before the crash
        "109|NONE|NONE|ben|REMOVEMEMBER|",
        "109|NONE|NONE|eve|REMOVEMEMBER|",
        "109|NONE|NONE|joe|REMOVEMEMBER|",
        "160|NONE|NONE|NONE|QUEUESTART|",
        "161|NONE|NONE|ann|ADDMEMBER|",
        "162|NONE|NONE|ann|REMOVEMEMBER|",
    ]


def test_what_a_crash_has_cut_ends_with_the_switch_and_before_the_start() -> None:
    lost = {"ended_by": "switch", "last_seen": 109.0}
    assert told(
        (0, "SwitchStarting", None, {}),
        (1, "SwitchStarted", None, {"agents": ["ann"]}),
        (2, "CallArrived", "talks", {}),
        (2, "CallerJoined", "talks", {"queue": "q"}),
        (3, "OfferMade", "talks", {"offer": "o1", "agent": "ann", "queue": "q"}),
        (4, "Connected", "talks", {"offer": "o1", "agent": "ann", "queue": "q", "waited": 2.0}),
        (5, "CallArrived", "waits", {}),
        (5, "CallerJoined", "waits", {"queue": "q"}),
        (6, "OfferMade", "waits", {"offer": "o2", "agent": "ann", "queue": "q"}),
        (7, "CallArrived", "menu", {}),
        (60, "CallEnded", "talks", lost),
        (60, "CallEnded", "waits", lost),
        (60, "CallEnded", "menu", lost),
        (60, "SwitchStarting", None, {}),
        (61, "AgentOnline", None, {"agent": "ann"}),
        (62, "SwitchStarted", None, {"agents": ["ann"]}),
    ) == [
        "100|NONE|NONE|NONE|QUEUESTART|",
        "101|NONE|NONE|ann|ADDMEMBER|",
        "102|talks|q|NONE|ENTERQUEUE|||1",
        "104|talks|q|ann|CONNECT|2|talks|1",
        "105|waits|q|NONE|ENTERQUEUE|||1",
        "109|talks|q|ann|COMPLETECALLER|2|5|1",
        "109|waits|q|NONE|EXITEMPTY|1|1|4",
        "109|NONE|NONE|ann|REMOVEMEMBER|",
        "160|NONE|NONE|NONE|QUEUESTART|",
        "161|NONE|NONE|ann|ADDMEMBER|",
    ]
