"""The dial plan: trunks and classes that are mentioned are there, emergency numbers get out, and no address
is that of two carriers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network

from softswitch.config.build_dialling import dial_plan
from softswitch.config.checks.scene import Loc, Scene
from softswitch.config.nearest import did_you_mean, nearest
from softswitch.dialplan.classes import BUILT_IN
from softswitch.dialplan.plan import Dial

MISSPELT = 0.8
"""How like a built-in class a class is at least that was surely meant to be that one, as premum."""


def check(scene: Scene) -> None:
    """All of this file."""
    _trunks(scene)
    _sources(scene)
    _logins(scene)
    _outside(scene)
    _callbacks(scene)
    _classes(scene)
    if scene.complete and scene.configuration.outbound:
        _emergency(scene)


def _trunks(scene: Scene) -> None:
    known = scene.root.names("trunks")
    vias: list[tuple[Loc, list[str] | None]] = [
        (("outbound", index), line.via) for index, line in enumerate(scene.configuration.outbound)
    ]
    vias += [(use.loc, use.to.via) for use in scene.uses()]
    vias += [(("agents", name), agent.via) for name, agent in scene.configuration.agents.items()]
    for owner, names in vias:
        for place, name in enumerate(names or ()):
            loc: Loc = (*owner, "via")
            if isinstance(scene.tree.at(*loc).value, list):
                loc = (*loc, place)
            if name not in known:
                scene.wrong(loc, f"no trunk is called {name!r}{did_you_mean(name, known)}")


def _outside(scene: Scene) -> None:
    """Numbers outside that no trunk is named for, and that no line of `outbound` takes."""
    if not scene.complete:
        return
    plan = dial_plan(scene.configuration)
    numbers: list[tuple[Loc, str]] = [
        ((*use.loc, "dial"), use.to.dial)
        for use in scene.uses()
        if use.to.dial is not None and use.to.via is None
    ]
    numbers += [
        (("agents", name, "dial"), agent.dial)
        for name, agent in scene.configuration.agents.items()
        if agent.dial is not None and agent.is_outside and agent.via is None
    ]
    for loc, number in numbers:
        decision = plan.whatever_it_costs(number)
        if not isinstance(decision, Dial):
            scene.wrong(loc, f"{decision.why}; {decision.advice}, or name a trunk by `via`")


def _callbacks(scene: Scene) -> None:
    """Customers are called back by the dial plan: without a line that calls, nobody ever is."""
    if not scene.complete or any(line.via for line in scene.configuration.outbound):
        return
    for use in scene.uses():
        if use.to.callback is not None:
            scene.wrong(
                (*use.loc, "callback"),
                "nobody can be called back without a line in `outbound`, as"
                ' {name: everywhere, match: ["*"], via: carrier}',
            )


def _sources(scene: Scene) -> None:
    """A call's trunk is found by its source address, so each address may stand for one trunk only."""
    seen: list[tuple[str, IPv4Network | IPv6Network]] = []
    for name, trunk in scene.configuration.trunks.items():
        for place, text in enumerate(trunk.allow_from):
            network = ip_network(text)
            other = next(
                (
                    known
                    for known, taken in seen
                    if taken.version == network.version and taken.overlaps(network)
                ),
                None,
            )
            if other is not None and other != name:
                scene.wrong(
                    ("trunks", name, "allow_from", place),
                    f"calls from {text} are those of trunk {other!r} already",
                )
            seen.append((name, network))


def _logins(scene: Scene) -> None:
    """A login stands for one agent or one trunk."""
    taken = {
        agent.login: f"agent {name!r}" for name, agent in scene.configuration.agents.items() if agent.login
    }
    for name, trunk in scene.configuration.trunks.items():
        if trunk.inbound is None:
            continue
        other = taken.setdefault(trunk.inbound.username, f"trunk {name!r}")
        if other != f"trunk {name!r}":
            loc = ("trunks", name, "inbound", "username")
            scene.wrong(loc, f"the login {trunk.inbound.username} is that of {other} already")


def _classes(scene: Scene) -> None:
    file = scene.configuration
    named = [line.kind for line in file.outbound if line.kind is not None]
    known = list(dict.fromkeys([*named, *BUILT_IN]))
    for index, line in enumerate(file.outbound):
        if line.kind is not None and (meant := _misspelt(line.kind)):
            scene.wrong(
                ("outbound", index, "class"),
                f"the class {line.kind!r} is none that numbers have by themselves; did you mean {meant!r}?"
                " If not, take a word less like it",
            )
    _known(scene, ("may_dial",), file.may_dial or (), known)
    for name, agent in file.agents.items():
        _known(scene, ("agents", name, "may_dial"), agent.may_dial or (), known)
    for name, queue in file.queues.items():
        _known(scene, ("queues", name, "callback", "may_dial"), queue.callback.may_dial, known)


def _misspelt(kind: str) -> str | None:
    """The built-in class that a word was meant to be; None: it is that class, or a word of its own."""
    if any(word in BUILT_IN for word in re.split("[^a-z]+", kind)):  # premium-uk too
        return None
    return nearest(kind, BUILT_IN, MISSPELT)


def _known(scene: Scene, loc: Loc, kinds: Iterable[str], known: list[str]) -> None:
    for place, kind in enumerate(kinds):
        if kind not in known:
            scene.wrong(
                (*loc, place), f"no line of `outbound` has the class {kind!r}{did_you_mean(kind, known)}"
            )


def _emergency(scene: Scene) -> None:
    plan = dial_plan(scene.configuration)
    lost = [number for number in plan.numbering.emergency if not isinstance(plan.decide(number), Dial)]
    if lost:
        scene.warn_key(
            ("outbound",),
            f"nobody can call {', '.join(lost)}: add a line for emergency numbers, as"
            f' {{name: emergency, match: ["{lost[0]}"], via: carrier}}',
        )
