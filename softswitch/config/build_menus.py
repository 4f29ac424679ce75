"""Menus and destinations of a sound file -> the plain ones that routing and the interpreter know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from softswitch.config.models.destinations import KEYS, Choice, Destination, Say
from softswitch.config.models.menus import Ask, Menu
from softswitch.config.models.root import Configuration
from softswitch.dialplan.plan import Dial, DialPlan
from softswitch.ivr import settings as ivr
from softswitch.routing import Patterns
from softswitch.types import (
    AgentName,
    HangUp,
    Language,
    MailboxName,
    MenuName,
    Prompt,
    QueueName,
    Reject,
    ToAgent,
    ToCallback,
    ToMenu,
    ToMessage,
    ToNumber,
    ToQueue,
    ToVoicemail,
    TrunkName,
)
from softswitch.types import Destination as PlainDestination

_WORDS: Mapping[str, ivr.Repeat | ivr.Back | HangUp] = MappingProxyType(
    {"repeat": ivr.Repeat(), "back": ivr.Back(), "hangup": HangUp()}
)


@dataclass(frozen=True, slots=True)
class Voice:
    """What is the same for all destinations: the languages, the dial plan."""

    languages: tuple[Language, ...]
    plan: DialPlan = field(default_factory=DialPlan)
    """By which numbers outside are dialled that destinations name."""

    def prompt(self, say: Say | None, play: Path | None) -> Prompt:
        """A prompt; its texts are in the order of the switch's languages, so that the default comes first."""
        if play is not None:
            return Prompt(play=play.absolute())
        if say is None:
            return Prompt()
        if isinstance(say, str):
            return Prompt(say={self.languages[0]: str(say)})
        texts = {Language(language): str(text) for language, text in say.items()}
        return Prompt(say={language: texts[language] for language in self.languages if language in texts})

    def outside(self, number: str, via: Sequence[str] | None) -> ToNumber:
        """A number outside, by these trunks or those of the plan, whatever agents may dial."""
        decision = self.plan.whatever_it_costs(number)
        emergency = isinstance(decision, Dial) and decision.emergency
        if via is not None:
            return ToNumber(number, tuple(map(TrunkName, via)), emergency)
        assert isinstance(decision, Dial), decision
        return ToNumber(decision.number, decision.trunks, emergency)


def destination(to: Destination | str, voice: Voice) -> PlainDestination:
    """Where a call goes, anywhere but in a menu's keys."""
    if isinstance(to, str):
        return HangUp()
    if to.menu is not None:
        return ToMenu(MenuName(to.menu))
    if to.queue is not None:
        return ToQueue(QueueName(to.queue), to.priority, dict(to.needs))
    if to.callback is not None:
        return ToCallback(QueueName(to.callback))
    if to.agent is not None:
        return ToAgent(None if to.agent == "dialled" else AgentName(to.agent))
    if to.dial is not None:
        return voice.outside(to.dial, to.via)
    if to.voicemail is not None:
        return ToVoicemail(MailboxName(to.voicemail))
    return ToMessage(voice.prompt(to.say, to.play)) if to.reject is None else Reject(to.reject)


def menu_tree(file: Configuration, voice: Voice) -> ivr.MenuTree:
    """All menus, and whose extension is whose."""
    extensions = {agent.number: name for name, agent in file.agents.items() if agent.number is not None}
    menus = {MenuName(name): _menu(name, menu, extensions, voice) for name, menu in file.menus.items()}
    return ivr.MenuTree(menus, extensions)


def _menu(name: str, menu: Menu, extensions: Mapping[str, str], voice: Voice) -> ivr.Menu:
    return ivr.Menu(
        name=MenuName(name),
        prompt=voice.prompt(menu.say, menu.play),
        choices=dict(_choices(menu, extensions, voice)),
        wait=menu.wait,
        attempts=menu.attempts,
        otherwise=ivr.Back() if menu.otherwise == "back" else destination(menu.otherwise, voice),
        wrong=None if menu.wrong is None else voice.prompt(menu.wrong.say, menu.wrong.play),
        asks=tuple(_ask(ask, question, voice) for ask, question in menu.ask.items()),
        open=menu.open,
        closed=None if menu.closed is None else _choice(menu.closed, menu, voice),
    )


def _choices(menu: Menu, extensions: Mapping[str, str], voice: Voice) -> Iterator[tuple[str, ivr.Choice]]:
    """Keys and what they lead to; one with x is each extension of that form that is no key itself."""
    keys = {KEYS.get(text, text): choice for text, choice in menu.choices.items()}
    for key, choice in keys.items():
        if "x" not in key:
            yield key, _choice(choice, menu, voice)
            continue
        pattern = Patterns([key])
        language = _language(choice.language if isinstance(choice, Choice) else None)
        for extension, agent in extensions.items():
            if extension not in keys and pattern.first(extension) is not None:
                yield extension, ivr.Choice(ToAgent(AgentName(agent)), language)


def _choice(choice: Choice | str, menu: Menu, voice: Voice) -> ivr.Choice:
    if isinstance(choice, str):
        return ivr.Choice(_WORDS[choice])
    language = _language(choice.language)
    if choice.agent == "entered":
        return ivr.Choice(
            ivr.ToEntered("extension" if "extension" in menu.ask else next(iter(menu.ask))), language
        )
    return ivr.Choice(destination(choice, voice) if choice.goals else None, language)


def _language(name: str | None) -> Language | None:
    return None if name is None else Language(name)


def _ask(name: str, ask: Ask, voice: Voice) -> ivr.Ask:
    then: PlainDestination | ivr.ToEntered | None = None
    if isinstance(ask.then, Destination) and ask.then.agent == "entered":
        then = ivr.ToEntered(name)
    elif ask.then is not None:
        then = destination(ask.then, voice)
    return ivr.Ask(name, voice.prompt(ask.say, ask.play), ask.digits, ask.optional, then)
