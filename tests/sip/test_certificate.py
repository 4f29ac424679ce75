"""The certificate for SIP over TLS: what is no pair is found before anything is closed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from softswitch.config.settings import SipSettings
from softswitch.errors import EndpointError
from softswitch.sip.certificate import Certificate
from tests.certificates import Authority


def test_a_pair_is_read_and_known_by_its_content(tmp_path):
    authority = Authority.found(tmp_path)
    chain, key = authority.issue("switch")
    sip = SipSettings(certificate=chain, key=key)
    first = Certificate.read(sip)
    assert first == Certificate.read(sip)
    authority.issue("switch")
    assert Certificate.read(sip) != first
    assert Certificate.read(SipSettings()) is None


def test_what_is_no_pair_is_an_error_that_says_so(tmp_path):
    authority = Authority.found(tmp_path)
    chain, key = authority.issue("switch")
    _, other = authority.issue("other")
    (tmp_path / "empty.pem").touch()
    sip = SipSettings(certificate=chain, key=key)
    for broken, why in [
        (replace(sip, key=other), "KEY_VALUES_MISMATCH"),
        (replace(sip, key=None), "sip.certificate"),
        (replace(sip, certificate=tmp_path / "empty.pem"), "empty.pem"),
        (replace(sip, certificate=tmp_path / "missing.pem"), "No such file"),
    ]:
        with pytest.raises(EndpointError, match=why):
            Certificate.read(broken)
