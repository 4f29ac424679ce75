"""Numbers in logs: hidden wherever they stand, and nothing else is."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from softswitch.log import configure, mask_numbers
from softswitch.masking import masked_fields, masked_text


@pytest.fixture
def masking() -> Iterator[None]:
    mask_numbers(True)
    yield
    mask_numbers(False)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("+48600100200", "***200"),
        ("sip:+48600100200@127.0.0.1:5060;user=phone", "sip:***200@127.0.0.1:5060;user=phone"),
        ("sip:%2B48600100200@10.0.0.1", "sip:***200@10.0.0.1"),
        ("<sip:600100200@10.0.0.1>", "<sip:***200@10.0.0.1>"),
        ("from 600100200, then +442079460001.", "from ***200, then ***001."),
        ("tel:0048600100200", "tel:***200"),
        ("2026-11-25T09:30:12.417+01:00", "2026-11-25T09:30:12.417+01:00"),
        ("2026/11/25/093012417-support-1a2b3c4d5e6f.wav", "2026/11/25/093012417-support-1a2b3c4d5e6f.wav"),
        ("events-000000012345.jsonl", "events-000000012345.jsonl"),
        ("udp:127.0.0.1:15070, at 1763765421.25", "udp:127.0.0.1:15070, at 1763765421.25"),
        ("call 123456abcdef", "call 123456abcdef"),
        ("200 OK, 503 after 12345 ms", "200 OK, 503 after 12345 ms"),
    ],
)
def test_a_text_loses_its_numbers_alone(text: str, shown: str) -> None:
    assert masked_text(text) == shown
    assert masked_text(shown) == shown


def test_fields_are_hidden_as_their_names_say() -> None:
    fields = {
        "call": "123456789012",
        "number": "5551",
        "dialled": "600",
        "diverted": [{"number": "+48600100200", "reason": "unconditional"}],
        "digits": "4929123456789012",
        "entered": {"card": "4929"},
        "menu": "welcome",
        "contact": ("sip:600100200@10.0.0.1",),
        "seq": 12345678,
        "why": None,
    }
    assert masked_fields(fields) == {
        "call": "123456789012",
        "number": "***551",
        "dialled": "600",
        "diverted": [{"number": "***200", "reason": "unconditional"}],
        "digits": "*" * 16,
        "entered": {"card": "****"},
        "menu": "welcome",
        "contact": ["sip:***200@10.0.0.1"],
        "seq": 12345678,
        "why": None,
    }
    written = {"number": "600 100-200", "caller": "(+48) 600.100.200", "from": "192.168.100.200"}
    masked = {"number": "***200", "caller": "***200", "from": "192.168.100.200"}
    assert masked_fields(written) == masked, "in pieces too; but an address is no number"
    assert masked_fields({"digits": "1"}) == {"digits": "1"}, "a choice of a menu"


@pytest.mark.parametrize("format", ["human", "json"])
def test_every_line_is_masked_whoever_wrote_it(format: str, masking: None) -> None:
    stream = io.StringIO()
    thread = configure("json" if format == "json" else "human", stream=stream)
    log = structlog.get_logger("softswitch.journal")
    log.info("CallArrived", call="123456789012", number="+48600100200", name="600100200")
    log.warning("a sentence about +48600100200")
    logging.getLogger("library").error("could not reach sip:+48600100200@10.0.0.1")
    try:
        raise ValueError("no such number: 600100200")
    except ValueError:
        log.exception("failed")
    mask_numbers(False)
    log.info("CallArrived", number="+48600100201")
    thread.close()
    written = stream.getvalue()
    assert "600100200" not in written
    assert written.count("***200") == 6, "the traceback has its line, too"
    assert "123456789012" in written
    assert "+48600100201" in written
    if format == "json":
        assert [json.loads(line)["level"] for line in written.splitlines()][:4] == [
            *("info", "warning", "error", "error")
        ]
