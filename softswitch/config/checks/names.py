"""Every name that is mentioned is there, and none means two things."""

from __future__ import annotations

from collections.abc import Collection

from softswitch.acd.settings import DEFAULT_PRIORITIES
from softswitch.config.checks.scene import Loc, Scene, Use
from softswitch.config.models.destinations import KEYS, Choice
from softswitch.config.models.menus import Menu
from softswitch.config.models.queues import Queue
from softswitch.config.nearest import did_you_mean

BUILT_IN_MUSIC = ("classical", "silence")
"""Playlists that come with the switch."""

RESERVED_AGENTS = ("dialled", "entered")
"""Words that stand where an agent's name could."""


def check(scene: Scene) -> None:
    """All of this file."""
    for use in scene.uses():
        _destination(scene, use)
    _menus(scene)
    _queues(scene)
    _agents(scene)
    _teams(scene)
    _mailboxes(scene)
    for name in scene.configuration.music:
        if name in BUILT_IN_MUSIC:
            scene.wrong_key(("music", name), f"the playlist {name!r} is built in; choose another name")


def priorities(queue: Queue) -> dict[str, float]:
    """A queue's priority classes with their points; `default` is always there."""
    return {"default": 0.0} | (queue.priority.classes or dict(DEFAULT_PRIORITIES))


def known(scene: Scene, loc: Loc, kind: str, name: str, there: Collection[str]) -> bool:
    """Whether there is something of that name; if not, it is said."""
    if name not in there:
        scene.wrong(loc, f"no {kind} is called {name!r}{did_you_mean(name, there)}")
    return name in there


def _destination(scene: Scene, use: Use) -> None:
    loc, to = use.loc, use.to
    if to.menu is not None:
        known(scene, (*loc, "menu"), "menu", to.menu, scene.root.names("menus"))
    if to.queue is not None and known(scene, (*loc, "queue"), "queue", to.queue, scene.root.names("queues")):
        queue = scene.configuration.queues.get(to.queue)
        if to.priority is not None and queue is not None:
            kind = f"priority class of queue {to.queue!r}"
            known(scene, (*loc, "priority"), kind, to.priority, priorities(queue))
    if to.callback is not None:
        known(scene, (*loc, "callback"), "queue", to.callback, scene.root.names("queues"))
    if to.agent is not None:
        _agent(scene, use, to.agent)
    if to.voicemail is not None:
        known(scene, (*loc, "voicemail"), "mailbox", to.voicemail, scene.root.names("voicemail"))
    if isinstance(to, Choice) and to.language is not None:
        language(scene, (*loc, "language"), to.language)


def _agent(scene: Scene, use: Use, agent: str) -> None:
    loc: Loc = (*use.loc, "agent")
    if agent == "dialled" and use.section != "numbers":
        scene.wrong(loc, "`dialled` is for `numbers`; in a menu write `entered`, or an agent's name")
    elif agent == "entered":
        _entered(scene, use, loc)
    elif agent != "dialled":
        known(scene, loc, "agent", agent, scene.root.names("agents"))


def _entered(scene: Scene, use: Use, loc: Loc) -> None:
    """`{agent: entered}` needs something that was entered: an ask, or a key with x."""
    if len(use.loc) < 4 or use.loc[2] not in ("choices", "ask"):
        scene.wrong(loc, "`entered` is for the `choices` and the `ask` of a menu")
    elif use.loc[2] == "choices" and "x" not in str(use.loc[3]):
        asks = scene.configuration.menus[str(use.loc[1])].ask
        if "extension" not in asks and len(asks) != 1:
            scene.wrong(loc, "nothing was entered: this menu has no ask that is called `extension`")


def _menus(scene: Scene) -> None:
    for name, menu in scene.configuration.menus.items():
        if menu.open is not None:
            known(scene, ("menus", name, "open"), "set of hours", menu.open, scene.root.names("hours"))
        _keys(scene, name, menu)


def _keys(scene: Scene, name: str, menu: Menu) -> None:
    seen: dict[str, str] = {}
    for text, choice in menu.choices.items():
        loc: Loc = ("menus", name, "choices", text)
        key = KEYS.get(text, text)
        if key in seen:
            scene.wrong_key(loc, f"the key {key} is given twice, as {seen[key]!r} and as {text!r}")
        seen[key] = text
        if "x" in key and not (isinstance(choice, Choice) and choice.agent == "entered"):
            scene.wrong_key(loc, f"a key with x, as {key!r}, can lead to {{agent: entered}} only")


def language(scene: Scene, loc: Loc, name: str) -> None:
    """Whether that language is spoken here; if not, it is said."""
    languages = scene.configuration.media.languages
    if name not in languages:
        scene.wrong(loc, f"{name!r} is not among the languages in `media`, which are {', '.join(languages)}")


def _queues(scene: Scene) -> None:
    playlists = (*BUILT_IN_MUSIC, *scene.root.names("music"))
    teams = scene.root.names("teams")
    for name, queue in scene.configuration.queues.items():
        known(scene, ("queues", name, "music"), "playlist", queue.music, playlists)
        if queue.hours is not None:
            known(scene, ("queues", name, "hours"), "set of hours", queue.hours, scene.root.names("hours"))
        _helpers(scene, name, queue)
    for name in scene.root.names("queues"):
        if name not in teams:
            scene.problems.append(
                scene.root.key_place("queues", name).problem(
                    f"nobody serves queue {name!r}: add it to `teams`, as `{name}: {{agents: [...]}}`;"
                    " an empty list is a queue without agents"
                )
            )


def _helpers(scene: Scene, name: str, queue: Queue) -> None:
    for index, other in enumerate(queue.overflow.to if queue.overflow else ()):
        loc: Loc = ("queues", name, "overflow", "to", index)
        if other == name:
            scene.wrong(loc, f"queue {name!r} cannot help itself; name other queues")
        else:
            known(scene, loc, "queue", other, scene.root.names("queues"))


def _agents(scene: Scene) -> None:
    extensions: dict[str, str] = {}
    logins: dict[str, str] = {}
    for name, agent in scene.configuration.agents.items():
        if name in RESERVED_AGENTS:
            scene.wrong_key(
                ("agents", name), f"{name!r} has a meaning of its own; choose another name for the agent"
            )
        if agent.login is not None and logins.setdefault(agent.login, name) != name:
            scene.wrong(
                ("agents", name, "login"),
                f"the login {agent.login} is that of agent {logins[agent.login]!r} already",
            )
        if agent.number is not None and extensions.setdefault(agent.number, name) != name:
            scene.wrong(
                ("agents", name, "login" if agent.extension is None else "extension"),
                f"extension {agent.number} is that of agent {extensions[agent.number]!r} already",
            )


def _mailboxes(scene: Scene) -> None:
    agents = scene.root.names("agents")
    for name, box in scene.configuration.voicemail.items():
        for index, agent in enumerate(box.agents):
            known(scene, ("voicemail", name, "agents", index), "agent", agent, agents)
        if box.language is not None:
            language(scene, ("voicemail", name, "language"), box.language)
    used = {use.to.voicemail for use in scene.uses()}
    used |= {who.voicemail for who in scene.configuration.agents.values()}
    for name in scene.configuration.voicemail:
        if scene.complete and name not in used:
            scene.warn_key(("voicemail", name), f"nothing leads to mailbox {name!r}")
    for name, who in scene.configuration.agents.items():
        if who.voicemail is not None:
            loc: Loc = ("agents", name, "voicemail")
            known(scene, loc, "mailbox", who.voicemail, scene.root.names("voicemail"))


def _teams(scene: Scene) -> None:
    queues, agents = scene.root.names("queues"), scene.root.names("agents")
    for name, team in scene.configuration.teams.items():
        if name not in queues:
            scene.wrong_key(("teams", name), f"no queue is called {name!r}{did_you_mean(name, queues)}")
        for index, agent in enumerate(team.members):
            known(scene, ("teams", name, "agents", index), "agent", agent, agents)
