"""Reading a configuration and the files that it includes, joined to one tree."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import chain
from pathlib import Path

from softswitch.config import yaml
from softswitch.config.tree import Node, Place
from softswitch.errors import Problem

MAX_BYTES = 8 * 1024 * 1024
"""Of one file; what is larger is no configuration."""

MAX_FILES = 200


@dataclass(slots=True)
class Source:
    """What was read."""

    root: Node
    texts: dict[str, str] = field(default_factory=dict)
    """The text of each file, by the name that problems use."""
    problems: list[Problem] = field(default_factory=list)
    whole: bool = True
    """False: something could not be read, so what seems missing may be there."""

    @property
    def digest(self) -> str:
        """Of all that was read: the same for the same files with the same texts."""
        return _digest(self.texts)


def read(path: Path, environ: Mapping[str, str]) -> Source:
    """The tree of a file with all that it includes; never raises for what the files say."""
    source = Source(Node(Place(str(path)), {}))
    _Reader(source, environ).join(path, source.root.place, ())
    return source


def digest_now(files: Iterable[str]) -> str:
    """What `Source.digest` of a source with these files would be if they were read now. Blocks."""
    texts: dict[str, str] = {}
    for name in files:
        try:
            data = _bytes(Path(name))
            if len(data) <= MAX_BYTES:
                texts[name] = _decoded(data)
        except (OSError, ValueError):
            continue
    return _digest(texts)


def _digest(texts: Mapping[str, str]) -> str:
    return sha256("\0".join(chain.from_iterable(texts.items())).encode()).hexdigest()


def _bytes(path: Path) -> bytes:
    """The beginning of a file, a byte more than it may have at most. Raises OSError, ValueError."""
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _decoded(data: bytes) -> str:
    """Its text. Raises UnicodeDecodeError."""
    return data.decode("utf-8-sig")


class _Reader:
    """Reads files into one source."""

    def __init__(self, source: Source, environ: Mapping[str, str]) -> None:
        self._source = source
        self._environ = environ
        self._files = 0

    def join(self, path: Path, named_at: Place, parents: tuple[str, ...]) -> None:
        """Add a file's sections to the tree. `parents` are the real paths of those that include it."""
        self._files += 1
        if os.path.realpath(path) in parents:
            self._wrong(named_at, f"{path} includes itself, directly or by another file")
        elif self._files > MAX_FILES:
            self._wrong(named_at, f"more than {MAX_FILES} files are included")
        elif (text := self._text(path, named_at)) is not None:
            self._source.texts[str(path)] = text
            self._join_text(path, text, (*parents, os.path.realpath(path)))
        else:
            self._source.whole = False

    def _join_text(self, path: Path, text: str, parents: tuple[str, ...]) -> None:
        root, whole = yaml.parse(text, str(path), self._environ, self._source.problems)
        self._source.whole = self._source.whole and whole
        if root.value is None:
            return
        if not isinstance(root.value, dict):
            self._wrong(root.place, "a configuration is a mapping of sections, as `queues:`; this is none")
            return
        for key, node in root.value.items():
            if key == "include":
                self._include(path, node, parents)
            else:
                self._section(key, root.keys[key], node)

    def _include(self, path: Path, node: Node, parents: tuple[str, ...]) -> None:
        for item in node.value if isinstance(node.value, list) else [node]:
            if isinstance(item.value, str) and item.value and "\0" not in item.value:
                self.join(path.parent / item.value, item.place, parents)
            else:
                self._wrong(item.place, "include takes a file name, or a list of them")

    def _section(self, key: str, place: Place, node: Node) -> None:
        """Join a section with one of the same name that another file began."""
        root = self._source.root
        assert isinstance(root.value, dict)
        known = root.value.get(key)
        if known is None or known.value is None:
            root.value[key], root.keys[key] = node.copy(), place
        elif isinstance(known.value, dict) and isinstance(node.value, dict):
            for name, child in node.value.items():
                if name in known.value:
                    self._wrong(node.keys[name], f"{name!r} stands in {known.keys[name]} already")
                else:
                    known.value[name], known.keys[name] = child.copy(), node.keys[name]
        elif isinstance(known.value, list) and isinstance(node.value, list):
            known.value.extend(child.copy() for child in node.value)
        elif node.value is not None:
            self._wrong(place, f"{key!r} stands in {root.keys[key]} already")

    def _text(self, path: Path, named_at: Place) -> str | None:
        """The text of a file; None, and a problem, when it cannot be had."""
        try:
            data = _bytes(path)
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            self._wrong(named_at, f"cannot read {path}: {why}")
            return None
        if len(data) > MAX_BYTES:
            self._wrong(named_at, f"{path} is larger than {MAX_BYTES // 1024 // 1024} MiB: no configuration")
            return None
        try:
            return _decoded(data)
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            self._wrong(
                Place(str(path), line, error.start - data.rfind(b"\n", 0, error.start)),
                f"the byte 0x{data[error.start]:02X} is not UTF-8; save the file as UTF-8",
            )
            return None

    def _wrong(self, place: Place, message: str) -> None:
        self._source.problems.append(place.problem(message))
