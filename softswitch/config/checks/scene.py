"""A file under inspection: its sound parts, the places of everything, and what has been found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from softswitch.config.models.destinations import Destination
from softswitch.config.models.queues import NoAgents, Queue
from softswitch.config.models.root import Configuration
from softswitch.config.models.rules import Rule
from softswitch.config.tree import Node
from softswitch.errors import Problem
from softswitch.sentences.book import built_in

Loc = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Use:
    """One destination, where it stands."""

    loc: Loc
    to: Destination

    @property
    def section(self) -> str | int:
        """numbers, menus or queues."""
        return self.loc[0]


@dataclass(frozen=True, slots=True)
class Scene:
    """The file under inspection."""

    configuration: Configuration
    """Its sound parts."""
    tree: Node
    """The same parts, with their places."""
    root: Node
    """The whole file: a name that stands in it is known, even when its own settings are wrong."""
    complete: bool
    """False: something wrong was left out of the sound parts."""
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def wrong(self, loc: Loc, message: str) -> None:
        """A mistake in the value at `loc`."""
        self.problems.append(self.tree.place_of(*loc).problem(message))

    def wrong_key(self, loc: Loc, message: str) -> None:
        """A mistake in the key that leads to `loc`."""
        self.problems.append(self.tree.key_place(*loc).problem(message))

    def warn(self, loc: Loc, message: str) -> None:
        """Something odd about the value at `loc`."""
        self.warnings.append(self.tree.place_of(*loc).problem(message))

    def warn_key(self, loc: Loc, message: str) -> None:
        """Something odd about the key that leads to `loc`."""
        self.warnings.append(self.tree.key_place(*loc).problem(message))

    def speaks(self, language: str) -> bool:
        """Whether a language is built in, or has `sentences`, right or wrong."""
        return language in built_in() or language in self.root.names("sentences")

    @property
    def tongues(self) -> str:
        """For people: the languages that there are."""
        known = sorted({*built_in(), *self.root.names("sentences")})
        return f"{', '.join(known[:-1])} or {known[-1]} (others need `sentences`)"

    def uses(self) -> Iterator[Use]:
        """Every destination of the file."""
        for loc, to in self.targets():
            if isinstance(to, Destination):
                yield Use(loc, to)

    def servers(self) -> Iterator[tuple[Loc, str]]:
        """Every server of every trunk."""
        for name, trunk in self.configuration.trunks.items():
            if trunk.server is not None:
                yield ("trunks", name, "server"), trunk.server
            for place, server in enumerate(trunk.servers or ()):
                yield ("trunks", name, "servers", place), server

    def rules(self) -> Iterator[tuple[Loc, Rule]]:
        """Every rule of the file."""
        for name, queue in self.configuration.queues.items():
            for place, rule in enumerate(queue.rules):
                yield ("queues", name, "rules", place), rule
        for place, rule in enumerate(self.configuration.rules):
            yield ("rules", place), rule

    def targets(self) -> Iterator[tuple[Loc, object]]:
        """All that says where calls go: a destination, a word as `hangup`, or None, where it is left out."""
        file = self.configuration
        for number, to in file.numbers.items():
            yield ("numbers", number), to
        for name, menu in file.menus.items():
            loc: Loc = ("menus", name)
            for key, choice in menu.choices.items():
                yield (*loc, "choices", key), choice
            for ask, question in menu.ask.items():
                yield (*loc, "ask", ask, "then"), question.then
            yield (*loc, "otherwise"), menu.otherwise
            yield (*loc, "closed"), menu.closed
        for name, queue in file.queues.items():
            yield ("queues", name, "full"), queue.full
            yield ("queues", name, "timeout"), queue.timeout
            yield ("queues", name, "closed"), queue.closed
            yield ("queues", name, "closes"), queue.closes
            for key, key_to in queue.keys.items():
                yield ("queues", name, "keys", key), key_to
            yield from _nobody(name, queue)


def _nobody(name: str, queue: Queue) -> Iterator[tuple[Loc, object]]:
    loc: Loc = ("queues", name, "no_agents")
    if isinstance(queue.no_agents, NoAgents):
        yield (*loc, "joining"), queue.no_agents.joining
        yield (*loc, "waiting"), queue.no_agents.waiting
    else:
        yield loc, queue.no_agents
