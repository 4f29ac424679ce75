"""One caller's way through the menus: `receive(event, now) -> actions`, and the next deadline.

A menu is a row of stages: each of its asks, then its choices. Every stage passes through the same states:

    state     what goes on                 digit          prompt ended   timer
    --------  ---------------------------  -------------  -------------  ---------------------
    NEW       nobody listens yet           kept           -              -
    SPEAKING  a prompt sounds              cut, then read -> WAITING     -
    WAITING   silence, up to `wait`        read           -              a silence
    KEYING    an entry is begun, up to 3 s read           -              the entry ends here
    DONE      `Go` was said                -              -              -

    ("-": ignored; only SPEAKING, WAITING and KEYING come back to themselves, with a new prompt or deadline)

Reading a digit gives a `Reading` (entry.py), and that moves the call on:

    More      -> KEYING
    Complete  of an ask: the next stage, or where the ask leads
              of a choice: repeat, back, another menu (-> SPEAKING), or out (-> DONE)
    Cleared   -> SPEAKING, the ask again
    Nothing   an optional ask is skipped; else a mistake
    Invalid   a mistake

A mistake says what was wrong and the stage's prompt again (silence: the prompt alone); as many as `attempts`
lead to `otherwise`, or past an optional ask. Digits are always read at once, so a caller who knows the way
types ahead through several menus and hears none of them.

Laws: `SPEAKING` is the only state with a prompt; `WAITING` and `KEYING` are the only ones with a deadline;
one event gives a bounded number of actions (`MAX_DETOURS`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum, auto

from softswitch.ivr.actions import (
    Action,
    Chosen,
    Collected,
    Go,
    MenuClosed,
    MenuEntered,
    Mistake,
    Mistaken,
    Otherwise,
    Play,
    SetLanguage,
    Skipped,
    StopPrompt,
)
from softswitch.ivr.entry import (
    ChoiceReader,
    Cleared,
    Complete,
    Invalid,
    More,
    Nothing,
    NumberReader,
    Reader,
    Reading,
)
from softswitch.ivr.events import DigitPressed, Event, PromptEnded, Started, TimerExpired
from softswitch.ivr.sentences import AFTER
from softswitch.ivr.settings import HANG_UP, Ask, Back, Choice, Menu, MenuTree, Repeat, ToEntered
from softswitch.types import AgentName, Destination, Language, MenuName, Prompt, Seconds, ToAgent, ToMenu

KEY_GAP: Seconds = 3.0
"""Between two digits of one entry at most; a shorter `wait` shortens it."""

MAX_DETOURS = 10
"""How often in a row a call is led on (`closed`, `otherwise`) without a valid key; then it is hung up. Closed
menus that point at each other end here, and so does a line on which nobody decides anything."""

EARLY: Seconds = 0.001
"""A timer may fire this much before its deadline: the resolution of loop clocks."""


class State(Enum):
    """Where the caller is; the table is in the module's docstring."""

    NEW = auto()
    SPEAKING = auto()
    WAITING = auto()
    KEYING = auto()
    DONE = auto()


class Interpreter:
    """Drives one caller through a menu tree; pure, deterministic, never raises on any order of events.

    `start` and every name in the tree must exist (the configuration's check sees to it). `is_open` says
    whether the schedule of that name is open at this moment. `collected` are entries that the call has
    brought along from earlier menus.
    """

    def __init__(
        self,
        tree: MenuTree,
        start: MenuName,
        language: Language,
        *,
        is_open: Callable[[str], bool],
        collected: Mapping[str, str] | None = None,
    ) -> None:
        self.language = language
        self.state = State.NEW
        self._tree = tree
        self._is_open = is_open
        self._start = start
        self._collected = dict(collected or {})
        self._skipped: set[str] = set()
        self._path: list[MenuName] = []  # the menus that led here, this one last, none twice
        self._menu: Menu = tree.menus[start]
        self._asks: list[Ask] = []  # those still to be asked in this menu; the first is the stage
        self._reader: Reader = ChoiceReader(())
        self._mistakes = 0
        self._detours = 0
        self._ahead: list[str] = []
        self._pound_until: Seconds = float("-inf")  # see `_pound_is_habit`
        self._now: Seconds = 0.0
        self._deadline: Seconds | None = None
        self._out: list[Action] = []

    @property
    def entry(self) -> str:
        """What was pressed of an entry that is not over yet."""
        return self._reader.digits

    def next_deadline(self) -> Seconds | None:
        """When `TimerExpired` is due; None: nothing is waited for but an event."""
        return self._deadline

    def receive(self, event: Event, now: Seconds) -> list[Action]:
        """What to do about an event that happened at `now`."""
        self._out, self._now = [], now
        match self.state, event:
            case State.NEW, Started():
                self._begin()
            case State.NEW, DigitPressed(digit):
                self._ahead.append(digit)
            case State.SPEAKING | State.WAITING | State.KEYING, DigitPressed(digit):
                self._press(digit)
            case State.SPEAKING, PromptEnded():
                self._await_key()
            case State.WAITING, TimerExpired() if self._due():
                self._silence()
            case State.KEYING, TimerExpired() if self._due():
                self._read(self._reader.pause())
            case _:
                pass
        return self._out

    def _due(self) -> bool:
        return self._deadline is not None and self._now >= self._deadline - EARLY

    def _begin(self) -> None:
        self._enter(self._start)
        for digit in self._ahead:
            if self.state is not State.DONE:
                self._press(digit)
        self._ahead.clear()

    # Where the call is led. ------------------------------------------------------------------------

    def _enter(self, name: MenuName) -> None:
        menu = self._tree.menus[name]
        if menu.open is not None and not self._is_open(menu.open):
            self._out.append(MenuClosed(name))
            self._detour(menu.closed)
            return
        if name in self._path:
            del self._path[self._path.index(name) :]
        self._path.append(name)
        self._menu = menu
        self._out.append(MenuEntered(name))
        self._ask(menu.asks)

    def _follow(self, then: Destination | Repeat | Back | ToEntered | None) -> None:
        match then:
            case None | Repeat():
                self._speak(self._menu.prompt)
            case Back():
                self._enter(self._path[-2] if len(self._path) > 1 else self._path[-1])
            case ToEntered(name):
                self._ring_entered(name)
            case ToMenu(menu):
                self._enter(menu)
            case _:
                self._go(then)

    def _ring_entered(self, name: str) -> None:
        entry = self._collected.get(name, "")
        if (agent := self._tree.extensions.get(entry)) is not None:
            self._go(ToAgent(AgentName(agent)))
            return
        # The number was wrong, so it is the number that is asked for again.
        asks = self._menu.asks
        again = next((place for place, ask in enumerate(asks) if ask.name == name), len(asks))
        self._collected.pop(name, None)
        self._stage([*asks[again : again + 1], *self._wanted(asks[again + 1 :])])
        self._mistake(Mistake.UNKNOWN_EXTENSION, entry)

    def _detour(self, choice: Choice | None) -> None:
        """Go where a closed menu sends its callers; the menus that lead nowhere from there hang up."""
        self._detours += 1
        if choice is None or self._detours > MAX_DETOURS:
            self._go(HANG_UP)
            return
        self._set_language(choice.language)
        match choice.then:
            case Back() if self._path:
                self._enter(self._path[-1])
            case None | Repeat() | Back() | ToEntered():
                self._go(HANG_UP)
            case then:
                self._follow(then)

    def _otherwise(self) -> None:
        self._out.append(Otherwise(self._menu.name))
        self._detours += 1
        then = self._menu.otherwise
        nowhere = isinstance(then, Back) and len(self._path) < 2
        self._follow(HANG_UP if nowhere or self._detours > MAX_DETOURS else then)

    def _go(self, destination: Destination) -> None:
        self.state, self._deadline = State.DONE, None
        self._out.append(Go(destination))

    # Stages: asks, then choices. -------------------------------------------------------------------

    def _wanted(self, asks: tuple[Ask, ...]) -> list[Ask]:
        return [ask for ask in asks if ask.then is not None or not self._known(ask)]

    def _known(self, ask: Ask) -> bool:
        return ask.name in self._collected or (ask.optional and ask.name in self._skipped)

    def _ask(self, asks: tuple[Ask, ...]) -> None:
        self._stage(self._wanted(asks))
        self._mistakes = 0
        self._speak(self._prompt())

    def _stage(self, asks: list[Ask]) -> None:
        self._asks = asks
        self._reader = NumberReader(asks[0]) if asks else ChoiceReader(self._menu.choices)

    def _prompt(self) -> Prompt:
        return self._asks[0].prompt if self._asks else self._menu.prompt

    def _next_stage(self) -> None:
        self._ask(tuple(self._asks[1:]))

    def _speak(self, *prompts: Prompt) -> None:
        heard = tuple(prompt for prompt in prompts if prompt.say or prompt.play)
        if not heard:
            self._await_key()
            return
        self.state, self._deadline = State.SPEAKING, None
        self._out.append(Play(heard, self.language))

    def _await_key(self) -> None:
        if not self._asks and not self._menu.choices:
            self._otherwise()
        else:
            self.state, self._deadline = State.WAITING, self._now + self._menu.wait

    def _set_language(self, language: Language | None) -> None:
        if language is not None and language != self.language:
            self.language = language
            self._out.append(SetLanguage(language))

    # What the caller presses, or does not. ---------------------------------------------------------

    def _press(self, key: str) -> None:
        just_completed, self._pound_until = self._now <= self._pound_until, float("-inf")
        if key == "#" and just_completed and self._pound_is_habit():
            return
        self._cut()
        reading = self._reader.press(key)
        self._read(reading)
        if isinstance(reading, Complete) and reading.rest and self.state is not State.DONE:
            self._press(reading.rest)

    def _pound_is_habit(self) -> bool:
        """A caller who ends a six-digit number with # means nothing by it, unless # leads somewhere here."""
        return bool(self._asks) or "#" not in self._menu.choices

    def _cut(self) -> None:
        """Stop the prompt; one that was only now to begin is never begun."""
        if self.state is State.SPEAKING:
            kept: list[Action] = [action for action in self._out if not isinstance(action, Play)]
            if len(kept) == len(self._out):
                kept.append(StopPrompt())
            self._out = kept

    def _read(self, reading: Reading) -> None:
        match reading:
            case More():
                self.state, self._deadline = State.KEYING, self._now + min(KEY_GAP, self._menu.wait)
            case Complete(value) if self._asks:
                self._collect(self._asks[0], value)
            case Complete(key):
                self._choose(key, self._menu.choices[key])
            case Cleared():
                self._speak(self._prompt())
            case Nothing():
                self._nothing(Mistake.INCOMPLETE)
            case Invalid(entry):
                self._mistake(Mistake.INCOMPLETE if self._asks else Mistake.WRONG_KEY, entry)

    def _collect(self, ask: Ask, digits: str) -> None:
        self._detours = 0
        self._collected[ask.name] = digits
        self._out.append(Collected(ask.name, digits))
        if ask.digits:
            self._pound_until = self._now + KEY_GAP
        if ask.then is None:
            self._next_stage()
        else:
            self._follow(ask.then)

    def _choose(self, key: str, choice: Choice) -> None:
        self._detours = 0
        self._out.append(Chosen(self._menu.name, key, choice))
        self._set_language(choice.language)
        self._follow(choice.then)

    def _silence(self) -> None:
        self._nothing(Mistake.SILENCE)

    def _nothing(self, mistake: Mistake) -> None:
        if self._asks and self._asks[0].optional:
            self._skip(self._asks[0])
        else:
            self._mistake(mistake, "")

    def _skip(self, ask: Ask) -> None:
        self._skipped.add(ask.name)
        self._out.append(Skipped(ask.name))
        self._next_stage()

    def _mistake(self, mistake: Mistake, entry: str) -> None:
        menu = self._menu
        self._mistakes += 1
        self._out.append(Mistaken(menu.name, mistake, entry, self._mistakes, menu.attempts))
        if self._mistakes < menu.attempts:
            said = () if mistake is Mistake.SILENCE else (menu.wrong or AFTER[mistake],)
            self._speak(*said, self._prompt())
        elif self._asks and self._asks[0].optional:
            self._skip(self._asks[0])
        else:
            self._otherwise()
