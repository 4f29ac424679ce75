"""What a SUBSCRIBE says."""

from __future__ import annotations

import pytest

from softswitch.registration.request import Received
from softswitch.watching.request import MAX_TEXT, Malformed, Subscribe, read

HERE = Received("192.0.2.7", 5070)
HEADERS = {
    "call-id": "c1",
    "cseq": "7 SUBSCRIBE",
    "from": '"Desk, two" <sip:202@acme.example>;tag=abc',
    "to": "<sip:201@acme.example>",
    "contact": "<sip:202@10.0.0.7:5060>",
    "event": "dialog",
}


def subscribe(source=HERE, **changes):
    headers = HEADERS | {name.replace("_", "-"): value for name, value in changes.items()}
    return read({name: value for name, value in headers.items() if value is not None}, source)


def test_what_a_phone_asks_for():
    asked = subscribe(expires="120", accept="application/dialog-info+xml;q=1, text/plain")
    assert isinstance(asked, Subscribe)
    assert (asked.call_id, asked.cseq, asked.their_tag, asked.our_tag) == ("c1", 7, "abc", "")
    assert (asked.theirs, asked.ours) == ("<sip:202@acme.example>;tag=abc", "<sip:201@acme.example>")
    assert (asked.package, asked.event, asked.expires) == ("dialog", "dialog", 120.0)
    assert asked.contact == "sip:202@10.0.0.7:5060"


@pytest.mark.parametrize(
    ("event", "package", "repeated"),
    [
        ("Dialog;id=7", "dialog", "dialog;id=7"),
        ("dialog;sla;ma", "dialog", "dialog"),
        ("message-summary", "message-summary", "message-summary"),
        (None, "", ""),
    ],
)
def test_the_event_is_repeated_with_its_id_and_nothing_else(event, package, repeated):
    asked = subscribe(event=event)
    assert (asked.package, asked.event) == (package, repeated)


@pytest.mark.parametrize(
    ("accept", "taken"),
    [
        (None, True),
        ("application/dialog-info+xml", True),
        ("APPLICATION/dialog-info+xml;version=1, x/y", True),
        ("application/*", True),
        ("*/*", True),
        ("application/pidf+xml", False),
    ],
)
def test_whether_it_takes_the_document(accept, taken):
    assert subscribe(accept=accept).accepts is taken


@pytest.mark.parametrize(
    "changes",
    [
        {"cseq": "many SUBSCRIBE"},
        {"call_id": ""},
        {"from": "<sip:202@acme.example>"},
        {"to": ""},
        {"to": "<sip:201@a>, <sip:202@a>"},
        {"event": "dialog, presence"},
        {"event": "dialog;id=a b"},
        {"contact": None},
        {"contact": "<tel:+48600>"},
        {"contact": "<sip:a@b>, <sip:c@d>"},
        {"contact": "*"},
        {"record_route": "<sip:" + "x" * MAX_TEXT + ">"},
    ],
)
def test_what_cannot_be_read(changes):
    assert isinstance(subscribe(**changes), Malformed)


def test_within_the_dialog_contact_may_be_missing():
    asked = subscribe(contact=None, to="<sip:201@acme.example>;tag=mine")
    assert (asked.our_tag, asked.contact) == ("mine", "")


@pytest.mark.parametrize(
    ("record_route", "source", "route"),
    [
        (None, HERE, ("sip:192.0.2.7:5070;lr;hide",)),
        (None, Received("2001:db8::7", 40000, "tls"), ("sip:[2001:db8::7]:40000;transport=tls;lr;hide",)),
        (
            "<sip:192.0.2.1;lr>, <sip:edge.example;lr>",
            HERE,
            ("sip:192.0.2.1;lr", "sip:edge.example;lr"),
        ),
        ("<sip:edge.example;lr>", HERE, ("sip:192.0.2.7:5070;lr;hide", "sip:edge.example;lr")),
        (
            "<sip:192.0.2.1;lr;maddr=x.example>",
            HERE,
            ("sip:192.0.2.7:5070;lr;hide", "sip:192.0.2.1;lr;maddr=x.example"),
        ),
    ],
)
def test_the_way_back_looks_up_no_name(record_route, source, route):
    assert subscribe(source, record_route=record_route).route == route
