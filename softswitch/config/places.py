"""Where a setting stands that only the machine finds wrong: a name without an address, a port in use."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from softswitch.config.files import read
from softswitch.config.tree import Node, Place
from softswitch.errors import EndpointError


def place_of(
    path: Path, setting: str, value: str = "", environ: Mapping[str, str] = os.environ
) -> Place | None:
    """The place of `setting` (`sip.listen`) in a file; None: it does not stand there, or is unreadable.

    `value`: of a list, the item that is this, or holds it as its host.
    """
    node: Node | None = read(path, environ).root
    for key in setting.split("."):
        node = node.child(key) if node is not None else None
    if node is None:
        return None
    items = node.value if isinstance(node.value, list) else []
    texts = [item.child("at") or item for item in items]
    return next((text.place for text in texts if _holds(text.value, value)), node.place)


@contextmanager
def placed(path: Path) -> Iterator[None]:
    """Errors of a setting get its place in that file."""
    try:
        yield
    except EndpointError as error:
        if not error.setting or (place := place_of(path, error.setting, error.value)) is None:
            raise
        raise EndpointError(f"{place}:{place.column}: {error}") from None


def _holds(text: object, value: str) -> bool:
    if not isinstance(text, str):
        return False
    return text == value or text.partition(":")[2].rpartition(":")[0].strip("[]") == value
