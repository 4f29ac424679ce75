"""pydantic's errors in the words of this language."""

from __future__ import annotations

import re

from pydantic_core import ErrorDetails

from softswitch.config.models.base import Section
from softswitch.config.nearest import did_you_mean, nearest
from softswitch.config.tree import Node
from softswitch.config.unsupported import feature_of, not_yet_message

_EXPECTED = {
    "model_type": "expected a mapping of keys and values; {} for none",
    "dict_type": "expected a mapping of names and values; {} for none",
    "list_type": "expected a list, as [one, two]",
    "bool_type": "expected true or false",
    "int_type": "expected a whole number",
    "float_type": "expected a number",
    "too_short": "expected at least one",
}

_INSTEAD = {
    ("Trunk", "transport"): "write it before the host, as `server: tls:sip.carrier.example`",
    ("Trunk", "port"): "write it behind the host, as `server: sip.carrier.example:5070`",
    ("Listener", "transport"): "write it in `at`, as `at: tls:0.0.0.0:5061`",
    ("Listener", "port"): "write it in `at`, as `at: udp:0.0.0.0:5060`",
}
"""Where the language says something for which others have a key, by model and that key."""

_SHOWN = 60
"""Characters of a value that a message quotes."""

QUOTES = "\"'"


def phrase(error: ErrorDetails, node: Node, owner: type[Section] | None) -> str:
    """What is wrong with `node`; `owner` is the model of the mapping in which an unknown key stands."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "missing":
        return f"the key {str(error['loc'][-1])!r} is missing here"
    if kind == "extra_forbidden":
        return _unknown_key(str(error["loc"][-1]), owner)
    if kind == "not_yet":
        return error["msg"]
    if kind in _EXPECTED:
        message = _EXPECTED[kind]
    elif kind == "literal_error":
        message = f"expected {context['expected']}".replace("'", "")
    elif kind in ("greater_than", "greater_than_equal", "less_than", "less_than_equal"):
        message = _limit(kind, context)
    else:
        message = error["msg"]
    if error["loc"][-1:] == ("[key]",):
        key = str(error["loc"][-2])
        node = Node(node.place, key, raw=key)
    near = _near(
        node, [*context.get("words", ()), *re.findall(r"'([^']*)'", str(context.get("expected", "")))]
    )
    return message + _got(node, message) + near


def _unknown_key(key: str, owner: type[Section] | None) -> str:
    if owner is None:
        return f"unknown key {key!r}"
    if feature := feature_of(owner, key):
        return not_yet_message(key, feature)
    if instead := _INSTEAD.get((owner.__name__, key)):
        return f"unknown key {key!r}; {instead}"
    if re.fullmatch("[0-9]{3}", key):
        return f"unknown key {key!r}; within {{}} a comma ends a number: write 1,{key} as 1{key}"
    keys = [field.alias or name for name, field in owner.model_fields.items()]
    return f"unknown key {key!r}{did_you_mean(key, keys)}"


def _limit(kind: str, context: dict[str, object]) -> str:
    (limit,) = (context[key] for key in ("gt", "ge", "lt", "le") if key in context)
    number = int(limit) if isinstance(limit, float) and limit.is_integer() else limit
    words = {
        "greater_than": "more than",
        "greater_than_equal": "at least",
        "less_than": "less than",
        "less_than_equal": "at most",
    }
    return f"expected {words[kind]} {number}"


def _near(node: Node, words: list[str]) -> str:
    found = nearest(node.value, words) if isinstance(node.value, str) else None
    return f"; did you mean {found!r}?" if found and found != node.value else ""


def _got(node: Node, message: str) -> str:
    """The offending value, unless the message holds it; as the file has it, not as the environment does."""
    if isinstance(node.value, dict | list):
        kind = "mapping" if isinstance(node.value, dict) else "list"
        return f", got a {kind}" if message.startswith(("expected a ", "expected true")) else ""
    raw = " ".join(node.raw.split())
    if raw and re.search(rf"(?<!\w){re.escape(raw.strip(QUOTES))}(?!\w)", message):
        return ""
    return f", got {raw[:_SHOWN] or 'nothing'}{'...' if len(raw) > _SHOWN else ''}"
