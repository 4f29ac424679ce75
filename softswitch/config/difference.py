"""What a reload changes, by names alone: no value is told, for it could be a secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from softswitch.config.settings import SwitchSettings

_NOTHING = object()
"""Said of a queue; None may be a value."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Names as they stand in the file: `queues.support`, `sip`."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


def difference(old: SwitchSettings, new: SwitchSettings) -> Difference:
    """From one to the other. What a team says of an agent is a change of its queue."""
    added, removed, changed = [], [], []
    before, after = _named(old), _named(new)
    for section, entries in after.items():
        added += [f"{section}.{name}" for name in entries if name not in before[section]]
        removed += [f"{section}.{name}" for name in before[section] if name not in entries]
        both = [name for name in entries if name in before[section]]
        changed += [f"{section}.{name}" for name in both if entries[name] != before[section][name]]
    plain, plain_after = _plain(old), _plain(new)
    changed += [name for name, value in plain_after.items() if plain[name] != value]
    return Difference(tuple(added), tuple(removed), tuple(changed))


def _named(of: SwitchSettings) -> dict[str, Mapping[Any, Any]]:
    """Sections whose entries have names."""
    return {
        "hours": of.hours.schedules,
        "numbers": {rule.pattern: rule.then for rule in of.routing.numbers},
        "callers": {rule.name: rule for rule in of.routing.callers},
        "menus": of.menus.menus,
        "queues": {name: _of_queue(of, name) for name in of.engine.queues},
        "agents": {name: _of_agent(of, name) for name in of.engine.agents},
        "trunks": of.trunks,
        "voicemail": of.mailboxes,
        "webhooks": {hook.name: hook for hook in of.webhooks},
        "sounds": of.media.sounds,
        "music": of.media.music,
        "sentences": of.media.sentences,
    }


def _of_queue(of: SwitchSettings, name: Any) -> tuple[Any, ...]:
    return (
        of.engine.queues[name],
        *(
            about.get(name, _NOTHING)
            for about in (
                *(of.queue_labels, of.messages, of.whispers, of.queue_hours, of.entrances, of.callbacks),
                *(of.media.queue_music, of.recording.queues, of.alerts.queues),
            )
        ),
    )


def _of_agent(of: SwitchSettings, name: Any) -> tuple[Any, ...]:
    logins = tuple(account for account in of.logins if account.agent == name)
    return of.engine.agents[name], of.phones.get(name), logins, of.dialplan.agents.get(name)


def _plain(of: SwitchSettings) -> dict[str, Any]:
    """Sections without names in them."""
    return {
        "sip": of.sip,
        "media": (of.media.sample_rate, of.media.languages, of.media.prompts),
        "web": of.web,
        "order of numbers": tuple(rule.pattern for rule in of.routing.numbers),
        "order of callers": tuple(rule.name for rule in of.routing.callers),
        "service_level": of.service,
        "mail": of.mail,
        "reports": of.reports,
        "alerts": replace(of.alerts, queues={}),
        "outbound": (of.dialplan.rules, of.dialplan.everybody),
        "numbering": of.dialplan.numbering,
        "features": of.features,
        "pauses": of.engine.pauses,
        "recording": replace(of.recording, queues={}),
        "privacy": of.privacy,
        "data": of.data,
        "store": of.store,
    }
