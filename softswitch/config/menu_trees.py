"""Every menu as a tree: which key leads where, in the order in which a caller comes to them."""

from __future__ import annotations

from rich.text import Text
from rich.tree import Tree

from softswitch.config.settings import SwitchSettings
from softswitch.ivr.settings import Back, Choice, Menu, Repeat, ToEntered
from softswitch.types import (
    Destination,
    Language,
    MenuName,
    Prompt,
    Reject,
    ToAgent,
    ToCallback,
    ToMenu,
    ToMessage,
    ToNumber,
    ToQueue,
    ToVoicemail,
)

_TEXT_SHOWN = 70
"""Characters of a prompt."""

Target = Destination | Repeat | Back | ToEntered | None


def menu_trees(settings: SwitchSettings) -> list[Tree | Text]:
    """A tree for each menu that a number leads to, with the menus below it; then those that are left.

    A menu that stands in a tree already is only named there.
    """
    shown: set[MenuName] = set()
    language = settings.media.languages[0]
    parts: list[Tree | Text] = []
    starts = [rule.then.menu for rule in settings.routing.numbers if isinstance(rule.then, ToMenu)]
    for name in [*starts, *settings.menus.menus]:
        if name in settings.menus.menus and name not in shown:
            tree = Tree(Text("menu "), guide_style="dim")
            _grow(tree, settings, name, language, shown)
            parts += [tree, Text()]
    return [Text("\nMenus", style="bold"), *parts] if parts else [Text()]


def where(to: Target) -> Text:
    """A destination in a few words."""
    kind, name = _words(to)
    return Text.assemble(f"{kind} ", (name, "cyan")) if name else Text(kind)


def _words(to: Target) -> tuple[str, str]:
    words = {Repeat: "once more", Back: "back"}.get(type(to), "hang up"), ""
    match to:
        case ToMenu(menu):
            words = "menu", menu
        case ToQueue(queue, priority, needs):
            skills = "".join(f", needs {skill} {level}" for skill, level in needs.items())
            words = "queue", (f"{queue} as {priority}" if priority else queue) + skills
        case ToCallback(queue):
            words = "call back by queue", queue
        case ToAgent(agent):
            words = "agent", agent or "whose extension was dialled"
        case ToEntered():
            words = "agent", "whose extension was entered"
        case ToNumber(number, trunks):
            words = "call", f"{number} by {', then '.join(trunks)}"
        case ToMessage(prompt):
            words = "message", _heard(prompt)
        case ToVoicemail(mailbox):
            words = "voicemail", mailbox
        case Reject(status):
            words = "refused with", str(status)
    return words


def _heard(prompt: Prompt, language: Language | None = None) -> str:
    if prompt.play is not None:
        return prompt.play.name
    text = " ".join((prompt.text(language) if language else next(iter(prompt.say.values()), "")).split())
    return text if len(text) <= _TEXT_SHOWN else text[: _TEXT_SHOWN - 1] + "…"


def _grow(
    branch: Tree, settings: SwitchSettings, name: MenuName, language: Language, shown: set[MenuName]
) -> None:
    """Write out a menu on a branch, and on it those that its keys lead to."""
    shown.add(name)
    menu = settings.menus.menus[name]
    assert isinstance(branch.label, Text)
    branch.label.append(name, "bold cyan").append(f"  “{_heard(menu.prompt, language)}”", "dim")
    for ask in menu.asks:
        digits = f"{ask.digits} digits" if ask.digits else "digits and #"
        leads = f", then {where(ask.then)}" if ask.then is not None else ""
        branch.add(Text(f"asks for {ask.name}: {digits}{', or none' if ask.optional else ''}{leads}"))
    if menu.closed is not None:
        _step(branch, settings, f"closed ({menu.open})", menu.closed, language, shown)
    for key, choice in menu.choices.items():
        _step(branch, settings, key, choice, language, shown)
    _step(branch, settings, _patience(menu), Choice(menu.otherwise), language, shown)


def _patience(menu: Menu) -> str:
    if not menu.choices:
        return "then"
    return f"after {menu.attempts} mistake{'' if menu.attempts == 1 else 's'}"


def _step(
    branch: Tree, settings: SwitchSettings, key: str, choice: Choice, language: Language, shown: set[MenuName]
) -> None:
    language = choice.language or language
    line = Text.assemble((key, "bold"), " → ")
    if choice.language:
        line.append(f"language {choice.language}, ")
    if isinstance(choice.then, ToMenu) and choice.then.menu not in shown:
        _grow(branch.add(line.append("menu ")), settings, choice.then.menu, language, shown)
    else:
        branch.add(line.append_text(Text("the same menu") if choice.then is None else where(choice.then)))
