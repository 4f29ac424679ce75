"""The configuration's JSON Schema, for editors."""

from __future__ import annotations

from typing import Any

from softswitch.config.durations import written
from softswitch.config.models.root import Configuration

INCLUDE: dict[str, Any] = {
    "description": "Other files, joined to this one; relative to the file that names them.",
    "anyOf": [
        {"title": "file name", "type": "string"},
        {"type": "array", "items": {"title": "file name", "type": "string"}},
    ],
    "examples": ["agents.yaml"],
}
"""The one key that no model has: files.py has joined what it names before the models see it."""


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a configuration file, as `softswitch schema` prints it."""
    schema = Configuration.model_json_schema()
    schema["properties"] = {"include": INCLUDE} | schema["properties"]
    _tidy(schema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema


def _tidy(part: Any) -> None:
    """Durations as they are written, and no null where a key can simply be left out."""
    if isinstance(part, list):
        for item in part:
            _tidy(item)
    if not isinstance(part, dict):
        return
    for item in part.values():
        _tidy(item)
    for name, field in part.get("properties", {}).items():
        _tidy_field(name, field)
    if "patternProperties" in part:
        part["additionalProperties"] = False
    if isinstance(part.get("description"), str):
        part["description"] = " ".join(part["description"].split())


def _tidy_field(name: str, field: dict[str, Any]) -> None:
    if field.get("title") == name.replace("_", " ").title():
        del field["title"]  # pydantic's own, which says nothing
    if {"type": "null"} in field.get("anyOf", ()):
        _leave_out_null(field)
    if str(field.get("title")).startswith("duration") and isinstance(field.get("default"), float):
        field["default"] = written(field["default"])
    elif field.get("default") == 0.0 and isinstance(field["default"], float):
        field["default"] = 0
    if "$ref" in field or field.get("default") in ({}, []):
        field.pop("default", None)


def _leave_out_null(part: dict[str, Any]) -> None:
    others = [option for option in part.pop("anyOf") if option != {"type": "null"}]
    if part.get("default", ...) is None:
        del part["default"]
    if len(others) == 1:
        part.update({key: value for key, value in others[0].items() if key not in ("description", "default")})
    else:
        part["anyOf"] = others
