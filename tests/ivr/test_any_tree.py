"""Whatever the tree and whatever the caller does, the interpreter keeps its laws."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from softswitch.ivr.actions import Action, Go, Play, StopPrompt
from softswitch.ivr.events import DigitPressed, Event, PromptEnded, Started, TimerExpired
from softswitch.ivr.interpreter import MAX_DETOURS, Interpreter, State
from softswitch.ivr.settings import Ask, Back, Choice, Menu, MenuTree, Repeat, ToEntered
from softswitch.types import HangUp, Language, MenuName, Prompt, Reject, ToAgent, ToMenu
from tests.ivr.caller import EN, PL, queue, say

NAMES = [MenuName(name) for name in "abcd"]
KEYS = [*"0123456789*#", "12", "123", "201", "2#"]
EXTENSIONS = {"201": "desk-201", "2": "desk-2"}

prompts = st.sampled_from([Prompt(), say("a prompt")])
languages = st.sampled_from([None, EN, PL, Language("he")])
destinations = st.one_of(
    st.sampled_from(NAMES).map(ToMenu),
    st.sampled_from([queue("q"), ToAgent(None), HangUp(), Reject(486)]),
)
thens = st.one_of(destinations, st.sampled_from([None, Repeat(), Back(), ToEntered(), ToEntered("n")]))
choices = st.builds(Choice, then=thens, language=languages)
asks = st.builds(
    Ask,
    name=st.sampled_from(["extension", "n"]),
    prompt=prompts,
    digits=st.sampled_from([None, 1, 3]),
    optional=st.booleans(),
    then=st.one_of(st.none(), destinations, st.just(ToEntered())),
)


def menus(name: MenuName) -> st.SearchStrategy[Menu]:
    return st.builds(
        Menu,
        name=st.just(name),
        prompt=prompts,
        choices=st.dictionaries(st.sampled_from(KEYS), choices, max_size=5),
        wait=st.sampled_from([0.5, 5.0]),
        attempts=st.integers(1, 3),
        otherwise=st.one_of(destinations, st.just(Back())),
        asks=st.lists(asks, max_size=2).map(tuple),
        open=st.sampled_from([None, None, "day", "night"]),
        closed=st.one_of(st.none(), choices),
    )


trees = st.tuples(*map(menus, NAMES)).map(lambda all_: MenuTree({m.name: m for m in all_}, EXTENSIONS))
digits = st.sampled_from("0123456789*#AD").map(DigitPressed)
any_event = st.one_of(digits, digits, st.sampled_from([Started(), PromptEnded(), TimerExpired()]))
steps = st.lists(st.tuples(any_event, st.sampled_from([0.0, 0.2, 3.0, 10.0])), max_size=40)
doors = st.fixed_dictionaries({"day": st.booleans(), "night": st.booleans()})


class Law:
    """Watches one interpreter and asserts after every event."""

    def __init__(self, tree: MenuTree, open_: dict[str, bool]) -> None:
        self.menus = Interpreter(tree, NAMES[0], EN, is_open=open_.__getitem__)
        self.now = 0.0
        self.sounding = False
        self.gone = False

    def expect_after(self, event: Event) -> None:
        """An event happens, and the law holds."""
        if isinstance(event, PromptEnded):
            self.sounding = False
        for action in self.menus.receive(event, self.now):
            self.watch(action)
        state, deadline = self.menus.state, self.menus.next_deadline()
        assert self.sounding == (state is State.SPEAKING)
        assert self.gone == (state is State.DONE)
        assert (deadline is not None) == (state in (State.WAITING, State.KEYING))

    def watch(self, action: Action) -> None:
        assert not self.gone, "nothing follows Go"
        match action:
            case Play(heard):
                assert not self.sounding, "one prompt at a time"
                assert heard
                self.sounding = True
            case StopPrompt():
                assert self.sounding, "only a prompt that sounds is stopped"
                self.sounding = False
            case Go(destination):
                assert not self.sounding, "no prompt outlives the menus"
                assert not isinstance(destination, ToMenu)
                self.gone = True


@settings(max_examples=150, deadline=None)
@given(trees, doors, steps)
def test_at_any_time_one_prompt_sounds_or_one_deadline_runs_or_the_call_is_led_on(tree, open_, happening):
    law = Law(tree, open_)
    for event, after in happening:
        law.now += after
        law.expect_after(event)


@settings(max_examples=150, deadline=None)
@given(trees, doors, st.lists(digits, max_size=12))
def test_a_caller_who_falls_silent_is_always_led_on_in_the_end(tree, open_, pressed):
    law = Law(tree, open_)
    for event in [*pressed, Started()]:
        law.expect_after(event)
    # Each menu on the way: two asks and the choices, three attempts each, a prompt and a silence each time.
    for _ in range((MAX_DETOURS + 1) * 3 * 3 * 2 * 2):
        if law.gone:
            break
        law.now = law.menus.next_deadline() or law.now
        law.expect_after(PromptEnded() if law.menus.state is State.SPEAKING else TimerExpired())
    assert law.gone


@settings(max_examples=100, deadline=None)
@given(trees, doors, steps)
def test_one_event_gives_a_bounded_number_of_actions(tree, open_, happening):
    law = Law(tree, open_)
    law.expect_after(Started())
    for event, after in happening:
        law.now += after
        assert len(law.menus.receive(event, law.now)) <= 4 * (MAX_DETOURS + 2) * 2


@settings(max_examples=50, deadline=None)
@given(trees, doors, steps)
def test_the_same_events_at_the_same_times_give_the_same_actions(tree, open_, happening):
    one, other = Law(tree, open_), Law(tree, open_)
    for event, after in [(Started(), 0.0), *happening]:
        one.now += after
        assert one.menus.receive(event, one.now) == other.menus.receive(event, one.now)
