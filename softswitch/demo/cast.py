"""Who takes part: callers with what they do and what should become of them, and agents."""

from __future__ import annotations

from dataclasses import dataclass, replace

from softswitch.types import Seconds

ROUND: Seconds = 30.0
"""How long callers keep dialling in; a longer demo plays several rounds."""


@dataclass(frozen=True, slots=True)
class Caller:
    """One caller."""

    name: str
    """The display name: where the call comes from."""
    number: str
    dials: str
    at: Seconds
    """When the INVITE goes out, from the start of the round."""
    says: str = "Hello?"
    keys: tuple[tuple[Seconds, str], ...] = ()
    """What is pressed, each after a pause."""
    patience: Seconds = 60.0
    """From the answer to the caller's own hang-up."""
    queue: str | None = None
    """Where it should end up waiting."""
    outcome: str = "answered"
    """What the record should say (`CallRecord.outcome`)."""
    status: int = 200
    """The final SIP status that should come."""
    entered: tuple[tuple[str, str], ...] = ()
    """Numbers that menus should have asked for, by the ask's name."""
    language: str = "en"
    """What the prompts should be spoken in."""

    @property
    def enters_menu(self) -> bool:
        """Whether the caller should hear the menu."""
        return self.dials == "600" and self.status == 200


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent: what the phone does whenever it rings."""

    name: str
    """As in the configuration."""
    extension: str
    port: int
    """Where its SIP phone listens, by the configuration."""
    rings: Seconds
    """From INVITE to answer."""
    talks: Seconds
    """From answer to hanging up."""
    says: str


AGENTS = (
    Agent("desk-201", "201", 7201, 1.5, 6.0, "Hello, this is the first desk. What can I do for you today?"),
    Agent("desk-202", "202", 7202, 2.0, 5.5, "Good day, second desk speaking. How may I help you?"),
    Agent("desk-203", "203", 7203, 1.8, 6.5, "Third desk here, thank you for waiting. Tell me all about it."),
)

CALLERS = (
    Caller("London", "+442079460101", "602", 0.0, "My invoice is wrong again.", patience=6.5, queue="sales"),
    Caller(
        "Gdańsk",
        "+48583001002",
        "600",
        0.6,
        "Do parcels come on Saturdays?",
        keys=((3.0, "1"),),
        queue="sales",
        language="pl",
    ),
    Caller(
        "Poznań",
        "+48613001003",
        "603",
        1.5,
        "The router keeps blinking red since yesterday.",
        queue="support",
        language="pl",
    ),
    Caller(
        "Edinburgh",
        "+441314960107",
        "600",
        2.4,
        "There is smoke coming out of the printer.",
        keys=((5.5, "2"), (4.0, "#"), (2.0, "1")),
        queue="support",
    ),
    Caller(
        "Kraków",
        "+48123001004",
        "600",
        2.6,
        "Please change my address, we have moved house.",
        keys=((2.5, "2"), (4.0, "123456"), (2.0, "1")),
        queue="support",
        entered=(("customer_number", "123456"),),
        language="pl",
    ),
    Caller(
        "Toruń",
        "+48563001005",
        "600",
        6.0,
        "Forty chairs, at what price?",
        keys=((1.5, "7"), (3.0, "1")),
        queue="sales",
        language="pl",
    ),
    Caller("Leeds", "+441134960106", "603", 9.0, "I forgot the password of my mailbox.", queue="support"),
    Caller(
        "Łódź",
        "+48423001008",
        "603",
        13.6,
        "Nobody ever answers.",
        patience=5.5,
        queue="support",
        outcome="abandoned",
        language="pl",
    ),
    Caller("VIP", "+48600100200", "603", 14.5, "We met last week about the new contract.", queue="support"),
    Caller(
        "Lublin",
        "+48813001010",
        "601",
        16.0,
        "Put me through to the management.",
        queue="reception",
        language="pl",
    ),
    Caller("Glasgow", "+441414960111", "602", 18.0, "Is the blue one still in stock?", queue="sales"),
    Caller("nuisance", "+48900660012", "600", 20.0, outcome="refused", status=603),
    Caller("Bristol", "+441174960113", "999", 22.0, outcome="refused", status=404),
    Caller(
        "Szczecin",
        "+48913001014",
        "601",
        24.0,
        "When does your office close today?",
        queue="reception",
        language="pl",
    ),
    Caller(
        "Rzeszów",
        "+48173001015",
        "600",
        28.0,
        "Two tickets for the evening show.",
        keys=((2.0, "0"),),
        queue="reception",
        language="pl",
    ),
)
"""What they say has no words in common: one synthetic voice speaks it all, and is known by the words."""

VIP = "VIP"

RECORDED = "Edinburgh"
"""Whose call is saved: the whole menu, music, an announcement, the agent."""


def callers(seconds: Seconds) -> list[Caller]:
    """Everybody who calls within so many seconds, in whole rounds; all numbers are different.

    The VIP, whose number the configuration names, calls only once.
    """
    return [
        _in_round(caller, number)
        for number in range(max(1, round(seconds / ROUND)))
        for caller in CALLERS
        if not number or caller.name != VIP
    ]


def _in_round(caller: Caller, number: int) -> Caller:
    if not number:
        return caller
    digits = caller.number
    changed = f"{digits[:-4]}{(int(digits[-4:-2]) + number) % 100:02d}{digits[-2:]}"
    return replace(caller, at=caller.at + number * ROUND, name=f"{caller.name} {number + 1}", number=changed)
