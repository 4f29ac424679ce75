"""A caller for tests of menus: presses keys, waits, and remembers all that was done about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from softswitch.ivr.actions import Action, Collected, Go, MenuEntered, Mistake, Mistaken, Play, StopPrompt
from softswitch.ivr.events import DigitPressed, Event, PromptEnded, Started, TimerExpired
from softswitch.ivr.interpreter import Interpreter, State
from softswitch.ivr.settings import Ask, Back, Choice, Menu, MenuTree, Repeat, ToEntered
from softswitch.types import Destination, Language, MenuName, Prompt, QueueName, ToMenu, ToQueue

EN, PL = Language("en"), Language("pl")


def say(text: str) -> Prompt:
    return Prompt({EN: text, PL: f"pl {text}"})


def queue(name: str, priority: str | None = None) -> ToQueue:
    return ToQueue(QueueName(name), priority)


def to(name: str) -> ToMenu:
    return ToMenu(MenuName(name))


Then = Destination | Repeat | Back | ToEntered | Choice


def menu(name: str, choices: Mapping[str, Then], **rest: object) -> Menu:
    """A menu that says its own name."""
    keys = {key: then if isinstance(then, Choice) else Choice(then) for key, then in choices.items()}
    plain = Menu(MenuName(name), say(name), keys)
    return replace(plain, **rest)  # type: ignore[arg-type]


def ask(name: str, digits: int | None = None, **rest: object) -> Ask:
    """An ask that says `<name>?`."""
    return replace(Ask(name, say(f"{name}?"), digits), **rest)  # type: ignore[arg-type]


class Caller:
    """Calls the first of the menus; `heard` are the texts since the last look, in the call's language."""

    def __init__(
        self,
        *menus: Menu,
        extensions: Mapping[str, str] | None = None,
        is_open: Callable[[str], bool] = lambda _: True,
        collected: Mapping[str, str] | None = None,
        start: bool = True,
    ) -> None:
        tree = MenuTree({one.name: one for one in menus}, extensions or {})
        self.menus = Interpreter(tree, menus[0].name, EN, is_open=is_open, collected=collected)
        self.now = 100.0
        self.log: list[Action] = []
        if start:
            self.tell(Started())

    def tell(self, event: Event) -> list[Action]:
        actions = self.menus.receive(event, self.now)
        self.log += actions
        return actions

    def press(self, keys: str) -> Caller:
        """Press keys one after the other, quickly."""
        for key in keys:
            self.tell(DigitPressed(key))
        return self

    def listen(self) -> Caller:
        """Hear the prompt to its end."""
        self.now += 1.0
        self.tell(PromptEnded())
        return self

    def wait(self) -> Caller:
        """Press nothing until the menus' patience ends."""
        deadline = self.menus.next_deadline()
        assert deadline is not None
        self.now = deadline
        self.tell(TimerExpired())
        return self

    def say_nothing(self, times: int = 1) -> Caller:
        """Hear the prompt and press nothing."""
        for _ in range(times):
            if self.menus.state is State.SPEAKING:
                self.listen()
            if self.menus.state is State.WAITING:
                self.wait()
        return self

    @property
    def heard(self) -> list[str]:
        """The texts that began to sound since the last look."""
        texts = [p.text(a.language) for a in self.log if isinstance(a, Play) for p in a.prompts]
        self.log = [action for action in self.log if not isinstance(action, Play)]
        return texts

    @property
    def path(self) -> list[str]:
        return [action.menu for action in self.log if isinstance(action, MenuEntered)]

    @property
    def entries(self) -> dict[str, str]:
        return {action.name: action.digits for action in self.log if isinstance(action, Collected)}

    @property
    def mistakes(self) -> list[Mistake]:
        return [action.mistake for action in self.log if isinstance(action, Mistaken)]

    @property
    def cuts(self) -> int:
        return sum(isinstance(action, StopPrompt) for action in self.log)

    @property
    def went(self) -> Destination | None:
        """Where the call left the menus for; None: it is still in them."""
        ends: Iterable[Destination] = (action.destination for action in self.log if isinstance(action, Go))
        return next(iter(ends), None)
