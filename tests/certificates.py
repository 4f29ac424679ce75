"""Certificates for tests, made on the spot by openssl: an authority, and whom it vouches for."""

from __future__ import annotations

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
_NAMES = "subjectAltName=IP:127.0.0.1,IP:::1,DNS:localhost"


@dataclass(frozen=True)
class Authority:
    """A certificate authority in a folder."""

    folder: Path

    @property
    def file(self) -> Path:
        """Its own certificate, which phones trust."""
        return self.folder / "ca.pem"

    @property
    def trust(self) -> ssl.SSLContext:
        """What a client of Python's trusts."""
        return ssl.create_default_context(cafile=self.file)

    @classmethod
    def found(cls, folder: Path) -> Authority:
        """A new one."""
        made = cls(folder)
        _openssl(
            "req", "-x509", *_KEY, "-keyout", made.folder / "ca.key", "-out", made.file,
            "-days", "30", "-subj", "/CN=An authority for tests",
        )  # fmt: skip
        return made

    def issue(self, name: str) -> tuple[Path, Path]:
        """A certificate for the loopback, in the name of `name`, and its key; again: new ones."""
        certificate, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        _openssl(
            "req", "-x509", *_KEY, "-keyout", key, "-out", certificate, "-days", "30",
            "-subj", f"/CN={name}", "-addext", _NAMES, "-addext", "basicConstraints=critical,CA:FALSE",
            "-CA", self.file, "-CAkey", self.folder / "ca.key",
        )  # fmt: skip
        return certificate, key


def der(certificate: Path) -> bytes:
    """A certificate as TLS shows it."""
    return ssl.PEM_cert_to_DER_cert(certificate.read_text())


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
