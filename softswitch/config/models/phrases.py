"""What the switch says by itself and has no number in it: groups of `sentences`, a key for each."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

from softswitch.config.models.base import Section
from softswitch.config.quantities import parse_text, wrong


def gaps(*allowed: str, needed: bool = False) -> BeforeValidator:
    """A text with gaps of these names in it, and no others; `needed`: with each of them."""

    def parse(value: object) -> str:
        text = parse_text(value)
        bare = text
        for gap in allowed:
            bare = bare.replace(f"{{{gap}}}", "")
        known = " and ".join(f"{{{gap}}}" for gap in allowed)
        if re.search(r"[{}]", bare):
            raise wrong(
                f"expected a text whose only gap is {known}" if known else "expected a text without {}"
            )
        if needed and any(f"{{{gap}}}" not in text for gap in allowed):
            raise wrong(f"expected a text with {known} in it")
        return text

    return BeforeValidator(parse)


Plain = Annotated[str, gaps(), WithJsonSchema({"title": "text", "type": "string"})]
Queued = Annotated[str, gaps("queue"), WithJsonSchema({"title": "text with {queue}", "type": "string"})]


class MenusPhrases(Section):
    """After a mistake in a menu that has no `wrong` of its own."""

    wrong_key: Plain | None = None
    """No choice has that key."""
    incomplete: Plain | None = None
    """Too few digits were entered."""
    unknown_extension: Plain | None = None
    """No agent has the extension that was entered."""


class CallsPhrases(Section):
    """To callers who cannot be served."""

    unavailable: Plain | None = None
    """To who has been answered and cannot be led on, as where `reject` stands behind a menu."""
    closing: Plain | None = None
    """To who is in a menu or a queue when the switch is shut down."""


class CallbacksPhrases(Section):
    """To who wants to be called back, to the agent, and to who is called before the agent is."""

    enter: Plain | None = None
    """Asks for the number."""
    number: Plain | None = None
    """Goes before the digits of the number."""
    confirm: Plain | None = None
    """Asks for 1, or 2 for another number."""
    not_that_one: Plain | None = None
    """That number may not be called."""
    kept: Plain | None = None
    """Good-bye to who has waited and keeps the place."""
    noted: Plain | None = None
    """Good-bye to who has not waited."""
    already: Plain | None = None
    """Good-bye to whose number is noted already."""
    impossible: Plain | None = None
    """There is no number that can be called."""
    greeting: Queued | None = None
    """To the customer who is called before the agent; `{queue}` is the queue's label."""
    call_back: Plain | None = None
    """To the agent: this is a callback; its queue, its number and one of the next follow."""
    just_now: Plain | None = None
    """Asked for less than two minutes ago."""
    minutes_ago: Plain | None = None
    """Less than ten."""
    quarter_hour_ago: Plain | None = None
    """Less than 25 minutes ago."""
    half_hour_ago: Plain | None = None
    """Less than 45."""
    hour_ago: Plain | None = None
    """Less than an hour and a half ago."""
    hours_ago: Plain | None = None
    """Less than twelve hours ago."""
    long_ago: Plain | None = None
    """Before that."""


class VoicemailPhrases(Section):
    """To who leaves a message."""

    greeting: Plain | None = None
    """Of mailboxes without a `greeting`."""
    saved: Plain | None = None
    """The message is kept."""
    nothing_heard: Plain | None = None
    """There was nothing in it."""
    no_room: Plain | None = None
    """None can be taken."""


class MailboxPhrases(Section):
    """To an agent who hears messages by phone."""

    new_from: Plain | None = None
    """A new message; its number follows."""
    old_from: Plain | None = None
    """One that was heard before."""
    hidden: Plain | None = None
    """In place of the number."""
    keys: Plain | None = None
    """What 1, 2 and 3 do."""
    deleted: Plain | None = None
    """After 3."""
    no_more: Plain | None = None
    """That was the last one."""


class AgentsPhrases(Section):
    """To agents at their phones: what became of a code, and of a call."""

    signed_in: Plain | None = None
    """After the code to sign in."""
    signed_out: Plain | None = None
    """After the code to sign out."""
    paused: Plain | None = None
    """After the code to pause."""
    resumed: Plain | None = None
    """After the code that ends a pause."""
    unknown_reason: Plain | None = None
    """No pause has that reason."""
    notes_done: Plain | None = None
    """After the code that ends wrap-up."""
    more_time: Plain | None = None
    """After the code for more of it."""
    no_notes: Plain | None = None
    """After either, where there is none."""
    nothing_rings: Plain | None = None
    """There is no call to pick up."""
    accept: Plain | None = None
    """To an agent at a number outside: 1 takes the call."""
    busy: Plain | None = None
    """Of a call that was dialled for an agent: the other side is busy."""
    nobody_answers: Plain | None = None
    """It does not answer."""
    no_such_number: Plain | None = None
    """It does not exist."""
    forbidden: Plain | None = None
    """It may not be dialled."""
    impossible: Plain | None = None
    """Anything else."""
