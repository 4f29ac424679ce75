"""Who passed a call on: read from what carriers write, and written for them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.calls.redirection import MOST, Redirection, redirections, written
from softswitch.dialplan.numbering import Numbering

HISTORY = (
    "<sip:+48221110000@carrier.example>;index=1, "
    "<sip:+48222220000@carrier.example;cause=486>;index=1.1, "
    "<sip:acme@192.0.2.1;cause=302>;index=1.1.1;mp=1.1"
)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, []),
        (
            {"diversion": '"Bo, B" <sip:48222220000@x>;reason=user-busy;counter=1'},
            [("+48222220000", "user-busy")],
        ),
        (
            {"diversion": "<tel:+48222220000>;reason=no-answer, <sip:221110000@x>;reason=time-of-day"},
            [("+48222220000", "no-answer"), ("+48221110000", "time-of-day")],
        ),
        ({"diversion": '<sip:+48222220000@x>;privacy="full";reason="deflection"'}, [("", "deflection")]),
        ({"diversion": "<sip:+48222220000@x>;reason=<what>"}, [("+48222220000", "unknown")]),
        ({"history-info": HISTORY}, [("+48222220000", "unconditional"), ("+48221110000", "user-busy")]),
        (  # out of order, and without a cause: the same call on its way to a phone
            {"history-info": "<sip:1@x>;index=1.1, <sip:+48221110000@x>;index=1"},
            [],
        ),
        (
            {"history-info": "<sip:221110000@x?Reason=SIP%3Bcause%3D408>;index=1, <sip:2@x>;index=1.1"},
            [("+48221110000", "no-answer")],
        ),
        (
            {"history-info": "<sip:221110000@x?Privacy=history>;index=1, <sip:2@x;cause=302>;index=1.1"},
            [("", "unconditional")],
        ),
        ({"diversion": "<sip:+4822@x>", "history-info": HISTORY}, [("+4822", "unknown")]),
    ],
)
def test_both_headers_are_read(headers: dict[str, str], expected: list[tuple[str, str]]) -> None:
    assert redirections(headers, Numbering()) == tuple(Redirection(*one) for one in expected)


def test_so_many_are_read_and_no_more() -> None:
    assert len(redirections({"diversion": "<sip:+4822@x>," * 50}, Numbering())) == MOST


def test_both_are_written_for_whom_the_carrier_reads_either() -> None:
    passed = (Redirection("+48222220000", "unconditional"), Redirection("+48221110000", "user-busy"))
    headers = written(passed, "sip:+48600300400@one", "acme.example")
    assert headers["Diversion"] == (
        "<sip:+48222220000@acme.example>;reason=unconditional;privacy=off, "
        "<sip:+48221110000@acme.example>;reason=user-busy;privacy=off"
    )
    assert headers["History-Info"] == (
        "<sip:+48221110000@acme.example>;index=1, <sip:+48222220000@acme.example;cause=486>;index=1.1, "
        "<sip:+48600300400@one;cause=302>;index=1.1.1;mp=1.1"
    )
    for name, value in headers.items():
        assert redirections({name.lower(): value}, Numbering()) == passed


def test_a_number_that_hides_is_passed_to_nobody() -> None:
    assert written((Redirection("", "unconditional"),), "sip:1@one", "acme.example") == {}


@given(st.text(), st.text())
def test_any_value_is_read_without_an_error(diversion: str, history: str) -> None:
    for headers in ({"diversion": diversion}, {"history-info": history}):
        assert len(redirections(headers, Numbering())) <= MOST
