"""`${NAME}` in a value: the environment, for what shall not stand in a file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches

from softswitch.config.tree import Place
from softswitch.errors import Problem

_REFERENCE = re.compile(r"\$\$\{|\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)\}|\$\{")


def substitute(
    value: str, raw: str, place: Place, environ: Mapping[str, str], problems: list[Problem]
) -> str:
    """The value with its references replaced; `$${` stands for a plain `${`.

    `raw` is the scalar as the file has it and `place` its start: for the place of each wrong reference.
    A missing variable leaves its reference as it is, and a problem.
    """
    if "${" not in value:
        return value
    places = [_inside(match.start(), raw, place) for match in _REFERENCE.finditer(raw)]

    def replace(match: re.Match[str]) -> str:
        at = places.pop(0) if places else place
        if match.group() == "$${":
            return "${"
        name = match["name"]
        if name is None:
            problems.append(
                at.problem("'${' begins a reference as in ${NAME}; for the characters themselves write $${")
            )
        elif name in environ:
            return environ[name]
        else:
            near = get_close_matches(name, environ, n=1, cutoff=0.8)
            hint = f"; did you mean ${{{near[0]}}}?" if near else "; set it, or write $${ for a plain ${"
            problems.append(at.problem(f"the environment has no variable {name}{hint}"))
        return match.group()

    return _REFERENCE.sub(replace, value)


def _inside(offset: int, raw: str, start: Place) -> Place:
    """The place of a character of the scalar `raw` that begins at `start`."""
    before = raw[:offset]
    line = start.line + before.count("\n")
    column = offset - before.rfind("\n") if "\n" in before else start.column + offset
    width = len(raw[offset:].split("}", 1)[0].split("\n", 1)[0]) + 1
    return Place(start.file, line, column, width)
