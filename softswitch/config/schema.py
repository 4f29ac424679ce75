"""The configuration's JSON Schema, for editors."""

from __future__ import annotations

from typing import Any


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a configuration file, as `softswitch schema` prints it."""
    raise NotImplementedError
