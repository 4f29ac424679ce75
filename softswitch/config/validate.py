"""The tree of a file -> the models, with every mistake found in one run.

pydantic gives up a mapping once a key in it is wrong, and names that stand in it could not be checked. So
what is wrong is reported, taken out of the tree, and the rest is read again, until only sound parts are
left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from softswitch.config.models.base import Owners, Section
from softswitch.config.models.root import Configuration
from softswitch.config.phrases import phrase
from softswitch.config.tree import Node, Place
from softswitch.errors import Problem

S = TypeVar("S", bound=Section)


@dataclass(frozen=True, slots=True)
class Validated(Generic[S]):
    """The sound parts of a file."""

    configuration: S
    tree: Node
    """The same parts as a tree: the models' locations lead to places in it."""
    complete: bool
    """False: something wrong was left out, so what is said about the parts may not hold for the whole."""


def validate(root: Node, whole: bool, problems: list[Problem]) -> Validated[Configuration]:
    """The sound parts of a configuration; what is wrong is added to `problems`.

    `whole` is False when something could not be read: what is missing is then no problem of its own.
    """
    return validated(Configuration, root, whole, problems)


def validated(model: type[S], root: Node, whole: bool, problems: list[Problem]) -> Validated[S]:
    """The same of any file in this language."""
    tree = root.copy()
    complete = True
    while True:
        owners, data = Owners(), tree.plain()
        try:
            return Validated(model.model_validate(data, context=owners), tree, complete)
        except ValidationError as error:
            mistakes = [_Mistake(tree, data, detail, owners) for detail in error.errors(include_url=False)]
        complete = False
        problems += [mistake.problem() for mistake in mistakes if mistake.is_news(whole)]
        for mistake in mistakes:
            mistake.prune()


class _Mistake:
    """One error of pydantic's, with its place in the file."""

    def __init__(self, tree: Node, data: Any, detail: ErrorDetails, owners: Owners) -> None:
        self._root = tree
        self._detail = detail
        self._kind = detail["type"]
        self._way = tree.walk(detail["loc"])
        self._node = tree.at(*detail["loc"])
        self._owner = _owner(data, [part for _, part in self._way], owners)

    def is_news(self, whole: bool) -> bool:
        """Whether it does not follow from another mistake."""
        if self._kind == "missing":
            return whole and not self._node.pruned
        return self._kind == "extra_forbidden" or not self._node.pruned

    def problem(self) -> Problem:
        """It in words."""
        return self._place().problem(phrase(self._detail, self._node, self._owner))

    def prune(self) -> None:
        """Take it out of the tree."""
        if self._way:
            parent, _ = self._way[-1]
            parent.remove(self._node)
        else:
            self._root.value = {}

    def _place(self) -> Place:
        """The key's place when the key, or the whole mapping or list under it, is wrong; else the value's."""
        about_key = self._kind in ("extra_forbidden", "missing") or self._detail["loc"][-1:] == ("[key]",)
        if about_key or isinstance(self._node.value, dict | list):
            return self._root.key_place(*self._detail["loc"])
        return self._node.place


def _owner(data: Any, way: Sequence[str | int], owners: Owners) -> type[Section] | None:
    """The model of the mapping that holds the last part of `way`."""
    for part in way[:-1]:
        data = data[part]
    return owners.get(id(data))
