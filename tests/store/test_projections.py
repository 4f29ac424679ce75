"""Every fold is told of the events that it heeds."""

from __future__ import annotations

import ast
import inspect
from types import ModuleType

import pytest

from softswitch.kinds import Kind
from softswitch.store import callbacks, calls, index, offers, stints, visits


@pytest.mark.parametrize("fold", [callbacks, calls, index, offers, stints, visits])
def test_what_a_fold_speaks_of_it_is_told_of(fold: ModuleType) -> None:
    spoken_of = {
        Kind[node.attr]
        for node in ast.walk(ast.parse(inspect.getsource(fold)))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Kind"
    }
    assert spoken_of == fold.KINDS
