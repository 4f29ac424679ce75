"""YAML, with the surprises taken out and the place of every value kept.

Stock YAML 1.1 reads `no` as false, `0123` as 83, `12:30` as 750 and `+48221234567` as a number, and of
two equal keys the last one wins. For telephone numbers and times of day that is poison, so here only true
and false are booleans, only digits without a leading zero are numbers, everything else is text, keys are
always text, and a key given twice is an error. Aliases and `<<` work within bounds; tags do not exist.

libyaml gives the events; composing them here, rather than by PyYAML's `compose`, keeps what was read before a
syntax error, and bounds the depth and the size that aliases can blow a small file up to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from softswitch.config.environment import substitute
from softswitch.config.tree import Node, Place, Scalar, lines_of
from softswitch.errors import Problem

MAX_DEPTH = 40
"""Levels of nesting; the language itself needs nine."""

MAX_NODES = 200_000
"""Values in one file with all aliases written out; a file for 10,000 agents has about half of it."""

_BOOLEANS = {"true": True, "false": False}
_NULLS = {"", "~", "null"}
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,14})\.[0-9]{1,15}")

_HINTS = (
    (
        "alphabetic or numeric character",
        'a * or & at the start of a value needs quotes: "*"; for the key write star',
    ),
    ("cannot start any token", "quote a text that begins with @, %, ` or a tab"),
    ("mapping values are not allowed", "check the indent, and quote a text that holds a colon and a space"),
    ("expected ',' or", "a bracket, a comma or a quote is missing before this place"),
    ("could not find expected ':'", "every key needs a colon and a space after it"),
    ("unexpected end of stream", "the closing quote is missing"),
    ("expected <block end>", "the indent differs from that of the lines above it"),
    ("did not find expected key", "the indent differs from that of the lines above it"),
)


class _TooMuch(Exception):
    """The file nests too deep or grows too large: reading it stops."""


def resolve(text: str) -> Scalar:
    """What an unquoted scalar means."""
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if text in _NULLS:
        return None
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text


def parse(text: str, file: str, environ: Mapping[str, str], problems: list[Problem]) -> tuple[Node, bool]:
    """The tree of a text, and whether it is whole.

    What is wrong is added to `problems`. After a syntax error the tree holds what stands before it; that of a
    file which nests too deep or grows too large is empty.
    """
    composer = _Composer(text, file, environ, problems)
    try:
        composer.compose()
    except yaml.MarkedYAMLError as error:
        composer.last.pruned = True  # cut short, perhaps
        problems.append(_syntax_problem(error, file, text))
    except yaml.reader.ReaderError as error:
        problems.append(_character_problem(error, text, file))
    except _TooMuch as error:
        problems.append(composer.here.problem(str(error)))
        return Node(Place(file), {}), False
    else:
        return composer.root, True
    return composer.root, False


def _syntax_problem(error: yaml.MarkedYAMLError, file: str, text: str) -> Problem:
    mark, start = error.problem_mark, error.context_mark
    lines = lines_of(text)
    place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
    if place.line > len(lines):
        place = Place(file, len(lines), len(lines[-1]) + 1)  # libyaml's end lies a line behind the text's
    message = f"not YAML: {error.problem}"
    if start and mark and start.line != mark.line:
        message += f" ({error.context} that begins in line {start.line + 1})"
    line = lines[place.line - 1]
    hint = next((hint for words, hint in _HINTS if words in (error.problem or "")), "")
    if not line[: place.column - 1].strip() and line[place.column - 1 :].startswith("\t"):
        hint = "indent with spaces, not with tabs"
    if "${" in line:
        hint = 'within [] and {} a reference to the environment needs quotes: "${NAME}"'
    return place.problem(f"{message}; {hint}" if hint else message)


def _character_problem(error: yaml.reader.ReaderError, text: str, file: str) -> Problem:
    index = next((i for i, char in enumerate(text) if ord(char) == error.character), 0)
    line = text.count("\n", 0, index) + 1
    column = index - text.rfind("\n", 0, index)
    return Place(file, line, column).problem(
        f"the character U+{error.character:04X} cannot stand in YAML; remove it"
    )


class _Composer:
    """Makes nodes of libyaml's events.

    A container hangs on its parent before it is filled, so that an error leaves what was read.
    """

    def __init__(self, text: str, file: str, environ: Mapping[str, str], problems: list[Problem]) -> None:
        self.root = self.last = Node(Place(file), {})
        self.here = Place(file)
        self._events: Iterator[Any] = yaml.parse(text, Loader=yaml.CSafeLoader)
        self._text = text
        self._lines = lines_of(text)
        self._file = file
        self._environ = environ
        self._problems = problems
        self._anchors: dict[str, Node] = {}

    def compose(self) -> None:
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._wrong(self._place(event), "a second document begins here, but only one can be")
                    return
            elif isinstance(event, yaml.NodeEvent):
                self.root = self._open(event)
                self._fill(self.root, event, depth=1)

    def _open(self, event: Any) -> Node:
        """The node of an event; containers are still empty."""
        place = self.here = self._place(event)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, place)
        if event.tag is not None:
            self._wrong(place, f"the tag {event.tag} is not part of this language; quote what shall be text")
        if isinstance(event, yaml.MappingStartEvent):
            return Node(place, {})
        if isinstance(event, yaml.SequenceStartEvent):
            return Node(place, [])
        return self._scalar(event, place)

    def _scalar(self, event: Any, place: Place) -> Node:
        raw = self._text[event.start_mark.index : event.end_mark.index]
        before = len(self._problems)
        value = substitute(event.value, raw, place, self._environ, self._problems)
        node = Node(place, resolve(value) if event.implicit[0] else value, raw=raw.strip())
        node.pruned = len(self._problems) > before
        self.last = node
        self._remember(event, node)
        return node

    def _fill(self, node: Node, event: Any, depth: int) -> None:
        """Read the children of a container up to its end."""
        if depth > MAX_DEPTH:
            raise _TooMuch(f"nested deeper than {MAX_DEPTH} levels")
        if isinstance(event, yaml.MappingStartEvent):
            fill = self._fill_mapping
        elif isinstance(event, yaml.SequenceStartEvent):
            fill = self._fill_list
        else:
            return
        node.pruned = True  # until it is whole, which a syntax error may prevent
        fill(node, depth)
        node.pruned = False
        self._remember(event, node)

    def _fill_list(self, node: Node, depth: int) -> None:
        assert isinstance(node.value, list)
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            child = self._open(event)
            node.value.append(child)
            self._fill(child, event, depth + 1)
            self._grow(node, child)

    def _fill_mapping(self, node: Node, depth: int) -> None:
        assert isinstance(node.value, dict)
        merged: list[Node] = []
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key, place = self._key(event, depth), self.here
            event = next(self._events)
            child = self._open(event)
            if key == "<<":
                merged.append(child)
            elif key in node.value:
                first = node.keys[key].line
                self._wrong(place, f"the key {key!r} is given twice; it stands in line {first} already")
            elif key is not None:
                node.value[key] = child
                node.keys[key] = place
            self._fill(child, event, depth + 1)
            self._grow(node, child)
        for child in merged:
            self._merge(node, child)

    def _key(self, event: Any, depth: int) -> str | None:
        """A key as text, whatever it looks like. None, and a problem, when it is no scalar."""
        if isinstance(event, yaml.ScalarEvent):
            self.here = self._place(event)
            return str(event.value)
        node = self._open(event)
        place = self.here
        self._fill(node, event, depth + 1)
        if isinstance(event, yaml.AliasEvent):
            self._wrong(place, "a key cannot be an alias; quote a key that begins with *, or write star")
        else:
            self._wrong(place, "a key must be a name or a number, not a list or a mapping")
        self.here = place
        return None

    def _merge(self, node: Node, source: Node) -> None:
        """`<<: *defaults`: what the mapping does not say itself, it takes from another."""
        assert isinstance(node.value, dict)
        for part in source.value if isinstance(source.value, list) else [source]:
            if not isinstance(part.value, dict):
                self._wrong(part.place, "<< takes a mapping, or a list of mappings")
                continue
            for key, child in part.value.items():
                if key not in node.value:
                    node.value[key] = child
                    node.keys[key] = part.keys[key]

    def _alias(self, event: Any, place: Place) -> Node:
        node = self._anchors.get(event.anchor)
        if node is None:
            self._wrong(
                place,
                f"nothing before this place is called &{event.anchor};"
                f' a text that begins with * needs quotes: "*{event.anchor}"',
            )
            return Node(place, None, raw=f"*{event.anchor}", pruned=True)
        return node

    def _remember(self, event: Any, node: Node) -> None:
        """Only whole nodes can be named by an alias, so none can hold itself."""
        if event.anchor is not None:
            self._anchors[event.anchor] = node

    def _grow(self, node: Node, child: Node) -> None:
        node.size += child.size
        if node.size > MAX_NODES:
            raise _TooMuch(f"more than {MAX_NODES} values, with aliases written out")

    def _place(self, event: Any) -> Place:
        start, end = event.start_mark, event.end_mark
        line = self._lines[start.line] if start.line < len(self._lines) else ""
        last = end.column if end.line == start.line else len(line.rstrip())
        return Place(self._file, start.line + 1, start.column + 1, max(1, last - start.column))

    def _wrong(self, place: Place, message: str) -> None:
        self._problems.append(place.problem(message))
