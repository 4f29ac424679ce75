"""A parsed file as a tree of nodes, each of which knows where it stands."""

from __future__ import annotations

import re
from collections.abc import KeysView, Sequence
from dataclasses import dataclass, field
from typing import Any

from softswitch.errors import Problem

Scalar = None | bool | int | float | str


_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""What ends a line in YAML 1.1."""


def lines_of(text: str) -> list[str]:
    """The lines of a text, as YAML counts them."""
    return _BREAK.split(text)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a file, as an editor counts: from 1."""

    file: str
    line: int = 1
    column: int = 1
    width: int = 1
    """Characters on that line."""

    def problem(self, message: str) -> Problem:
        """A problem at this place."""
        return Problem(self.file, self.line, self.column, message, self.width)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class Text(str):
    """A text of the file that knows its place: a sound file's path is relative to the file that names it."""

    place: Place

    def __new__(cls, value: str, place: Place) -> Text:
        """The same text, with a place."""
        text = super().__new__(cls, value)
        text.place = place
        return text


@dataclass(slots=True)
class Node:
    """One value of a file: a scalar, a list or a mapping."""

    place: Place
    value: Scalar | list[Node] | dict[str, Node]
    keys: dict[str, Place] = field(default_factory=dict)
    """A mapping's keys: where each stands."""
    raw: str = ""
    """A scalar as the file has it: what messages quote, so that no value of the environment shows."""
    size: int = 1
    """How many nodes it holds, itself included, with aliases written out."""
    pruned: bool = False
    """It is known to be wrong, or something wrong was taken out of it: what follows from that is no news."""

    def copy(self) -> Node:
        """A tree that shares nothing with this one: what was an alias becomes a copy."""
        value = self.value
        if isinstance(value, dict):
            value = {key: child.copy() for key, child in value.items()}
        elif isinstance(value, list):
            value = [child.copy() for child in value]
        return Node(self.place, value, dict(self.keys), self.raw, self.size, self.pruned)

    def plain(self) -> Any:
        """The value as dicts, lists and scalars; texts are `Text`."""
        if isinstance(self.value, dict):
            return {key: child.plain() for key, child in self.value.items()}
        if isinstance(self.value, list):
            return [child.plain() for child in self.value]
        return Text(self.value, self.place) if isinstance(self.value, str) else self.value

    def child(self, part: str | int) -> Node | None:
        """The node under a key or an index, if there is one."""
        if isinstance(self.value, dict):
            return self.value.get(str(part))
        if isinstance(self.value, list) and isinstance(part, int) and 0 <= part < len(self.value):
            return self.value[part]
        return None

    def remove(self, child: Node) -> None:
        """Take a child out, if it is still there."""
        if isinstance(self.value, dict):
            self.value = {key: node for key, node in self.value.items() if node is not child}
        elif isinstance(self.value, list):
            self.value = [node for node in self.value if node is not child]
        self.pruned = True

    def walk(self, loc: Sequence[str | int]) -> list[tuple[Node, str | int]]:
        """The way along `loc` as pairs of a parent and the part that leads to its child.

        Parts that lead nowhere are skipped: pydantic's locations hold names of union members, too.
        """
        way: list[tuple[Node, str | int]] = []
        node = self
        for part in loc:
            child = node.child(part)
            if child is not None:
                way.append((node, part))
                node = child
        return way

    def place_of(self, *loc: str | int) -> Place:
        """Where the value at `loc` stands, or its nearest parent's."""
        way = self.walk(loc)
        return self._end(way).place

    def key_place(self, *loc: str | int) -> Place:
        """Where the key that leads to `loc` stands; a list's item has none: where the item stands."""
        way = self.walk(loc)
        if way:
            parent, part = way[-1]
            if isinstance(parent.value, dict):
                return parent.keys[str(part)]
        return self._end(way).place

    def at(self, *loc: str | int) -> Node:
        """The node at `loc`, or its nearest parent."""
        return self._end(self.walk(loc))

    def names(self, section: str) -> KeysView[str]:
        """The keys of a top-level section: everything that is named there, right or wrong."""
        node = self.child(section)
        named = node.value if node is not None and isinstance(node.value, dict) else {}
        return named.keys()

    def _end(self, way: list[tuple[Node, str | int]]) -> Node:
        if not way:
            return self
        parent, part = way[-1]
        return parent.child(part) or self
