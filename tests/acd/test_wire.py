"""Every event and action survives JSON unchanged, and what is no such thing is refused with a reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from softswitch.acd.actions import Action, CancelRing, Leave
from softswitch.acd.events import Event, TimerExpired
from softswitch.acd.wire import action_from_json, event_from_json, to_json
from softswitch.errors import EngineError
from softswitch.types import CallId, CancelReason, LeaveReason, OfferId, Prompt, QueueName, ToMessage

TEXT = st.text(max_size=8)
st.register_type_strategy(Path, TEXT.map(lambda text: Path("/prompts") / text.replace("\0", "")))
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
EXAMPLES = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""As a busy machine makes them slowly."""


@pytest.mark.parametrize("kind", get_args(Event), ids=lambda kind: kind.__name__)
def test_every_event_comes_back_as_it_was(kind: type[Any]) -> None:
    @EXAMPLES
    @given(event=st.from_type(kind))
    def comes_back(event: Event) -> None:
        assert event_from_json(to_json(event)) == event

    comes_back()


@pytest.mark.parametrize("kind", get_args(Action), ids=lambda kind: kind.__name__)
def test_every_action_comes_back_as_it_was(kind: type[Any]) -> None:
    @EXAMPLES
    @given(action=st.from_type(kind))
    def comes_back(action: Action) -> None:
        assert action_from_json(to_json(action)) == action

    comes_back()


def test_the_form_is_one_line_with_a_version_and_a_type() -> None:
    line = to_json(CancelRing(OfferId("o1"), CancelReason.NO_ANSWER))
    assert json.loads(line) == {"v": 1, "type": "CancelRing", "offer": "o1", "reason": "no-answer"}
    assert "\n" not in line


def test_a_destination_keeps_its_kind_and_its_file() -> None:
    leave = Leave(
        CallId("c1"), QueueName("q"), LeaveReason.MAX_WAIT, ToMessage(Prompt({}, Path("/sorry.wav"))), 1.5
    )
    assert action_from_json(to_json(leave)) == leave


def test_a_missing_key_is_the_default_of_the_field() -> None:
    event = event_from_json('{"v": 1, "type": "CallerJoined", "call": "c1", "queue": "q"}')
    assert event.priority == "default"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "Expecting property name"),
        ("[]", 'expected an object with "v": 1'),
        ('{"v": 2, "type": "TimerExpired"}', 'expected an object with "v": 1'),
        ('{"v": 1, "type": "Ring"}', "type is 'Ring'; expected one of SettingsChanged, CallerJoined"),
        ('{"v": 1, "type": "CallerLeft"}', "CallerLeft lacks call"),
        ('{"v": 1, "type": "CallerLeft", "call": 5}', "5 where str was expected"),
        ('{"v": 1, "type": "CallerLeft", "call": "c", "x": 1}', "CallerLeft has no x"),
        (
            '{"v": 1, "type": "CallerLeft", "call": "c", "reason": "bored"}',
            "'bored' is not a valid LeaveReason",
        ),
        ('{"v": 1, "type": "SettingsChanged", "settings": 5}', "5 where dict was expected"),
        (
            '{"v": 1, "type": "OfferFailed", "offer": "o1", "failure": "busy", "status": true}',
            "True where int",
        ),
        (
            '{"v": 1, "type": "SettingsChanged", "settings": {"type": "EngineSettings", "queues": 5}}',
            "5 where dict was expected",
        ),
    ],
)
def test_what_is_no_event_is_refused_with_the_reason(line: str, why: str) -> None:
    with pytest.raises(EngineError, match=why):
        event_from_json(line)


def test_a_destination_that_is_none_is_refused() -> None:
    line = json.loads(to_json(Leave(CallId("c1"), QueueName("q"), LeaveReason.FULL, None)))
    with pytest.raises(EngineError, match="'nowhere' where one of ToMenu"):
        action_from_json(json.dumps(line | {"destination": "nowhere"}))


def test_a_time_that_is_no_number_cannot_be_written() -> None:
    leave = Leave(CallId("c1"), QueueName("q"), LeaveReason.FULL, None, float("inf"))
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_json(leave)


def test_an_event_without_fields_is_an_event() -> None:
    assert event_from_json(to_json(TimerExpired())) == TimerExpired()
