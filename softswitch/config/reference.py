"""The reference of the configuration language, made from the models: docs/configuration.md.

`python -m softswitch.config.reference > docs/configuration.md` writes it anew; a test holds the two together.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from typing import Any

from softswitch.acd.strategies import BUILT_IN
from softswitch.config.schema import json_schema
from softswitch.config.unsupported import KEYS, STRATEGIES
from softswitch.config.worked_example import EXAMPLE, FOREWORD, RULES

SECTIONS = (
    ("Top level", "Configuration"),
    ("sip", "Sip"),
    ("listen", "Listener"),
    ("limits", "Limits"),
    ("ban", "Ban"),
    ("registration", "Registration"),
    ("media", "Media"),
    ("sentences", "Sentences"),
    ("numbers of sentences", "NumberWay"),
    ("position of sentences", "PositionSentences"),
    ("callers of sentences", "CallersSentences"),
    ("wait of sentences", "WaitSentences"),
    ("introduction of sentences", "IntroductionSentences"),
    ("messages of sentences", "MessagesSentences"),
    ("menus of sentences", "MenusPhrases"),
    ("calls of sentences", "CallsPhrases"),
    ("callbacks of sentences", "CallbacksPhrases"),
    ("voicemail of sentences", "VoicemailPhrases"),
    ("mailbox of sentences", "MailboxPhrases"),
    ("agents of sentences", "AgentsPhrases"),
    ("web", "Web"),
    ("hours", "Schedule"),
    ("callers", "Caller"),
    ("rules", "Rule"),
    ("when", "When"),
    ("then", "Then"),
    ("menus", "Menu"),
    ("ask", "Ask"),
    ("Choices", "Choice"),
    ("Destinations", "Destination"),
    ("Sounds", "Sound"),
    ("queues", "Queue"),
    ("priority", "Priority"),
    ("no_answer", "NoAnswer"),
    ("relax", "Relax"),
    ("no_agents", "NoAgents"),
    ("overflow", "Overflow"),
    ("callback", "Callback"),
    ("announce", "Announce"),
    ("messages", "Message"),
    ("last_agent", "LastAgent"),
    ("service_level", "ServiceLevel"),
    ("agents", "Agent"),
    ("ha1", "Ha1"),
    ("features", "Features"),
    ("pauses", "Pause"),
    ("recording", "Recording"),
    ("privacy", "Privacy"),
    ("voicemail", "Voicemail"),
    ("teams", "Team"),
    ("members of a team", "Member"),
    ("trunks", "Trunk"),
    ("inbound", "Inbound"),
    ("numbering", "Numbering"),
    ("outbound", "Outbound"),
    ("rewrite", "Rewrite"),
    ("panel", "Panel"),
    ("webhooks", "Webhook"),
    ("mail", "Mail"),
    ("reports", "Report"),
    ("alerts", "Alerts"),
    ("figures that are watched", "Watched"),
    ("numbers of callers", "TooManyCallers"),
    ("waits that are too long", "TooLongWait"),
    ("service that is too low", "TooLowLevel"),
    ("agents who are too few", "TooFewAgents"),
)
"""Headings and the models under them."""

_HEADINGS = {model: heading for heading, model in SECTIONS}
_SIMPLE = {"string": "text", "boolean": "true or false", "integer": "whole number", "number": "number"}


def markdown() -> str:
    """The whole text of docs/configuration.md."""
    schema = json_schema()
    models = schema["$defs"] | {"Configuration": schema}
    parts = [FOREWORD, f"```yaml\n{EXAMPLE}```\n", RULES]
    for heading, name in SECTIONS:
        parts.append(_section(heading, models[name], models))
    parts += [_strategies(), _unsupported()]
    return "\n".join(parts)


def _section(heading: str, model: dict[str, Any], models: dict[str, Any]) -> str:
    lines = [
        f"## {heading}",
        "",
        model["description"],
        "",
        "| key | value | default | meaning |",
        "|---|---|---|---|",
    ]
    required = model.get("required", ())
    for key, field in model["properties"].items():
        meaning = field.get("description") or models[_model_of(field)]["description"]
        default = "required" if key in required else _default(field)
        lines.append(f"| `{key}` | {_shown(field)} | {default} | {_cell(meaning)} |")
    extra = model.get("additionalProperties")
    if isinstance(extra, dict):
        lines.append(f"| *any name* | {_shown(extra)} | | A class of callers. |")
    return "\n".join([*lines, ""])


def _default(field: dict[str, Any]) -> str:
    if "default" not in field:
        return ""
    value = field["default"]
    if isinstance(value, bool):
        return str(value).lower()
    return _cell(", ".join(map(str, value)) if isinstance(value, list) else str(value))


def _shown(field: dict[str, Any]) -> str:
    """What a value looks like, in a few words."""
    if "$ref" in field:
        heading = _HEADINGS[_model_of(field)]
        return f"[{heading}](#{heading.lower().replace(' ', '-')})"
    for key in ("oneOf", "anyOf"):
        if key in field and "title" not in field:
            return " or ".join(_shown(option) for option in field[key])
    if field.get("title") == "strategy":
        return "[strategy](#strategies)"
    if "enum" in field:
        return ", ".join(f"`{word}`" for word in field["enum"])
    if "const" in field:
        return f"`{field['const']}`"
    if "title" in field:
        examples = ", ".join(f"`{example}`" for example in field.get("examples", [])[:2])
        return _cell(f"{field['title']}: {examples}" if examples else field["title"])
    return _container(field)


def _container(field: dict[str, Any]) -> str:
    if field["type"] == "array":
        return f"list of {_shown(field['items'])}"
    if field["type"] == "object":
        (values,) = field.get("patternProperties", {"": field.get("additionalProperties")}).values()
        return f"mapping to {_shown(values)}"
    limits = [f"from {field['minimum']}"] if "minimum" in field else []
    limits += [f"up to {field['maximum']}"] if "maximum" in field else []
    kind = field["type"] if isinstance(field["type"], str) else field["type"][0]
    return " ".join([_SIMPLE[kind], *limits])


def _model_of(field: dict[str, Any]) -> str:
    return str(field["$ref"]).rpartition("/")[2]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _strategies() -> str:
    lines = [
        "## Strategies",
        "",
        "Who is rung first, among the agents of the team who are free. Other packages can bring more, by the",
        "entry-point group `softswitch.strategies`.",
        "",
        "| strategy | who is rung |",
        "|---|---|",
    ]
    for name, strategy in BUILT_IN.items():
        words = " ".join((inspect.getdoc(strategy) or "").split("\n\n")[0].split())
        lines.append(f"| `{name}` | {_cell(words)} |")
    return "\n".join([*lines, ""])


def _unsupported() -> str:
    lines = [
        "## Not supported yet",
        "",
        "These are part of the language and get an error that says so, until what they are for is built.",
        "",
        "| key | in | what it is for |",
        "|---|---|---|",
    ]
    lines += list(_unsupported_rows())
    planned = ", ".join(f"`{name}`" for name in sorted(STRATEGIES))
    return "\n".join([*lines, f"| {planned} | `strategy` | more ways of choosing an agent |", ""])


def _unsupported_rows() -> Iterator[str]:
    for (model, key), feature in KEYS.items():
        heading = "an agent of a team" if model == "TeamMember" else _HEADINGS[model]
        yield f"| `{key}` | {heading} | {feature} |"
    yield "| `ws:`, `wss:` | `listen` | SIP over WebSockets |"


if __name__ == "__main__":
    sys.stdout.write(markdown())
