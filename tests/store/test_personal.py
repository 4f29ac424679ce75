"""What is left of an event without the person."""

from __future__ import annotations

import json
from typing import Any

import pytest

from softswitch.dialplan.numbering import Numbering
from softswitch.store.personal import forgotten
from softswitch.store.somebody import Somebody

CASES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "CallArrived",
        {
            "number": "+48600100200",
            "name": "Alice",
            "dialled": "600",
            "sip_call_id": "600100200@10.0.0.1",
            "leg": "in-1",
            "trunk": "carrier",
            "diverted": [{"number": "+48221234567", "reason": "no-answer"}],
            "agent": None,
        },
        {
            "number": "",
            "name": "",
            "dialled": "",
            "sip_call_id": "",
            "leg": "in-1",
            "trunk": "carrier",
            "diverted": [{"number": "", "reason": ""}],
            "agent": None,
        },
    ),
    (
        "CallerLookedUp",
        {"caller_rule": "crm", "name": "Anna", "note": "tea", "data": {"plan": "gold"}, "priority": "vip"},
        {"caller_rule": "crm", "name": "", "note": "", "data": {"plan": ""}, "priority": "vip"},
    ),
    (
        "RuleApplied",
        {"rule": "poles", "why": "number +48600100200 is +48*; customer 123456 is 1*", "queue": "support"},
        {"rule": "poles", "why": "number *** is +48*; customer *** is 1*", "queue": "support"},
    ),
    ("NumberEntered", {"name": "card", "digits": "4929123"}, {"name": "card", "digits": ""}),
    ("DigitsPressed", {"menu": "welcome", "digits": "1"}, {"menu": "welcome", "digits": ""}),
    (
        "TransferAsked",
        {"by": "ann", "number": "600100200", "destination": "+48600100200 by carrier", "attended": False},
        {"by": "ann", "number": "", "destination": "*** by carrier", "attended": False},
    ),
    (
        "OfferMade",
        {"offer": "123456789012", "why": {"skipped": [{"agent": "ben", "reason": "paused"}], "score": 1.5}},
        {"offer": "123456789012", "why": {"skipped": [{"agent": "ben", "reason": "paused"}], "score": 1.5}},
    ),
    (
        "RecordingStarted",
        {"file": "2026/11/25/093012417-support-123456789012.wav", "agent": "ann"},
        {"file": "2026/11/25/093012417-support-123456789012.wav", "agent": "ann"},
    ),
    (
        "Changed",
        {"by": "user anna", "what": "transfer", "of": "c1", "how": "600100200"},
        {"by": "user anna", "what": "transfer", "of": "c1", "how": ""},
    ),
    (
        "Changed",
        {"by": "token crm", "what": "call", "of": "600100200", "how": "c1"},
        {"by": "token crm", "what": "call", "of": "", "how": "c1"},
    ),
    (
        "OriginateFailed",
        {"by": "token crm", "agent": "", "number": "600100200", "status": 404, "why": "no 600100200"},
        {"by": "token crm", "agent": "", "number": "", "status": 404, "why": "no ***"},
    ),
    (
        "Changed",
        {"by": "user anna", "what": "pause", "of": "desk", "how": "lunch"},
        {"by": "user anna", "what": "pause", "of": "desk", "how": "lunch"},
    ),
    (
        "CallEnded",
        {"reason": "Bye, 600100200", "caller": {"codec": "PCMU/8000", "lost": 3}, "agent": {"codec": "G722"}},
        {"reason": "Bye, ***", "caller": {"codec": "PCMU/8000", "lost": 3}, "agent": {"codec": "G722"}},
    ),
    (
        "NotesOfAPlugIn",
        {"note": "She moves house.", "rating": 5, "customer": {"name": "Alice", "id": 7}},
        {"note": "", "rating": 5, "customer": {"name": "", "id": 7}},
    ),
]


@pytest.mark.parametrize(("kind", "data", "left"), CASES)
def test_the_person_goes_and_the_figures_stay(kind: str, data: dict[str, Any], left: dict[str, Any]) -> None:
    assert forgotten(kind, data) == left
    assert forgotten(kind, left) == left, "a second time changes nothing"
    assert len(json.dumps(forgotten(kind, data))) <= len(json.dumps(data)), "it fits where it stood"


POLAND, GERMANY = Numbering(), Numbering("49", "0", "00", (6, 11))


@pytest.mark.parametrize(
    ("numbering", "asked", "forms"),
    [
        (POLAND, "600 100 200", ["+48600100200", "0048600100200", "48600100200", "600100200", "600-100-200"]),
        (POLAND, "+442079460001", ["+442079460001", "00442079460001", "442079460001"]),
        (GERMANY, "030 1234567", ["+49301234567", "0049301234567", "0301234567", "301234567"]),
        (POLAND, "anna", ["anna"]),
    ],
)
def test_a_number_is_found_in_every_form(numbering: Numbering, asked: str, forms: list[str]) -> None:
    for form in forms:
        for one in (Somebody(asked, numbering), Somebody(form, numbering)):
            assert one.is_in({"number": forms[0]})
            assert one.is_in({"diverted": [{"number": form}]})
    somebody = Somebody(asked, numbering)
    assert all(somebody.trace in form for form in forms if "-" not in form)
    assert not somebody.is_in({"number": forms[0] + "1"})
    assert not somebody.is_in({"number": "", "name": "", "leg": forms[0]})


def test_a_number_within_a_text_is_found() -> None:
    somebody = Somebody("600100200", POLAND)
    assert somebody.is_in({"destination": "<sip:+48600100200@carrier>;q=1"})
    assert somebody.is_in({"contact": "sip:%2B48600100200@carrier"})
    assert not somebody.is_in({"contact": "sip:1600100200@carrier"})
    assert not Somebody("7", POLAND).possible
