"""/metrics, and the dashboard that reads it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from softswitch.config.settings import WebSettings
from softswitch.ports import Recorded
from softswitch.store.calls import CallFold
from softswitch.types import CallId
from softswitch.web.rendering import render
from tests.web.conftest import figures

DASHBOARD = Path("deploy/grafana/softswitch.json")

OLD = {"codec": "PCMU/8000", "received": 100, "sent": 90, "lost": 2, "jitter": 0.004}
"""Of an event that an earlier version has written."""

MEDIA = OLD | {"round_trip": 0.08, "mos": 4.2, "far_lost": 9, "far_jitter": 0.01, "far_mos": 3.5}


@dataclass
class Story:
    """Events of calls, heard by the counting and folded by the record."""

    counting: object
    fold: CallFold
    seq: int = 0

    def say(self, call, *events):
        """Each `(at, kind, data)`; the call's outcome by the record, when it ended."""
        for at, kind, data in events:
            self.seq += 1
            event = Recorded(self.seq, at, kind, CallId(call), data)
            self.counting.hear(event)
            record = self.fold.apply(event)
        return record and record.outcome


@pytest.fixture
def story(counting):
    return Story(counting, CallFold())


def value(counting, name, **labels):
    return counting.registry.get_sample_value(name, labels)


ARRIVED, JOINED = (0.0, "CallArrived", {}), (1.0, "CallerJoined", {"queue": "support"})
ENDINGS = {
    "answered": [
        ARRIVED,
        JOINED,
        (5.0, "Connected", {"queue": "support", "agent": "desk", "waited": 4.0}),
        (65.0, "ConversationEnded", {"agent": "desk", "talked": 60.0}),
        (65.0, "CallEnded", {"ended_by": "caller", "status": 200, "caller": MEDIA, "agent": MEDIA}),
    ],
    "abandoned": [
        ARRIVED,
        JOINED,
        (31.0, "CallerLeft", {"reason": "hung-up"}),
        (31.0, "CallEnded", {"ended_by": "caller", "status": 200, "caller": MEDIA}),
    ],
    "turned away": [
        ARRIVED,
        JOINED,
        (31.0, "CallerLeft", {"queue": "support", "reason": "max-wait", "waited": 30.0}),
        (32.0, "CallEnded", {"ended_by": "switch", "status": 200}),
    ],
    "callback": [
        ARRIVED,
        JOINED,
        (31.0, "CallerLeft", {"queue": "support", "reason": "max-wait", "waited": 30.0}),
        (40.0, "CallbackWanted", {"queue": "support", "number": "+48600100200"}),
        (45.0, "CallEnded", {"ended_by": "switch", "status": 200}),
    ],
    "not reached": [
        (0.0, "CallArrived", {"number": "100", "callback": "a"}),
        (0.0, "CallbackTried", {"callback": "a", "queue": "support", "attempt": 1}),
        (9.0, "CallEnded", {"ended_by": "switch", "status": 486}),
    ],
    "refused": [ARRIVED, (0.0, "CallEnded", {"ended_by": "switch", "status": 404})],
    "served": [ARRIVED, (9.0, "CallEnded", {"ended_by": "caller", "status": 200})],
    "transferred": [ARRIVED, JOINED, (9.0, "CallEnded", {"ended_by": "transfer", "status": 200})],
}


@pytest.mark.parametrize("outcome", ENDINGS)
def test_calls_are_counted_by_the_outcome_of_the_record(story, counting, outcome):
    assert story.say("a", *ENDINGS[outcome]) == outcome
    assert value(counting, "softswitch_calls_total", outcome=outcome) == 1
    assert not counting._calls


def test_waits_are_counted_by_how_they_ended(story, counting):
    story.say("a", *ENDINGS["answered"])
    story.say("b", *ENDINGS["abandoned"])
    for result, waited in (("answered", 4.0), ("abandoned", 30.0)):
        labels = {"queue": "support", "result": result}
        assert value(counting, "softswitch_queue_wait_seconds_sum", **labels) == waited
    assert value(counting, "softswitch_queue_joined_total", queue="support") == 2
    assert value(counting, "softswitch_talk_seconds_sum", queue="support") == 60.0


def test_sound_is_counted_by_side(story, counting):
    story.say("a", *ENDINGS["answered"])
    assert value(counting, "softswitch_rtp_lost_packets_total", side="caller") == 2
    assert value(counting, "softswitch_rtp_packets_total", side="agent", direction="sent") == 90
    assert value(counting, "softswitch_rtp_jitter_seconds_sum", side="caller") == 0.004


@pytest.mark.parametrize(("way", "lost", "score"), [("from", 2 / 102, 4.2), ("to", 0.1, 3.5)])
def test_how_good_it_sounds_is_counted_both_ways(story, counting, way, lost, score):
    story.say("a", *ENDINGS["answered"])
    for name, wanted in (("rtp_loss_ratio", lost), ("call_mos", score)):
        assert value(counting, f"softswitch_{name}_sum", side="agent", way=way) == pytest.approx(wanted)
    assert value(counting, "softswitch_rtp_round_trip_seconds_sum", side="agent") == 0.08


def test_of_what_an_earlier_version_did_not_know_nothing_is_counted(story, counting):
    story.say("a", ARRIVED, (9.0, "CallEnded", {"ended_by": "caller", "status": 200, "caller": OLD}))
    assert value(counting, "softswitch_rtp_loss_ratio_count", side="caller", way="from") == 1
    for name, labels in (
        ("call_mos", {"way": "from"}),
        ("call_mos", {"way": "to"}),
        ("rtp_loss_ratio", {"way": "to"}),
    ):
        assert value(counting, f"softswitch_{name}_count", side="caller", **labels) is None


async def test_metrics_are_readable(client):
    answer = await client.get("/metrics")
    assert answer.status_code == 200
    found = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    assert found["softswitch_queue_waiting_callers", "support"] == 2
    assert found["softswitch_queue_longest_wait_seconds", "support"] == 12.5
    assert found["softswitch_queue_hopeless_callers", "support"] == 1
    assert found["softswitch_agents", "free"] == 1
    assert found["softswitch_agents", "paused"] == 0
    assert found["softswitch_sip_requests_total", "INVITE"] == 12
    assert found["softswitch_record_database_behind_events",] == 10
    assert found["softswitch_queue_service_level_ratio", "service-level", "support"] == 0.75
    assert found["softswitch_queue_configured_service_level_ratio", "support"] == 0.6
    assert found["softswitch_queue_waiting_callbacks", "support"] == 0
    assert found["softswitch_callbacks_wanted_total", "support"] == 0
    assert found["softswitch_queue_estimated_wait_seconds", "support"] == 90
    assert found["softswitch_queue_estimate_error_ratio", "support"] == 0.25
    assert found["softswitch_mails_waiting",] == 2
    assert found["softswitch_mail_longest_wait_seconds",] > 1e8


@pytest.mark.parametrize("web_settings", [WebSettings("127.0.0.1", 8080, "off")])
async def test_metrics_are_not_there_when_they_are_off(client):
    assert (await client.get("/metrics")).status_code == 404


@pytest.mark.parametrize("web_settings", [WebSettings("127.0.0.1", 8080, "token")])
async def test_metrics_may_need_a_token(client, accounts):
    assert (await client.get("/metrics")).status_code == 401
    _, text = await accounts.add_token("prometheus", "agent")
    answer = await client.get("/metrics", headers={"Authorization": f"Bearer {text}"})
    assert answer.status_code == 200


def test_every_metric_of_the_dashboard_exists(story, counting):
    for call, events in enumerate(ENDINGS.values()):
        story.say(str(call), *events)
    text = render(counting.registry, figures()).decode()
    samples = {s.name for family in text_string_to_metric_families(text) for s in family.samples}
    dashboard = json.loads(DASHBOARD.read_text())
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    mentioned = {name for expression in asked for name in re.findall(r"softswitch_\w+", expression)}
    assert len(mentioned) > 25
    assert mentioned <= samples


def test_messages_are_counted_as_they_are_left_and_as_they_are_kept(story, counting):
    story.say("a", *ENDINGS["served"], (10.0, "VoicemailLeft", {"mailbox": "office"}))
    assert value(counting, "softswitch_voicemails_left_total", mailbox="office") == 1
    text = render(counting.registry, figures()).decode()
    assert 'softswitch_voicemails{mailbox="office",state="new"} 2.0' in text
    assert 'softswitch_voicemails{mailbox="office",state="heard"} 3.0' in text
