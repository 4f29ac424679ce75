from __future__ import annotations

import pytest

from softswitch.testing.rtp import NotRtp, Packet, TelephoneEvent, key_press


def test_a_packet_survives_the_wire():
    packet = Packet(101, 65535, 0xFFFFFF00, 0x12345678, b"abc", marker=True)
    assert Packet.parse(packet.pack()) == packet


def test_sources_extension_and_padding_are_left_out():
    plain = Packet(0, 7, 160, 9, b"").pack()
    dressed = (
        bytes([0x80 | 0x20 | 0x10 | 0x01])
        + plain[1:]
        + b"CSRC"
        + b"\xbe\xde\x00\x01EXTN"
        + b"voice"
        + b"\x00\x00\x03"
    )
    assert Packet.parse(dressed).payload == b"voice"


@pytest.mark.parametrize("data", [b"", b"OPTIONS sip:a SIP/2.0", bytes(12)])
def test_other_datagrams_are_no_rtp(data):
    with pytest.raises(NotRtp):
        Packet.parse(data)


def test_a_key_is_reported_with_growing_duration_and_three_ends():
    reports = [(event.duration, event.end, marker) for event, marker in key_press("5", frames=3)]
    assert reports == [
        (160, False, True),
        (320, False, False),
        (480, True, False),
        (480, True, False),
        (480, True, False),
    ]


def test_an_event_survives_the_wire_and_tones_are_no_keys():
    event = TelephoneEvent("#", end=True, duration=800)
    assert TelephoneEvent.parse(event.pack()) == event
    with pytest.raises(NotRtp, match="no telephone event"):
        TelephoneEvent.parse(bytes([36, 0, 0, 0]))
