"""`softswitch try`: one call's way through the configuration, step by step and without any SIP.

Pure: it drives the same `Interpreter` that live calls do, on virtual time. When the keys run out, the caller
is silent.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from softswitch.config.hearing import in_queue
from softswitch.config.settings import CallbackRules, SwitchSettings
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
from softswitch.rounds import AT_ONCE
from softswitch.routing import CallerRule, normalise
from softswitch.rules import Entrance, Facts, Then, decide, together, words
from softswitch.types import (
    AgentName,
    Destination,
    HangUp,
    Language,
    MenuName,
    Reject,
    Seconds,
    ToAgent,
    ToCallback,
    ToMenu,
    ToMessage,
    ToNumber,
    ToQueue,
)
from softswitch.walk.queues import AS_USUAL, Circumstances, sent_on
from softswitch.walk.steps import SILENCE, Kind, Step
from softswitch.wording import class_words, heard, leads_to, spoken

ROUNDS = 2
"""So often the same destination is told."""


def walk(
    settings: SwitchSettings,
    dialled: str,
    keys: Sequence[str],
    caller: str,
    at: datetime,
    agent: AgentName | None = None,
    circumstances: Circumstances = AS_USUAL,
) -> list[Step]:
    """Every step of a call from `caller` (may be empty), or from an agent's phone, to `dialled`.

    `keys` as `parse_keys` gives them. A naive `at` is on the wall clock of whichever schedule is asked.
    """
    return _Walk(settings, dialled, caller, at, circumstances).steps(keys, agent)


class _Walk:
    """One walk: gathers steps while it drives the interpreter."""

    def __init__(
        self,
        settings: SwitchSettings,
        dialled: str,
        caller: str,
        at: datetime,
        circumstances: Circumstances = AS_USUAL,
    ) -> None:
        self._settings = settings
        self._circumstances = circumstances
        self._way: list[str] = []  # where queues sent the call on to
        self._waited = False  # on this way
        self._dialled = dialled
        self._caller = caller
        self._at = at
        self._steps: list[Step] = []
        self._asked: set[str] = set()
        self._pressed: dict[MenuName, str] = {}
        self._entered: dict[str, str] = {}
        self._spent: set[str] = set()
        self._rule: CallerRule | None = None
        self._language: Language = settings.media.languages[0]
        self._sounding = 0  # the first step of the last prompts
        self._quick = False  # the last key was pressed a moment ago
        self._keys: deque[str] = deque()  # that are still to be pressed

    def steps(self, keys: Sequence[str], agent: AgentName | None) -> list[Step]:
        """The whole walk."""
        self._keys.extend(keys)
        meaning = self._settings.features.meaning(normalise(self._dialled)) if agent else None
        if meaning is not None:
            self._code(*meaning)
        else:
            self._lead((self._of_an_agent(agent) if agent else None) or self._arrive())
        if self._keys:
            self._note(Kind.UNUSED, ",".join(self._keys), "these keys do nothing where the call is then")
        return self._steps

    def _lead(self, destination: Destination) -> None:
        if isinstance(destination, ToMenu):
            self._menus(destination.menu)
        else:
            self._end(destination)

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
            self._note(Kind.NUMBER, self._dialled, f'→ {leads_to(rule.then)}, by the line "{rule.pattern}"')
            destination = rule.then
        self._who()
        if self._rule is not None and self._rule.reject is not None:
            return Reject(self._rule.reject)
        return destination

    def _who(self) -> None:
        """The caller's class, with the hours that it depends on."""
        if not self._caller:
            return
        classify, dialled = self._settings.routing.classify, self._forms(self._dialled)
        self._rule = classify(*self._forms(self._caller), dialled=dialled, is_open=self._is_open)
        self._language = (self._rule and self._rule.language) or self._language
        self._note(Kind.CALLER, self._caller, class_words(self._rule))

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

    def _menus(self, start: MenuName) -> None:
        self._now: Seconds = 0.0
        menus, known = self._settings.menus, self._entered
        self._interpreter = Interpreter(menus, start, self._language, is_open=self._is_open, collected=known)
        self._tell(Started())
        while self._keys and self._interpreter.state is not State.DONE:
            key = self._keys.popleft()
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
                    self._note(Kind.SAYS, *heard(prompt, language, self._settings.media.sentences))
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
                self._pressed.setdefault(menu, "")
                self._note(Kind.MENU, menu)
            case MenuClosed(menu):
                closed = self._settings.menus.menus[menu].closed
                self._note(Kind.MENU, menu, f"closed → {leads_to(closed.then if closed else HangUp())}")
            case Chosen(menu, key, choice):
                self._pressed[menu] = key
                self._note(Kind.KEY, key, f"→ {leads_to(choice.then)}")
            case Collected(name, digits):
                self._entered[name] = digits
                self._note(Kind.NUMBER_ENTERED, digits, name)
            case Skipped(name):
                self._note(Kind.NUMBER_ENTERED, "nothing", f"{name} is optional")
            case Mistaken():
                self._mistake(note)
            case Otherwise(menu):
                self._note(Kind.OTHERWISE, f"→ {leads_to(self._settings.menus.menus[menu].otherwise)}")

    def _mistake(self, action: Mistaken) -> None:
        attempt = f"attempt {action.attempt} of {action.attempts}"
        if action.mistake is Mistake.SILENCE:
            self._note(Kind.SILENCE, "no key is pressed", attempt)
        else:
            self._note(Kind.MISTAKE, f"{action.entry or 'nothing'}: {action.mistake}", attempt)

    # The end. --------------------------------------------------------------------------------------

    def _end(self, destination: Destination) -> None:
        match destination:
            case ToQueue():
                self._join(destination)
            case ToAgent(agent):
                name = agent or self._settings.menus.extensions.get(normalise(self._dialled), "")
                phone = self._settings.phones.get(AgentName(name))
                if phone is None:
                    self._note(Kind.END, "reject 404", f"no agent has the extension {self._dialled}")
                else:
                    self._note(Kind.END, f"agent {phone.agent}", f"{phone.name}, {phone.reached_at}")
            case ToCallback(queue):
                rules = self._settings.callbacks.get(queue, CallbackRules())
                self._note(Kind.END, f"call back by queue {queue}", f"number: {rules.number}")
            case ToNumber(number, trunks):
                self._note(Kind.END, f"call {number}", f"by {', then '.join(trunks)}")
            case ToMessage(prompt):
                self._note(Kind.SAYS, spoken(prompt, self._language))
                self._note(Kind.END, "hang up")
            case _:
                self._note(Kind.END, leads_to(destination))

    def _join(self, to: ToQueue) -> None:
        """Into a queue, or where its rules send the call instead."""
        entrance = self._settings.entrances.get(to.queue, Entrance())
        decision = decide(entrance.rules, self._facts(to), self._spent)
        then = Then() if decision is None else decision.rule.then
        if decision is not None:
            said = words(then) if decision.goes is None else leads_to(decision.goes)
            self._note(Kind.RULE, f"{decision.rule.name} → {said}", decision.why)
            if decision.goes is not None:
                self._spent.add(decision.rule.name)
                self._go(decision.goes)
                return
        queue = self._settings.engine.queues[to.queue]
        hours = self._settings.queue_hours.get(to.queue)
        sent = sent_on(queue, self._circumstances, is_open=hours is None or self._is_open(hours))
        if sent is None or sent.after is not None:
            self._note(Kind.END, f"queue {to.queue}", self._queue(to, then))
            for text, when in in_queue(self._settings, to.queue, self._language):
                self._note(Kind.HEARD, text, when)
            if (key := self._pressed_in(entrance.keys)) is not None:
                self._note(Kind.KEY, key, f"→ {leads_to(entrance.keys[key])}, while waiting")
                self._go(entrance.keys[key], AT_ONCE)
                return
        if sent is not None:
            self._note(Kind.SENT_ON, f"queue {to.queue} {sent.why}", f"→ {leads_to(sent.to)}")
            self._go(sent.to, sent.after or 0.0)

    def _pressed_in(self, keys: Mapping[str, Destination]) -> str | None:
        """The next key that leads on from a queue; None: none does. Those before it do nothing."""
        if not keys.keys() & self._keys:
            return None
        vain = []
        while (key := self._keys.popleft()) not in keys:
            vain += [key] * (key != SILENCE)
        if vain:
            self._note(Kind.UNUSED, ",".join(vain), "does nothing while waiting")
        return key

    def _go(self, to: Destination, stayed: Seconds = 0.0) -> None:
        """On from a queue, after so long there."""
        self._way.append(leads_to(to))
        self._waited = self._waited or stayed >= AT_ONCE
        if self._way.count(self._way[-1]) > ROUNDS:
            before = len(self._way) - 2 - self._way[-2::-1].index(self._way[-1])
            way = " → ".join(self._way[before:])
            self._note(Kind.END, "and so on" if self._waited else "unavailable", f"goes round: {way}")
        else:
            self._lead(to)

    def _facts(self, to: ToQueue) -> Facts:
        return Facts(
            queue=to.queue,
            is_open=self._is_open,
            number=self._forms(self._caller or "anonymous"),
            dialled=self._forms(self._dialled),
            caller=self._rule.name if self._rule else None,
            pressed=self._pressed,
            entered=self._entered,
            language=self._language,
        )

    def _queue(self, to: ToQueue, then: Then) -> str:
        queue, rule = self._settings.engine.queues[to.queue], self._rule
        wanted = then.priority or to.priority or (rule and rule.priority) or "default"
        priority = wanted if wanted in queue.priority else "default"
        agents = ", ".join(queue.agents) or "nobody"
        needs = together(queue.needs, to.needs, then.needs, rule.needs if rule else {})
        skills = "".join(f", needs {skill} {level}" for skill, level in needs.items())
        preferred = then.preferred or (rule and rule.preferred)
        first = f", {preferred} first" if preferred else ""
        points = f"{queue.priority[priority]:g}"
        return f"priority {priority} ({points}), {queue.strategy} over {agents}{skills}{first}"
