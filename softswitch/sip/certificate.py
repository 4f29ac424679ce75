"""The switch's certificate for SIP over TLS, as it was when it was read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pjsua2 as pj

from softswitch.config.sip_settings import SipSettings
from softswitch.errors import EndpointError

HANDSHAKE_MS = 10_000
"""Milliseconds in which who connects must have done with TLS's greetings."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """Two files in PEM, the authorities for those of others, and a mark that changes with their content."""

    chain: Path
    key: Path
    authorities: Path | None
    mark: str

    @classmethod
    def read(cls, sip: SipSettings) -> Self | None:
        """Those of the settings; blocks. Raises EndpointError when they cannot be read."""
        if sip.certificate is None:
            return None
        key = sip.key or sip.certificate
        try:
            files = [sip.certificate, key, *([sip.authorities] if sip.authorities else [])]
            content = b"\0".join(file.read_bytes() for file in files)
        except OSError as error:
            raise EndpointError(f"TLS: {error.filename}: {error.strerror}") from None
        return cls(sip.certificate, key, sip.authorities, hashlib.sha256(content).hexdigest())

    def options(self) -> pj.TlsConfig:
        """In PJSIP's words: TLS 1.2 and 1.3, no certificates asked of phones."""
        config = pj.TlsConfig()
        # Files, not their content: PJSIP takes one certificate out of a text, and the chain out of a file.
        config.certFile = str(self.chain)
        config.privKeyFile = str(self.key)
        config.proto = pj.PJ_SSL_SOCK_PROTO_TLS1_2 | pj.PJ_SSL_SOCK_PROTO_TLS1_3
        config.msecTimeout = HANDSHAKE_MS
        if self.authorities is not None:
            config.CaListFile = str(self.authorities)
            config.verifyServer = True
        return config
