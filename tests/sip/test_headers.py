"""SIP text, read and written."""

from __future__ import annotations

import time

import pytest

from softswitch.sip.headers import NAME, NUMBER, Message, name_addr, party, user, via_transport
from softswitch.types import Party


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('"Front desk" <sip:201@192.0.2.20>;tag=4', Party("201", "Front desk", "sip:201@192.0.2.20")),
        ("Front desk <sips:201@x>", Party("201", "Front desk", "sips:201@x")),
        ("<tel:+48600100200;phone-context=x>", Party("+48600100200", "", "tel:+48600100200;phone-context=x")),
        ("sip:201@192.0.2.20;tag=4", Party("201", "", "sip:201@192.0.2.20")),
        ('"a \\"b\\" <c>, d" <sip:1@x>', Party("1", 'a "b" <c>, d', "sip:1@x")),
        ("<sip:1@x>, <tel:+2>", Party("1", "", "sip:1@x")),
        ("<sip:192.0.2.20>", Party("", "", "sip:192.0.2.20")),
        ("", Party("")),
    ],
)
def test_an_address_is_read(value: str, expected: Party) -> None:
    assert party(value) == expected


def test_a_name_and_a_number_are_as_long_and_as_legible_as_a_phone_can_show() -> None:
    """A name of 3,000 characters would make each INVITE to an agent larger than a message may be."""
    assert party(f'"{"A" * 10_000}" <sip:{"9" * 4000}@x>').name == "A" * NAME
    assert party(f"<sip:{'9' * 4000}@x>").number == "9" * NUMBER
    assert party('"\u202eevil\u202c\u2066" <sip:1@x>').name == "evil"
    assert party(f'"za{chr(0x300) * 200}lgo" <sip:1@x>').name == f"za{chr(0x300) * 3}lgo"
    assert party('"שָׁלוֹם Zażółć" <sip:1@x>').name == "שָׁלוֹם Zażółć"


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("sip:600@x", "600"), ("sip:%2B48%23@x", "+48#"), ("sip:600:secret@x", "600"), ("sip:x:5060", ""),
        ("sip:600;npdi@x;user=phone", "600"), ("tel:+48-22", "+48-22"), ("mailto:a@b", ""), ("SIP:a@b", "a"),
        ("tel:1234567;phone-context=+4822", "+48221234567"), ("tel:+48-22;ext=1?x=y", "+48-22"),
        ("sip:123-4567;phone-context=+4822:secret@x;user=phone", "+48221234567"), ("tel:600;a=b", "600"),
    ],
)  # fmt: skip
def test_the_user_part_is_read(uri: str, expected: str) -> None:
    assert user(uri) == expected


def test_headers_are_read_by_their_long_names_folded_lines_joined() -> None:
    head = "INVITE sip:600@x SIP/2.0\r\nf: <sip:1@x>\r\nSubject: 1\r\n 2\r\nRoute: <a>\r\nRoute: <b>\r\n"
    text = f"{head}\r\nbody\r\n"
    message = Message(text)
    assert message.uri == "sip:600@x"
    assert message.headers == {"from": "<sip:1@x>", "subject": "1 2", "route": "<a>, <b>"}
    assert message.body == "body\r\n"


def test_bytes_that_are_no_utf_8_are_read_as_latin_1() -> None:
    text = b'INVITE sip:600@x SIP/2.0\r\nFrom: "J\xf3zef" <sip:1@x>\r\n\r\n'.decode(errors="surrogateescape")
    assert Message(text).caller() == Party("1", "Józef", "sip:1@x")


FROM = 'From: "Bob" <sip:100@x>'
ASSERTED = 'P-Asserted-Identity: "Grace" <sip:+48600100200@x>'
ANONYMOUS = 'From: "Anonymous" <sip:anonymous@anonymous.invalid>'
REMOTE = "Remote-Party-ID: <sip:+48600100200@one.example>"


@pytest.mark.parametrize(
    ("headers", "anybodys", "believed"),
    [
        ([FROM], ("100", "Bob"), ("100", "Bob")),
        ([FROM, ASSERTED], ("100", "Bob"), ("+48600100200", "Grace")),
        ([FROM, ASSERTED, "Privacy: none"], ("100", "Bob"), ("+48600100200", "Grace")),
        ([FROM, ASSERTED, "Privacy: critical; ID"], ("", ""), ("", "")),
        ([FROM, "Privacy: user"], ("", ""), ("", "")),
        ([ANONYMOUS], ("", ""), ("", "")),
        ([ANONYMOUS, ASSERTED], ("", ""), ("+48600100200", "Grace")),
        (['From: "x" <sip:Anonymous@192.0.2.1>'], ("", ""), ("", "")),
        (["From: <sip:restricted@anonymous.invalid>"], ("", ""), ("", "")),
        ([FROM, f"{REMOTE};party=calling;privacy=full"], ("100", "Bob"), ("", "")),
        ([FROM, ASSERTED, f'{REMOTE};screen=yes; Privacy="Full-Network"'], ("100", "Bob"), ("", "")),
        (
            [FROM, f"{REMOTE};privacy=off", f"{REMOTE};party=called;privacy=full"],
            ("100", "Bob"),
            ("100", "Bob"),
        ),
    ],
)
def test_who_calls_and_who_hides(
    headers: list[str], anybodys: tuple[str, str], believed: tuple[str, str]
) -> None:
    message = Message("INVITE sip:600@x SIP/2.0\r\n" + "\r\n".join(headers) + "\r\n\r\n")
    callers = message.caller(), message.caller(believed=True)
    assert [(caller.number, caller.name) for caller in callers] == [anybodys, believed]


def test_a_message_without_anything_is_empty() -> None:
    assert (Message("").uri, Message("").headers, Message("").body) == ("", {}, "")
    assert Message("x").caller() == Party("")


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (Party("100", "Ada"), '"Ada" <sip:100@x>'),
        (Party("100"), "<sip:100@x>"),
        (Party("", 'A "B"\r\nX: 1'), '"A \\"B\\" X: 1" <sip:anonymous@x>'),
        (Party("*1#@y", ""), "<sip:*1%23%40y@x>"),
    ],
)
def test_an_address_is_written_so_that_nothing_gets_out_of_it(who: Party, expected: str) -> None:
    assert name_addr(who, "x") == expected


@pytest.mark.parametrize(
    ("via", "transport"),
    [
        ("SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1", "udp"),
        ("SIP / 2.0 / TCP host", "tcp"),
        ("SIP/2.0/", ""),
        ("", ""),
    ],
)
def test_the_via_names_the_transport(via: str, transport: str) -> None:
    assert via_transport(via) == transport


def test_a_header_full_of_blanks_is_read_at_once() -> None:
    began = time.thread_time()
    assert party("a" + " " * 200_000 + "b").number == ""
    assert party(" " * 200_000 + "b").number == ""
    assert time.thread_time() - began < 5, "the square of its length would be minutes"
