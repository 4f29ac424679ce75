"""Lists, parameters, quoting and URIs as SIP writes them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as some

from softswitch import siptext
from softswitch.siptext import Address, addresses, parameters, split, unquoted


def uri(text):
    found = siptext.uri(text)
    assert found is not None, text
    return found


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("", []),
        (" , ,", []),
        ("<sip:a@b>, <sip:c@d>;q=1", ["<sip:a@b>", "<sip:c@d>;q=1"]),
        ('"Doe, \\"J\\"" <sip:a,b@c>,sip:d@e', ['"Doe, \\"J\\"" <sip:a,b@c>', "sip:d@e"]),
        ('"open, for ever', ['"open, for ever']),
    ],
)
def test_a_comma_in_quotes_or_brackets_separates_nothing(value, parts):
    assert split(value) == parts


def test_parameters_without_brackets_are_the_headers():
    assert addresses("sip:a@b;expires=5") == [Address("sip:a@b", {"expires": "5"})]
    assert addresses("<sip:a@b;ob>;Expires=5;x") == [Address("sip:a@b;ob", {"expires": "5", "x": ""})]


def test_a_bracket_in_a_display_name_opens_nothing():
    assert addresses('"a <b" <sip:c@d>') == [Address("sip:c@d", {})]


def test_a_bracket_that_is_never_closed_gives_no_address():
    assert addresses("<sip:a@b") == [Address("")]


def test_quoted_strings_lose_quotes_and_escapes():
    assert unquoted('"a \\"b\\" \\\\"') == 'a "b" \\'
    assert unquoted("plain") == "plain"


def test_the_first_of_a_parameters_name_holds():
    assert parameters(';A=1;a=2;b="x;y"') == {"a": "1", "b": '"x;y"'}


SAME = [
    ("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtlanTa.CoM;Transport=tcp"),
    ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
    ("sip:carol@chicago.com", "sip:carol@chicago.com;security=on"),
    ("sip:a@b;x=1;y=2", "sip:a@b;y=2;x=1"),
    ("SIP:a@[2001:db8::1]:5060", "sip:a@[2001:DB8::1]:5060"),
]
DIFFERENT = [
    ("SIP:ALICE@AtlanTa.CoM;Transport=udp", "sip:alice@AtlanTa.CoM;Transport=UDP"),
    ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
    ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"),
    ("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"),
    ("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"),
    ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"),
    ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"),
    ("sip:a@b", "sips:a@b"),
    ("sip:a:secret@b", "sip:a@b"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_addresses_that_rfc_3261_calls_equivalent_are(one, other):
    assert uri(one).same(uri(other))
    assert uri(other).same(uri(one))


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_addresses_that_rfc_3261_tells_apart_are_different(one, other):
    assert not uri(one).same(uri(other))
    assert not uri(other).same(uri(one))


@pytest.mark.parametrize(
    "text",
    ["", "sip:", "tel:+48", "sip:a@", "sip:a@b:0", "sip:a@b:65536", "sip:a@b c", "sip:a@b>", "http://a"],
)
def test_what_is_no_sip_uri_is_none(text):
    assert siptext.uri(text) is None


@pytest.mark.parametrize(
    "text", ["sip:a;day=1@b:5070;transport=tcp;lr?x=y", "sips:b", "sip:201@[2001:db8::1]:5060;ob"]
)
def test_a_uri_is_written_as_it_was_read(text):
    assert str(uri(text)) == text


def test_a_uri_at_another_address_keeps_what_the_phone_wants_back():
    moved = uri("sips:201@10.0.0.1:5060;line=x7;maddr=10.9.9.9;transport=udp").at("2001:DB8::1", 40000, "tls")
    assert str(moved) == "sip:201@[2001:db8::1]:40000;line=x7;transport=tls"


@given(some.text(alphabet='sip:a@b;=,<>"\\ ?[]%1', max_size=60))
def test_any_text_is_survived(text):
    addresses(text)
    parameters(text)
    if (found := siptext.uri(text)) is not None:
        again = siptext.uri(str(found))
        assert again is not None
        assert again.same(found)


@pytest.mark.parametrize("piece", ['"', '\\"', '"\\', "<", ",<", ";", 'a@"', "sip:a@", "[", ":1"])
def test_hostile_values_cost_time_in_proportion(piece):
    begun = time.thread_time()
    text = piece * 20_000
    addresses(text)
    parameters(text)
    siptext.uri("sip:" + text)
    unquoted(text)
    assert time.thread_time() - begun < 1
