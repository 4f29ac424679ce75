"""Asking somebody else's server who a caller is: beside whatever the call does, awaited where needed."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from softswitch.calls.call import Call
from softswitch.calls.switch import Switch
from softswitch.plain import plain
from softswitch.routing import CallerRule, Lookup
from softswitch.rules import Known

SAID = ("priority", "language", "needs", "preferred", "name", "note", "data")


async def enquire(switch: Switch, call: Call, rule: CallerRule, lookup: Lookup) -> None:
    """Ask, and have the call know the answer."""
    began = asyncio.get_running_loop().time()
    known = _of_use(switch, await switch.enquiry.ask(rule.name, lookup, call.leg.remote.number))
    took = asyncio.get_running_loop().time() - began
    said = {key: value for key in SAID if (value := plain(getattr(known, key)))}
    if known.problem:
        said["problem"] = known.problem
    call.note("CallerLookedUp", caller_rule=rule.name, took=round(took, 3), found=known.found, **said)
    call.known = known
    call.priority = known.priority or call.priority


async def answered(call: Call) -> None:
    """Wait for the answer, if somebody was asked; a language that it says is heard from here on, unless the
    caller has chosen one.
    """
    if call.enquiry is None:
        return
    await asyncio.wait([call.enquiry])
    language = call.known.language if call.known is not None else None
    if language is not None and not call.language_chosen and language != call.language:
        call.language = language
        call.note("LanguageSet", language=language)


def _of_use(switch: Switch, known: Known) -> Known:
    """The answer without what this switch does not know."""
    settings = switch.settings
    problems = [known.problem] if known.problem else []
    classes = {name for queue in settings.engine.queues.values() for name in queue.priority}
    if known.priority is not None and known.priority not in classes:
        problems.append(f"no priority class {known.priority!r} here")
        known = replace(known, priority=None)
    if known.language is not None and known.language not in settings.media.languages:
        problems.append(f"no language {known.language!r} here")
        known = replace(known, language=None)
    if known.preferred is not None and known.preferred not in settings.engine.agents:
        problems.append(f"no agent {known.preferred!r} here")
        known = replace(known, preferred=None)
    return replace(known, problem="; ".join(problems)) if problems else known
