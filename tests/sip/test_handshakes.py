"""TLS handshakes that fail: counted, and told once a minute."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from softswitch.sip.handshakes import Handshakes

TIMEOUT = "SSL timeout after 10.0s"
JUNK = (
    "SSL_ERROR_SSL (Handshake): Level: 0 err: <1> <error:wrong version number> len: 0 peer: 192.0.2.9:57724"
)


def test_a_thousand_scanners_are_one_warning_a_minute() -> None:
    handshakes = Handshakes()
    with capture_logs() as logs:
        for second in range(100):
            for line in (TIMEOUT, JUNK) * 10:
                assert handshakes.takes(line)
            handshakes.report(5.0 + second)
        handshakes.report(1000.0)
        handshakes.report(2000.0)
    assert [line["connections"] for line in logs] == [20, 1200, 780]
    assert {line["log_level"] for line in logs} == {"warning"}
    assert "192.0.2.9" in logs[0]["latest"]
    assert handshakes.count == 2000


@pytest.mark.parametrize(
    "line",
    [
        "SSL_ERROR_SSL (Handshake): Level: 0 err: <1> <error:certificate verify failed> peer: 192.0.2.1:5061",
        "Error creating SDP answer: Unsupported SRTP crypto-suite",
    ],
)
def test_what_is_wrong_with_us_or_our_carriers_is_not_hidden(line: str) -> None:
    handshakes = Handshakes()
    assert not handshakes.takes(line)
    assert handshakes.count == 0
