"""JSON by orjson, and by the standard library where that refuses."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from softswitch.jsontext import dumps, loads
from softswitch.store.call_record import CallRecord, Offer
from softswitch.types import CallId, Srtp

VALUES = some.recursive(
    some.none() | some.booleans() | some.integers(-(2**63), 2**64 - 1)
    | some.floats(allow_nan=False, allow_infinity=False)
    | some.text(some.characters(codec="utf-8")),
    lambda inner: some.lists(inner) | some.dictionaries(some.text(some.characters(codec="utf-8")), inner),
)  # fmt: skip


@given(VALUES)
def test_it_says_and_reads_what_the_library_does(value: object) -> None:
    assert json.loads(dumps(value)) == value
    assert loads(json.dumps(value)) == value


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"name": "J\udcf3zef"}, b'{"name":"J\\udcf3zef"}'),
        (2**70, b"1180591620717411303424"),
        ({1: "a"}, b'{"1":"a"}'),
        ({"way": Srtp.OFF, "file": Path("x")}, b'{"way":"off","file":"x"}'),
        ((1.5, "ł"), '[1.5,"ł"]'.encode()),
        (float("nan"), b"null"),
    ],
)
def test_what_orjson_refuses_is_said_all_the_same(value: object, said: bytes) -> None:
    assert dumps(value) == said


def test_lone_surrogates_come_back() -> None:
    assert loads(b'{"name":"J\\udcf3zef"}') == {"name": "J\udcf3zef"}


@pytest.mark.parametrize("text", [b"", b"\0", b"{", b"\xff", b'"\x01"'])
def test_what_is_no_json_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"(?i)expect|invalid|decode"):
        loads(text)


def test_what_contains_itself_is_refused() -> None:
    circle: list[object] = []
    circle.append(circle)
    with pytest.raises((ValueError, RecursionError)):
        dumps(circle)


@dataclass(slots=True)
class Point:
    x: int


def test_dataclasses_are_their_fields_and_a_record_says_the_same_in_both_ways() -> None:
    assert dumps([Point(1)]) == b'[{"x":1}]'
    assert dumps([Point(2**70), "\udcff"]) == b'[{"x":1180591620717411303424},"\\udcff"]'
    record = CallRecord(CallId("a"), queues=["sales"], offers=[Offer("ann", "busy", 1.0)], talk=None)
    assert json.loads(record.line()) == record.to_json()
