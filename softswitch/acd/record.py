"""Frozen dataclasses that are made for every event, every ring and every announcement.

`dataclass(frozen=True)` sets each field through a call, which makes constructing one take several times as
long. These are frozen for the type checker alone, which every line of the switch passes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def record(kind: type[T]) -> type[T]:
    """Make a class a dataclass with slots, compared and hashed by its fields, not to be changed."""
    return dataclass(slots=True, unsafe_hash=True)(kind)
