"""A mail server that does what a test wants: aiosmtpd, in a thread of its own, on a free port."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword


@dataclass
class Server:
    """Use it as a context manager; a second time it listens on the same port again."""

    answer: Callable[[Envelope], str] = lambda _: "250 OK queued as 1"
    """To each DATA."""
    recipient: Callable[[str], str] = lambda _: "250 OK"
    """To each RCPT."""
    tls: ssl.SSLContext | None = None
    """For STARTTLS."""
    password: str | None = None
    taken: list[EmailMessage] = field(default_factory=list)
    tries: int = 0

    def __post_init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._controller: Controller | None = None

    def __enter__(self) -> Server:
        more: dict[str, Any] = {"tls_context": self.tls, "require_starttls": self.tls is not None}
        if self.password is not None:
            more |= {"authenticator": self._log_in, "auth_required": True}
            more |= {"auth_require_tls": self.tls is not None}
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **more)
        self._controller.start()
        return self

    def __exit__(self, *exc: object) -> None:
        assert self._controller is not None
        self._controller.stop(no_assert=True)

    def _log_in(self, *arguments: Any) -> AuthResult:
        data = arguments[-1]
        good = isinstance(data, LoginPassword) and data.password == (self.password or "").encode()
        return AuthResult(success=good, handled=False)

    async def handle_RCPT(self, _s: SMTP, _n: Any, envelope: Envelope, to: str, _o: Any) -> str:
        """Whether this address is served."""
        said = self.recipient(to)
        if said.startswith("250"):
            envelope.rcpt_tos.append(to)
        else:
            self.tries += 1
        return said

    async def handle_DATA(self, _s: SMTP, _n: Any, envelope: Envelope) -> str:
        """Take it, or not."""
        self.tries += 1
        said = self.answer(envelope)
        if said.startswith("250"):
            assert isinstance(envelope.content, bytes)
            made = message_from_bytes(envelope.content, policy=default)
            assert isinstance(made, EmailMessage)
            self.taken.append(made)
        return said

    @property
    def subjects(self) -> list[str]:
        """Of what it has taken."""
        return [str(one["Subject"]) for one in self.taken]
