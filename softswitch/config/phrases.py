"""pydantic's errors in the words of this language."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic_core import ErrorDetails

from softswitch.config.durations import written
from softswitch.config.models.base import Section
from softswitch.config.models.destinations import GOALS
from softswitch.config.nearest import did_you_mean, nearest
from softswitch.config.tree import Node
from softswitch.config.unsupported import feature_of, not_yet_message

_EXPECTED = {
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
    ("Queue", "weight"): "it is a key of `priority`, as `priority: {weight: 5}`",
    ("Queue", "ageing"): "it is a key of `priority`, as `priority: {ageing: 1 per 30s}`",
    ("Queue", "overdue"): "it is a key of `priority`, as `priority: {overdue: 15m}`",
    **{
        ("NoAgents", goal): "a destination stands beneath `joining`, for who comes then, or `waiting`, as"
        f" `joining: {{{goal}: ...}}`"
        for goal in GOALS
    },
}
"""Where the language says something for which others have a key, by model and that key."""

EXAMPLES = {
    "Announce": "{position: true, every: 30s}",
    "Callback": "{first: customer}",
    "LastAgent": "{within: 7 days}",
    "NoAgents": "{joining: {voicemail: sales}}",
    "NoAnswer": "{pause_after: 3}",
    "Overflow": "{to: [sales], callers: 5}",
    "Priority": "{default: 0, vip: 100, ageing: 1 per 30s}",
    "Relax": "{after: 60s, needs: {billing: 1}}",
    "ServiceLevel": "{within: 20s}",
}
"""What could stand where a mapping is expected, by model; of others the keys are named."""

_NAMED = 4
"""So many keys of a mapping are named."""

DAY = 86400.0
_SHOWN = 60
"""Characters of a value that a message quotes."""

QUOTES = "\"'"

SECRET = frozenset({"password", "ha1", "secret", "store"})
"""Keys whose values no message quotes: it may be in a log, on a page, in a ticket."""


def phrase(error: ErrorDetails, node: Node, owner: type[Section] | None) -> str:
    """What is wrong with `node`; `owner` is the model of the mapping in which an unknown key stands."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "missing":
        return f"the key {str(error['loc'][-1])!r} is missing here"
    if kind == "extra_forbidden":
        return _unknown_key(str(error["loc"][-1]), owner)
    if kind == "not_yet":
        return error["msg"]
    if kind == "model_type":
        message = _mapping(str(context.get("class_name")))
    elif kind in _EXPECTED:
        message = _EXPECTED[kind]
    elif kind == "literal_error":
        message = f"expected {context['expected']}".replace("'", "")
    elif kind in ("greater_than", "greater_than_equal", "less_than", "less_than_equal"):
        message = _limit(kind, context, node.raw)
    else:
        message = error["msg"]
    if error["loc"][-1:] == ("[key]",):
        key = str(error["loc"][-2])
        node = Node(node.place, key, raw=key)
    if SECRET.intersection(map(str, error["loc"])):
        return message
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


def _mapping(model: str) -> str:
    """What is expected where one of these belongs."""
    if example := EXAMPLES.get(model):
        return f"expected a mapping, as {example}"
    found = next((each for each in models(Section) if each.__name__ == model), None)
    keys = [field.alias or name for name, field in found.model_fields.items()] if found else []
    named = f", with keys as {', '.join(keys[:_NAMED])}" if keys else " of keys and values"
    return f"expected a mapping{named}; {{}} for none"


def models(model: type[Section]) -> Iterator[type[Section]]:
    """All models beneath one."""
    for each in model.__subclasses__():
        yield each
        yield from models(each)


def _limit(kind: str, context: dict[str, object], raw: str) -> str:
    """`raw`: what was written; the limit has its unit."""
    (limit,) = (context[key] for key in ("gt", "ge", "lt", "le") if key in context)
    number = int(limit) if isinstance(limit, float) and limit.is_integer() else limit
    if isinstance(limit, int | float) and limit:
        bare = raw.strip(QUOTES)
        if re.fullmatch(r"-?[0-9.]+ ?(ms|s|m|h)", bare):
            number = written(float(limit))
        elif bare.endswith("%"):
            number = f"{100 * limit:g}%"
        elif re.search(r" days?$", bare):
            number = f"{limit / DAY:g} days"
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
    told = message.partition(", as {")[0] if message.startswith("expected a mapping") else message
    if raw and re.search(rf"(?<!\w){re.escape(raw.strip(QUOTES))}(?!\w)", told):
        return ""
    return f", got {raw[:_SHOWN] or 'nothing'}{'...' if len(raw) > _SHOWN else ''}"
