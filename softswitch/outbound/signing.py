"""How a receiver of webhooks knows that they are ours: an HMAC over the moment and the body (RFC 2104)."""

from __future__ import annotations

import hashlib
import hmac

HEADER = "Softswitch-Signature"


def signature(secret: str, moment: int, body: bytes) -> str:
    """The header's value: `t=1763765421,v1=` and 64 hexadecimal digits.

    The digest covers `1763765421.` and the body. Receivers compute it anew, compare in constant time, and
    refuse a moment that is minutes old.
    """
    digest = hmac.new(secret.encode(), b"%d." % moment + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"
