"""Sessions of browsers: a signed cookie, and a token against requests that other sites forge (CSRF)."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from itsdangerous import BadData, URLSafeSerializer

from softswitch.errors import StoreError
from softswitch.types import Seconds

COOKIE = "softswitch"
CSRF = "X-CSRF-Token"
LASTS: Seconds = 12 * 3600.0
"""From the log-in."""


@dataclass(frozen=True, slots=True)
class Session:
    """What a cookie says."""

    name: str
    begun: float
    """Seconds since the epoch."""


class Sessions:
    """Written into cookies and read from them; nothing is kept here."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._signer = URLSafeSerializer(secret, salt="session")
        self._inviter = URLSafeSerializer(secret, salt="invitation")

    def write(self, name: str, now: float) -> str:
        """A cookie's value."""
        return str(self._signer.dumps([name, now, secrets.token_hex(4)]))

    def read(self, cookie: str, now: float) -> Session | None:
        """None: it is none of ours, or too old."""
        try:
            name, begun, _ = self._signer.loads(cookie)
        except (BadData, ValueError, TypeError):
            return None
        return Session(str(name), float(begun)) if now - LASTS <= begun <= now + 1 else None

    def write_invitation(self, name: str, since: float) -> str:
        """The key by which a user, invited at `since`, may choose a password; whether it was used says the
        user's row.
        """
        return str(self._inviter.dumps([name, since]))

    def read_invitation(self, key: str) -> Session | None:
        """None: it is none of ours."""
        try:
            name, since = self._inviter.loads(key)
        except (BadData, ValueError, TypeError):
            return None
        return Session(str(name), float(since))

    def csrf(self, cookie: str) -> str:
        """What must come in the header `CSRF` with every change that a cookie allows."""
        return hmac.new(self._secret.encode(), b"csrf" + cookie.encode(), hashlib.sha256).hexdigest()

    def is_csrf(self, cookie: str, shown: str) -> bool:
        """Whether this is it."""
        return hmac.compare_digest(self.csrf(cookie).encode(), shown.encode())


def secret_in(folder: Path) -> str:
    """By which cookies are signed: made once, and readable for the switch alone. Raises StoreError."""
    file = folder / "web.secret"
    try:
        if not file.exists():
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
                out.write(secrets.token_hex(32))
        found = file.read_text().strip()
    except OSError as error:
        raise StoreError(f"{file}: {error.strerror}") from error
    if len(found) < 32:
        raise StoreError(
            f"{file} holds no secret; delete it, and a new one is made (who is logged in is out)"
        )
    return found
