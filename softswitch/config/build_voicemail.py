"""`voicemail:` as the switch runs on it."""

from __future__ import annotations

from softswitch.config.build_menus import Voice
from softswitch.config.models.root import Configuration
from softswitch.mailboxes import Mailbox
from softswitch.types import AgentName, Language, MailboxName


def mailboxes(file: Configuration, voice: Voice) -> dict[MailboxName, Mailbox]:
    """Every mailbox; those whose own it is are among its agents."""
    owners: dict[str, list[str]] = {}
    for name, agent in file.agents.items():
        if agent.voicemail is not None:
            owners.setdefault(agent.voicemail, []).append(name)
    return {
        MailboxName(name): Mailbox(
            name=MailboxName(name),
            greeting=None if box.greeting is None else voice.prompt(box.greeting.say, box.greeting.play),
            longest=box.max,
            shortest=box.min,
            email=tuple(dict.fromkeys(box.email)),
            subject=box.subject,
            agents=tuple(AgentName(each) for each in dict.fromkeys([*box.agents, *owners.get(name, ())])),
            language=None if box.language is None else Language(box.language),
            keep=box.keep,
        )
        for name, box in file.voicemail.items()
    }
