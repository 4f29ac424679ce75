"""One caller's stay in a queue, and the ordered line that callers stand in.

Score is class points plus ageing times the wait. Ageing adds the same to everybody at any moment, so the
order of two callers never changes while they wait: a line is sorted by what was known at joining.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from itertools import chain
from math import inf
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from softswitch.acd.deadlines import Timer
from softswitch.acd.estimate import Foreseen, Told
from softswitch.acd.place import Place
from softswitch.acd.states import CALLER, IN_LINE, CallerMove, CallerState, moved
from softswitch.types import AgentName, CallId, Seconds

if TYPE_CHECKING:
    from softswitch.acd.offers import Offer
    from softswitch.acd.queues import Queue
    from softswitch.acd.reach import Reach
    from softswitch.acd.shelf import Shelf

OVERDUE: Final = -(2**31)
"""The precedence of those who have waited too long: they go before all others, by the time they came."""


FIRST: Final = OVERDUE - 1
"""The precedence of those whom a supervisor has put first: before these too, the last one first."""


ALONE: Final = 0
"""At once: no phone beside the one that a supervisor had rung, whatever the strategy would say."""

_RESTING: Final = CallerState.RESTING


class Caller:
    """One stay of one caller in one queue."""

    __deletable__ = ("place",)

    call: CallId
    number: str
    asked: str
    """The priority class as it came; `priority` is the one that counts."""
    queue: Queue
    joined: Seconds
    order: int
    """Grows with every caller who joins any queue."""
    standing: Seconds
    """From when on the wait counts for the place: earlier than `joined` for who called again."""

    ready: Seconds = -inf
    """When what had to be heard first was over, if anything had."""

    skills: Mapping[str, int]
    """What this caller needs beside what the queue does."""
    preferred: AgentName | None = None
    """Who is waited for alone, for a while; once that is over it does not come back."""
    let_go: Seconds | None = None
    """When that was over."""
    wished: AgentName | None = None
    """Who is rung first of those who are free."""

    absent: bool = False
    """Not on the line: to be called back."""
    callback: bool = False
    """Was not on the line for a while, or is not."""
    attempts: int = 0
    """How often the customer was called back in vain."""
    failures: int = 0
    """Since the last of these, how often an attempt did not even come to the customer's side."""
    barred: bool = False
    """There is no way to call the customer at the moment."""
    wanted: Seconds = 0.0
    """When the callback was, if one was."""

    priority: str = "default"
    place: Place
    state: CallerState = CallerState.WAITING
    offers: dict[AgentName, Offer]
    """Phones that ring for this caller now."""
    accepted: Offer | None = None
    """The agent of this one has answered, and hears who comes before the two are connected."""
    conversation: Offer | None = None
    declines: dict[AgentName, int]
    """How often each agent rejected, or did not answer, this caller."""
    missed: set[AgentName]
    """Of these, who did not answer last time."""
    advanced: Seconds | None = None
    """When a supervisor put this one first; None: nobody has."""
    rounds: int = 0
    hopeless: bool = False
    """Nobody of the team can ever take this caller, which was told."""
    offered_last: AgentName | None = None
    at_once: int | None = 1
    """How many phones may ring at once, as the strategy said last."""
    reach: Reach | None = None
    """Whom this caller can be offered to by now."""
    shelf: Line | Shelf | None
    """Which of the reach's two lines of callers who want a phone rung this one stands in."""

    foreseen: Foreseen | None = None
    """The wait that was estimated on joining, told or not; None: unreliable, or an agent was there."""
    told: Told
    announced: Seconds | None = None
    """When this caller was spoken to last."""
    announcement: Timer | None = None
    patience: Timer | None = None
    """Runs until `max_wait`."""
    again: Timer | None = None
    """When the strategy wants to be asked again, or a rest is over."""
    widening: Timer | None = None
    """When more agents open."""
    rescue: Timer | None = None
    """When the wait is overdue."""

    def __init__(
        self,
        call: CallId,
        number: str,
        asked: str,
        queue: Queue,
        joined: Seconds,
        order: int,
    ) -> None:
        self.call = call
        self.number = number
        self.asked = asked
        self.queue = queue
        self.joined = joined
        self.order = order
        self.standing = joined
        self.skills = {}
        self.offers = {}
        self.declines = {}
        self.missed = set()
        self.shelf = None
        self.told = Told()

    def __lt__(self, other: Caller) -> bool:
        """Asked only of somebody who is gone and who has taken over the very same place (see `Shelf`)."""
        return self.joined < other.joined

    def __hash__(self) -> int:
        """Each is only itself; a compiled class with an order has no hash unless it says so."""
        return id(self)

    @property
    def overdue(self) -> bool:
        """Waits too long, and goes before all others."""
        return self.place[0] == OVERDUE

    @property
    def ringing(self) -> tuple[AgentName, ...]:
        """Whose phones ring."""
        return tuple(self.offers)

    @property
    def waiting(self) -> bool:
        """On the line and in the queue's, whether or not phones ring."""
        return self.state in IN_LINE and not self.absent

    @property
    def in_line(self) -> bool:
        """Has a place in the queue's line."""
        return self.state in IN_LINE

    @property
    def held(self) -> bool:
        """On the line, with something to hear before any phone may ring."""
        return self.state is CallerState.RESTING and not self.absent

    def move(self, move: CallerMove) -> None:
        """Change state. Raises EngineError when that is impossible."""
        self.state = moved(CALLER, self.state, move)

    def shelve(self) -> None:
        """Stand among those who want a phone rung, if this one does."""
        reach, ringing = self.reach, len(self.offers)
        assert reach is not None
        if self.accepted is not None or self.state is _RESTING:
            self.put_on(None)
        elif not ringing:
            self.put_on(reach.unoffered)
        elif self.at_once is None or ringing < self.at_once:
            self.put_on(reach.ringing_more)
        else:
            self.put_on(None)

    def put_on(self, shelf: Line | Shelf | None) -> None:
        """Stand in this line of callers who want a phone rung, and in no other."""
        before = self.shelf
        if before is shelf:
            return
        if before is not None:
            before.remove(self)
        if shelf is not None:
            shelf.add(self)
        self.shelf = shelf


_CALLER: Final = attrgetter("caller")

_BLOCK = 1024
"""Callers per block: 100,000 waiting are about 100 blocks, whose lengths are quickly summed."""


class Line:
    """Callers sorted by place, in blocks. Joining, leaving and asking a position cost next to the same at any
    length: a bisection, a move inside one block, and for the position a sum over block lengths.
    """

    __slots__ = ("_blocks", "_found", "_lasts", "size")

    def __init__(self) -> None:
        self._blocks: list[list[Place]] = []
        self._lasts: list[Place] = []
        """The last place of each block."""
        self.size = 0
        """How many stand here."""
        self._found: tuple[Caller, int] | None = None
        """Whose position was asked last, and what it was; None: somebody came or went since."""

    def __len__(self) -> int:
        return self.size

    def __iter__(self) -> Iterator[Caller]:
        return map(_CALLER, chain.from_iterable(self._blocks))

    def first(self) -> Caller | None:
        """Who is next; None when nobody waits."""
        return self._blocks[0][0][4] if self._blocks else None

    def add(self, caller: Caller) -> None:
        """Put a caller where `caller.place` belongs."""
        place, lasts = caller.place, self._lasts
        self.size += 1
        self._found = None
        if not lasts or place > lasts[-1]:
            self._append(place)
            self._found = caller, self.size
            return
        at = bisect_left(lasts, place)
        block = self._blocks[at]
        block.insert(bisect_left(block, place), place)
        if len(block) > _BLOCK:
            half = len(block) // 2
            self._blocks[at : at + 1] = [block[:half], block[half:]]
            lasts.insert(at, block[half - 1])

    def _append(self, place: Place) -> None:
        if self._blocks and len(self._blocks[-1]) < _BLOCK:
            self._blocks[-1].append(place)
            self._lasts[-1] = place
        else:
            self._blocks.append([place])
            self._lasts.append(place)

    def remove(self, caller: Caller) -> None:
        """Take a caller out. Raises KeyError for one who does not stand here."""
        at, inside = self._find(caller)
        block = self._blocks[at]
        del block[inside]
        self.size -= 1
        self._found = None
        if not block:
            del self._blocks[at], self._lasts[at]
            return
        if inside == len(block):
            self._lasts[at] = block[-1]
        if len(block) < _BLOCK // 8 and len(self._blocks) > 1:
            self._merge(at)

    def _merge(self, at: int) -> None:
        """Join a block that has become small with a neighbour, or few callers would hold many blocks."""
        blocks = self._blocks
        for left in (at - 1, at):
            if 0 <= left < len(blocks) - 1 and len(blocks[left]) + len(blocks[left + 1]) <= _BLOCK:
                blocks[left : left + 2] = [blocks[left] + blocks[left + 1]]
                del self._lasts[left]
                return

    def position(self, caller: Caller) -> int:
        """1 is next. Raises KeyError for one who does not stand here."""
        if self._found and self._found[0] is caller:
            return self._found[1]
        at, inside = self._find(caller)
        position = sum(map(len, self._blocks[:at])) + inside + 1
        self._found = caller, position
        return position

    def place_of(self, caller: Caller) -> tuple[int, Caller | None]:
        """The position, and who comes next, if anybody. Raises KeyError for one who does not stand here."""
        blocks = self._blocks
        at, inside = self._find(caller)
        block, position = blocks[at], inside + 1
        if at:
            position += sum(map(len, blocks[:at]))
        if inside + 1 < len(block):
            return position, block[inside + 1][4]
        return position, blocks[at + 1][0][4] if at + 1 < len(blocks) else None

    def _find(self, caller: Caller) -> tuple[int, int]:
        place, blocks = caller.place, self._blocks
        if blocks and blocks[0][0] is place:
            return 0, 0  # the usual case: who is next goes
        at = bisect_left(self._lasts, place)
        if at < len(blocks):
            block = blocks[at]
            inside = bisect_left(block, place)
            if block[inside] is place:  # there is one: the block's last is not before it
                return at, inside
        raise KeyError(caller.call)
