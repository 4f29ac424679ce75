"""What a file in PEM holds: whether OpenSSL can read it, and until when its certificates are good."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

CERTIFICATE = "-----BEGIN CERTIFICATE-----"
KEY = "PRIVATE KEY-----"

_ENCRYPTED = re.compile(r"BEGIN ENCRYPTED PRIVATE KEY|^Proc-Type:.*ENCRYPTED", re.MULTILINE)
_BLOCK = re.compile(rf"{CERTIFICATE}.*?-----END CERTIFICATE-----", re.DOTALL)

_SEQUENCE, _VERSION, _UTC_TIME = 0x30, 0xA0, 0x17
"""Tags of DER (X.690 section 8.1.2)."""


def certificates_problem(path: Path) -> str | None:
    """Why certificates cannot be read from a file; None: they can."""
    if message := _missing(path, CERTIFICATE, "certificate"):
        return message
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_verify_locations(path)
    except (ssl.SSLError, ValueError) as error:
        return f"{path} holds no readable certificate: {_reason(error)}"
    return None


def pair_problem(certificate: Path, key: Path) -> tuple[bool, str] | None:
    """Why TLS cannot use a certificate with a key, and whether that is the key's fault; None: it can."""
    if message := certificates_problem(certificate):
        return False, message
    if message := _missing(key, KEY, "private key"):
        return True, message
    if _ENCRYPTED.search(_text(key)):
        return True, f"the key in {key} is encrypted, and nobody is there to type its password"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key, password="")
    except (ssl.SSLError, ValueError) as error:
        reason = getattr(error, "reason", None) or ""
        if reason == "KEY_VALUES_MISMATCH":
            return True, f"the key in {key} does not belong to the certificate in {certificate}"
        if reason.startswith(("EE_", "CA_")):  # too small a key, too weak a digest: the certificate's own
            return False, f"TLS does not take the certificate in {certificate}: {_reason(error)}"
        return True, f"{key} holds no readable private key: {_reason(error)}"
    return None


def last_day(path: Path) -> datetime | None:
    """When the first of a file's certificates expires, UTC; None: none of them says so readably."""
    ends = [end for block in _BLOCK.findall(_text(path)) if (end := _not_after(block)) is not None]
    return min(ends, default=None)


def _missing(path: Path, wanted: str, what: str) -> str | None:
    try:
        text = _text(path)
    except OSError as error:
        return f"{path} cannot be read: {error.strerror}"
    return None if wanted in text else f"{path} holds no {what} in PEM (`{wanted}`)"


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _reason(error: Exception) -> str:
    """OpenSSL's words; it has none for what is no base64, or is cut short."""
    reason = getattr(error, "reason", None) or ""
    if not reason or reason == "PEM_LIB":
        return "what stands between its BEGIN and its END is damaged"
    return str(reason).replace("_", " ").lower()


def _not_after(block: str) -> datetime | None:
    """`Validity.notAfter` of one certificate (RFC 5280 section 4.1.2.5)."""
    try:
        whole = next(_parts(ssl.PEM_cert_to_DER_cert(block)))[1]
        fields = _parts(next(_parts(whole))[1])
        first = next(fields)  # the version, which the first version has not, or the serial number
        for _ in range(3 if first[0] == _VERSION else 2):  # up to the issuer
            next(fields)
        tag, validity = next(fields)
        _, (kind, text) = _parts(validity)
        if tag != _SEQUENCE:
            return None
        digits = text.decode("ascii")
        if kind == _UTC_TIME:  # two digits of the year, from 1950 to 2049
            digits = ("19" if digits >= "5" else "20") + digits
        return datetime.strptime(digits, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
    except (ValueError, StopIteration, IndexError):
        return None


def _parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The values that stand one after the other in DER: tag and content of each."""
    at = 0
    while at < len(data):
        tag, length = data[at], data[at + 1]
        at += 2
        if length & 0x80:
            count = length & 0x7F
            length = int.from_bytes(data[at : at + count])
            at += count
        yield tag, data[at : at + length]
        at += length
