"""What is wrong with a request, in words for whoever wrote it: a status, and a sentence that teaches."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fastapi import Request, WebSocket
from fastapi.exceptions import RequestValidationError, WebSocketRequestValidationError
from starlette.requests import HTTPConnection

from softswitch.config.nearest import LISTED, did_you_mean
from softswitch.web.patterns import WORDS

MOMENT = "expected a moment: seconds since the epoch, or ISO 8601, as 2026-11-25T08:00:00+01:00"

BODY = (
    "send it as JSON, with the header `Content-Type: application/json`; /api/v1/docs shows what goes into it"
)

Wrong = Mapping[str, Any]
"""One of pydantic's errors."""


def told(
    request: Request | WebSocket, error: RequestValidationError | WebSocketRequestValidationError
) -> tuple[int, str]:
    """A status, and all that is wrong."""
    wrongs: Sequence[Wrong] = error.errors()
    if (of_body := next((one for one in wrongs if one["loc"][0] == "body"), None)) is not None:
        kind = request.headers.get("content-type", "")
        if of_body["type"] == "json_invalid":
            return 400, f"the body is no JSON: {of_body['ctx']['error']} (character {of_body['loc'][1]})"
        if of_body["loc"] == ("body",) and of_body["type"] == "missing":
            return 422, f"the body is missing; {BODY}"
        if of_body["loc"] == ("body",) and not _is_json(kind):
            return 415, f"the body has come as {kind or 'nothing that is named'}; {BODY}"
    return 422, "; ".join(dict.fromkeys(map(_sentence, wrongs)))


def no_strangers(request: HTTPConnection) -> None:
    """A dependency: every parameter of the API's queries has a meaning. Raises RequestValidationError: a slip
    of one that matters would widen what is asked for. Those who probe the switch may add what they like.
    """
    asked: Any = getattr(request.scope.get("route"), "dependant", None)
    if not request.url.query or asked is None or not request.url.path.startswith("/api/"):
        return
    known = [one.alias for one in asked.query_params]
    strange = dict.fromkeys(name for name in request.query_params if name not in known)
    if strange:
        raise RequestValidationError([_strange(name, known) for name in strange])


def _strange(name: str, known: Iterable[str]) -> dict[str, Any]:
    names = sorted(known)
    said = did_you_mean(name, names) if names else "; it has none"
    return {"type": "strange", "loc": ("query", name[:100]), "msg": f"there is no such parameter{said}"}


def _is_json(kind: str) -> bool:
    return bool(re.match(r"application/([\w.-]+\+)?json\b", kind.strip().lower()))


def _sentence(wrong: Wrong) -> str:
    where, *rest = map(str, wrong["loc"])
    says = _says(wrong)
    if says is MOMENT:
        rest = rest[:1]
    return f"{'.'.join(rest) or where} ({where}): {says}" if rest else f"the {where}: {says}"


def _says(wrong: Wrong) -> str:
    kind, loc, ctx = wrong["type"], wrong["loc"], wrong.get("ctx") or {}
    if len(loc) == 3 and loc[0] == "query" and loc[2] in ("float", "datetime"):
        return MOMENT
    match kind:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return "there is no such key; /api/v1/docs lists them"
        case "string_pattern_mismatch" if ctx.get("pattern") in WORDS:
            return WORDS[ctx["pattern"]]
        case "enum" | "literal_error":
            return _choice(str(wrong.get("input")), str(ctx.get("expected", "")), str(wrong["msg"]))
        case "date_parsing" | "date_from_datetime_parsing" | "date_from_datetime_inexact":
            return "expected a day, as 2026-11-25"
        case "model_attributes_type" | "dict_type" | "model_type":
            return f"expected an object, as {json.dumps({'name': 'value'})}; /api/v1/docs has the names"
    return str(wrong["msg"]).removeprefix("Value error, ")


def _choice(given: str, expected: str, plain: str) -> str:
    """Of few names all are told, of many the nearest."""
    names = re.findall(r"'([^']*)'", expected)
    if len(names) <= LISTED:
        return plain
    return f"{given[:100]!r} is none of the {len(names)} that there are{did_you_mean(given[:100], names)}"
