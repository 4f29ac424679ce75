"""Files that simulations write: what cannot be written is told before the work, as far as one can know."""

from __future__ import annotations

from pathlib import Path

from softswitch.errors import SimulationError


def writable(*paths: Path | None) -> None:
    """Raises SimulationError: a folder is missing, or is where the file is to be."""
    for path in paths:
        if path is None:
            continue
        if not path.parent.is_dir():
            raise SimulationError(f"cannot write {path}: there is no folder {path.parent}")
        if path.is_dir():
            raise SimulationError(f"cannot write {path}: it is a folder")


def write(path: Path, content: bytes | str) -> None:
    """All of it. Raises SimulationError."""
    try:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    except OSError as error:
        raise SimulationError(f"cannot write {path}: {error.strerror}") from None
