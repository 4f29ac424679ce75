"""`softswitch try`: one call's way through the configuration, step by step and without any SIP.

Pure: it drives the same `Interpreter` that live calls do, on virtual time. When the keys run out, the caller
is silent.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from softswitch.config.settings import SwitchSettings
from softswitch.dialplan.codes import Code
from softswitch.dialplan.plan import Refused
from softswitch.dialplan.way_out import way_out
from softswitch.hours import Standing, state
from softswitch.ivr.actions import (
    Action,
    Chosen,
    Collected,
    Go,
    MenuClosed,
    MenuEntered,
    Mistake,
    Mistaken,
    Note,
    Otherwise,
    Play,
    SetLanguage,
    Skipped,
    StopPrompt,
)
from softswitch.ivr.events import DigitPressed, Event, PromptEnded, Started, TimerExpired
from softswitch.ivr.interpreter import Interpreter, State
from softswitch.ivr.settings import Back, Repeat, ToEntered
from softswitch.routing import CallerRule, normalise
from softswitch.types import (
    AgentName,
    Destination,
    HangUp,
    Language,
    MenuName,
    Prompt,
    Reject,
    Seconds,
    ToAgent,
    ToMenu,
    ToMessage,
    ToNumber,
    ToQueue,
    ToVoicemail,
)

SILENCE = "-"
"""The key that is none: the caller waits until the menu loses patience."""

_NAMED = {"star": "*", "hash": "#"}


class Kind(StrEnum):
    """What a step is about."""

    NUMBER = "number"
    CALLER = "caller"
    HOURS = "hours"
    MENU = "menu"
    SAYS = "says"
    KEY = "key"
    SILENCE = "silence"
    MISTAKE = "mistake"
    NUMBER_ENTERED = "entered"
    LANGUAGE = "language"
    OTHERWISE = "otherwise"
    ADVICE = "advice"
    UNUSED = "unused"
    END = "end"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the walk."""

    kind: Kind
    text: str
    note: str = ""
    """Why, or what follows from it."""


def parse_keys(text: str) -> list[str]:
    """The keys of `--keys 2,1`: between commas one key, several in a row (`123456#`), or `-` for silence.

    `star` and `hash` are * and #, which shells have their own ideas about.

    A comma is a pause long enough to end an entry. Raises ValueError, which says what to write.
    """
    words = [word.strip() for word in text.split(",")] if text.strip() else []
    keys = [_NAMED.get(word, word) for word in words]
    for key in keys:
        if not re.fullmatch(r"-|[0-9*#A-D]+", key):
            raise ValueError(
                f'"{key}" is no key: write digits, * and #, a comma between two menus, and - for silence,'
                " as 2,1 or 2,123456#,-,1"
            )
    return keys


def walk(
    settings: SwitchSettings,
    dialled: str,
    keys: Sequence[str],
    caller: str,
    at: datetime,
    agent: AgentName | None = None,
) -> list[Step]:
    """Every step of a call from `caller` (may be empty), or from an agent's phone, to `dialled`.

    `keys` as `parse_keys` gives them. A naive `at` is on the wall clock of whichever schedule is asked.
    """
    return _Walk(settings, dialled, caller, at).steps(keys, agent)


class _Walk:
    """One walk: gathers steps while it drives the interpreter."""

    def __init__(self, settings: SwitchSettings, dialled: str, caller: str, at: datetime) -> None:
        self._settings = settings
        self._dialled = dialled
        self._caller = caller
        self._at = at
        self._rule: CallerRule | None = settings.routing.classify(*self._forms(caller)) if caller else None
        self._language: Language = (self._rule and self._rule.language) or settings.media.languages[0]
        self._steps: list[Step] = []
        self._asked: set[str] = set()
        self._sounding = 0  # the first step of the last prompts
        self._quick = False  # the last key was pressed a moment ago

    def steps(self, keys: Sequence[str], agent: AgentName | None) -> list[Step]:
        """The whole walk."""
        meaning = self._settings.features.meaning(normalise(self._dialled)) if agent else None
        if meaning is not None:
            self._code(*meaning)
            self._unused(keys)
            return self._steps
        destination = (self._of_an_agent(agent) if agent else None) or self._arrive()
        if isinstance(destination, ToMenu):
            self._menus(destination.menu, keys)
        else:
            self._end(destination)
            self._unused(keys)
        return self._steps

    def _forms(self, number: str) -> tuple[str, ...]:
        """A number as it is, and as E.164 where carriers bring calls."""
        arrived = self._settings.dialplan.numbering.arrived(number)
        return (number, arrived) if self._settings.trunks else (number,)

    def _note(self, kind: Kind, text: str, note: str = "") -> None:
        self._steps.append(Step(kind, text, note))

    def _arrive(self) -> Destination:
        rule = self._settings.routing.rule(*self._forms(self._dialled))
        if rule is None:
            self._note(Kind.NUMBER, self._dialled, "no line of `numbers` matches")
            destination: Destination = Reject(404)
        else:
            self._note(Kind.NUMBER, self._dialled, f'→ {_name(rule.then)}, by the line "{rule.pattern}"')
            destination = rule.then
        if self._caller:
            self._note(Kind.CALLER, self._caller, _class(self._rule))
        if self._rule is not None and self._rule.reject is not None:
            return Reject(self._rule.reject)
        return destination

    def _of_an_agent(self, agent: AgentName) -> Destination | None:
        """What only agents can dial: colleagues and numbers outside. None: as anybody."""
        settings, dialled = self._settings, normalise(self._dialled)
        if dialled in settings.menus.extensions:
            self._note(Kind.NUMBER, self._dialled, "the extension of an agent, dialled by another")
            return ToAgent(None)
        decision = way_out(settings.dialplan, settings.routing, agent, dialled)
        if decision is None:
            return None
        self._note(Kind.NUMBER, self._dialled, decision.why)
        if isinstance(decision, Refused):
            self._note(Kind.ADVICE, decision.advice, "where it should be allowed")
            return Reject(decision.status)
        return ToNumber(decision.number, decision.trunks, decision.emergency)

    def _code(self, code: Code, digits: str) -> None:
        """An agent's own business, or a call that rings at a colleague."""
        settings, what = self._settings, ""
        if code is Code.PICK_UP:
            what = settings.menus.extensions.get(digits, "") if digits else "whoever rings longest"
        elif digits:
            what = settings.features.reasons.get(digits, "")
        self._note(Kind.NUMBER, self._dialled, f"the code to {code}" + (f": {what}" if what else ""))
        if digits and not what:
            self._note(Kind.MISTAKE, f"no {'extension' if code is Code.PICK_UP else 'reason'} is {digits}")
        if code is Code.VOICEMAIL:
            self._note(Kind.END, "own messages", "of the agent's mailboxes, new ones first")
        elif code is not Code.PICK_UP:
            self._note(Kind.END, "hang up", "after a voice has told what became of it")
        elif what:
            self._note(Kind.END, "the call that rings there", "of a queue that both serve; else reject 404")
        else:
            self._note(Kind.END, "reject 404")

    # Menus. ----------------------------------------------------------------------------------------

    def _menus(self, start: MenuName, keys: Sequence[str]) -> None:
        self._now: Seconds = 0.0
        self._interpreter = Interpreter(self._settings.menus, start, self._language, is_open=self._is_open)
        self._tell(Started())
        for place, key in enumerate(keys):
            if self._interpreter.state is State.DONE:
                self._unused(keys[place:])
                return
            if key == SILENCE:
                self._silence()
                continue
            for digit in key:
                self._tell(DigitPressed(digit))
                self._quick = True
            self._quick = False
            if self._interpreter.entry:
                self._pause()
        while self._interpreter.state is not State.DONE:
            self._silence()

    def _is_open(self, name: str) -> bool:
        schedule = self._settings.hours.schedules[name]
        zone = ZoneInfo(schedule.timezone)
        moment = self._at if self._at.tzinfo else self._at.replace(tzinfo=zone)
        now = state(schedule, moment)
        if name not in self._asked:
            self._asked.add(name)
            what = f"{now.standing} ({now.holiday})" if now.holiday else str(now.standing)
            until = f" until {now.until.astimezone(zone):%a %Y-%m-%d %H:%M}" if now.until else ""
            self._note(
                Kind.HOURS, f"{name}: {what}{until}", f"at {moment.astimezone(zone):%Y-%m-%d %H:%M %Z}"
            )
        return now.standing is Standing.OPEN

    def _tell(self, event: Event) -> None:
        for action in self._interpreter.receive(event, self._now):
            self._write(action)

    def _pause(self) -> None:
        self._now = self._interpreter.next_deadline() or self._now
        self._tell(TimerExpired())

    def _silence(self) -> None:
        if self._interpreter.state is State.SPEAKING:
            self._tell(PromptEnded())
        if self._interpreter.state is State.WAITING:
            self._pause()

    def _write(self, action: Action) -> None:
        match action:
            case Play(prompts, language):
                self._sounding = len(self._steps)
                for prompt in prompts:
                    self._note(Kind.SAYS, _spoken(prompt, language), "" if prompt.play else language)
            case SetLanguage(language):
                self._language = language
                self._note(Kind.LANGUAGE, language, "rules all speech from here on")
            case Go(destination):
                self._end(destination)
            case StopPrompt():
                self._cut()
            case _:
                self._write_note(action)

    def _cut(self) -> None:
        """Tell of prompts that quick keys leave no time for; what a pause leaves time for counts as heard."""
        if self._quick:
            self._steps[self._sounding :] = [
                replace(s, note=f"{s.note} cut".strip()) for s in self._steps[self._sounding :]
            ]

    def _write_note(self, note: Note) -> None:
        match note:
            case MenuEntered(menu):
                self._note(Kind.MENU, menu)
            case MenuClosed(menu):
                closed = self._settings.menus.menus[menu].closed
                self._note(Kind.MENU, menu, f"closed → {_name(closed.then if closed else HangUp())}")
            case Chosen(_, key, choice):
                self._note(Kind.KEY, key, f"→ {_name(choice.then)}")
            case Collected(name, digits):
                self._note(Kind.NUMBER_ENTERED, digits, name)
            case Skipped(name):
                self._note(Kind.NUMBER_ENTERED, "nothing", f"{name} is optional")
            case Mistaken():
                self._mistake(note)
            case Otherwise(menu):
                self._note(Kind.OTHERWISE, f"→ {_name(self._settings.menus.menus[menu].otherwise)}")

    def _mistake(self, action: Mistaken) -> None:
        attempt = f"attempt {action.attempt} of {action.attempts}"
        if action.mistake is Mistake.SILENCE:
            self._note(Kind.SILENCE, "no key is pressed", attempt)
        else:
            self._note(Kind.MISTAKE, f"{action.entry or 'nothing'}: {action.mistake}", attempt)

    def _unused(self, keys: Sequence[str]) -> None:
        if keys:
            self._note(Kind.UNUSED, ",".join(keys), "the call had left the menus before these keys")

    # The end. --------------------------------------------------------------------------------------

    def _end(self, destination: Destination) -> None:
        match destination:
            case ToQueue():
                self._note(Kind.END, f"queue {destination.queue}", self._queue(destination))
            case ToAgent(agent):
                name = agent or self._settings.menus.extensions.get(normalise(self._dialled), "")
                phone = self._settings.phones.get(AgentName(name))
                if phone is None:
                    self._note(Kind.END, "reject 404", f"no agent has the extension {self._dialled}")
                else:
                    self._note(Kind.END, f"agent {phone.agent}", f"{phone.name}, {phone.reached_at}")
            case ToNumber(number, trunks):
                self._note(Kind.END, f"call {number}", f"by {', then '.join(trunks)}")
            case ToMessage(prompt):
                self._note(Kind.SAYS, _spoken(prompt, self._language))
                self._note(Kind.END, "hang up")
            case _:
                self._note(Kind.END, _name(destination))

    def _queue(self, to: ToQueue) -> str:
        queue = self._settings.engine.queues[to.queue]
        wanted = to.priority or (self._rule and self._rule.priority) or "default"
        priority = wanted if wanted in queue.priority else "default"
        agents = ", ".join(queue.agents) or "nobody"
        return f"priority {priority} ({queue.priority[priority]:g}), {queue.strategy} over {agents}"


def _class(rule: CallerRule | None) -> str:
    if rule is None:
        return "in no caller class"
    means = {"priority": rule.priority, "language": rule.language, "reject": rule.reject}
    return ", ".join([rule.name, *(f"{key} {value}" for key, value in means.items() if value is not None)])


def _spoken(prompt: Prompt, language: Language) -> str:
    return f"file {prompt.play}" if prompt.play else f'"{prompt.text(language)}"'


def _name(then: Destination | Repeat | Back | ToEntered | None) -> str:
    """What a key, a line or an end leads to, in a few words."""
    match then:
        case ToEntered(ask):
            return f"agent of the {ask} entered"
        case Back():
            return "back"
        case Repeat() | None:
            return "the menu again"
        case _:
            return _destination(then)


def _destination(to: Destination) -> str:
    match to:
        case ToMenu(menu):
            return f"menu {menu}"
        case ToQueue(queue, priority):
            return f"queue {queue}" + (f", priority {priority}" if priority else "")
        case ToAgent(agent):
            return f"agent {agent or 'of that extension'}"
        case ToNumber(number):
            return f"call {number}"
        case ToVoicemail(mailbox):
            return f"voicemail {mailbox}"
        case ToMessage():
            return "a message"
        case Reject(status):
            return f"reject {status}"
        case HangUp():
            return "hang up"
