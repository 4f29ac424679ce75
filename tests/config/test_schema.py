"""The JSON Schema that editors check and complete YAML by."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from softswitch.acd.strategies import known_strategies
from softswitch.config.schema import json_schema

SCHEMA = json_schema()


def parts(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for item in schema.values():
            yield from parts(item)
    elif isinstance(schema, list):
        for item in schema:
            yield from parts(item)


def field(model: str, key: str) -> dict[str, Any]:
    found: dict[str, Any] = SCHEMA["$defs"][model]["properties"][key]
    return found


def test_it_is_json_and_says_which_draft():
    assert json.loads(json.dumps(SCHEMA))["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_every_key_of_every_section_says_what_it_is():
    for name, model in (SCHEMA["$defs"] | {"Configuration": SCHEMA}).items():
        for key, part in model["properties"].items():
            assert "description" in part or "$ref" in part, f"{name}.{key}"


def test_unknown_keys_are_wrong_everywhere_but_among_priority_classes():
    loose = [
        name for name, model in SCHEMA["$defs"].items() if model.get("additionalProperties") is not False
    ]
    assert loose == ["Priority"]
    assert SCHEMA["additionalProperties"] is False


def test_every_pattern_compiles_and_matches_its_examples():
    seen = 0
    for part in parts(SCHEMA):
        if isinstance(part.get("pattern"), str):
            pattern = re.compile(part["pattern"])
            for example in part.get("examples", ()):
                assert pattern.search(example), (part["pattern"], example)
                seen += 1
    assert seen > 10


def test_strategies_and_codecs_are_lists_to_choose_from():
    assert field("Queue", "strategy")["enum"] == list(known_strategies())
    assert field("Sip", "codecs")["items"]["enum"] == ["pcma", "pcmu", "g722", "opus"]


def test_defaults_are_written_as_in_a_file():
    assert field("Queue", "ring")["default"] == "20s"
    assert field("Sip", "drain")["default"] == "1m"


def test_a_key_that_can_be_left_out_cannot_be_null():
    assert not [part for part in parts(SCHEMA) if part.get("type") == "null"]


@pytest.mark.parametrize(
    ("value", "fits"), [("20s", True), ("300ms", True), ("1.5h", True), ("20", False), ("s", False)]
)
def test_durations_have_a_unit(value, fits):
    assert bool(re.search(field("Queue", "ring")["pattern"], value)) is fits


def test_include_is_known():
    assert "include" in SCHEMA["properties"]
