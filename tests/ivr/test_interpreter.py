"""How menus behave, one sentence a test."""

from __future__ import annotations

from typing import ClassVar

import pytest

from softswitch.ivr.actions import (
    Go,
    MenuClosed,
    MenuEntered,
    Mistake,
    Play,
    SetLanguage,
    Skipped,
    StopPrompt,
)
from softswitch.ivr.events import DigitPressed, PromptEnded, Started, TimerExpired
from softswitch.ivr.interpreter import KEY_GAP, MAX_DETOURS, State
from softswitch.ivr.sentences import AFTER
from softswitch.ivr.settings import Back, Choice, Repeat, ToEntered
from softswitch.types import AgentName, HangUp, Prompt, Reject, ToAgent
from tests.ivr.caller import EN, PL, Caller, ask, menu, queue, say, to

WRONG_KEY = AFTER[Mistake.WRONG_KEY].text(EN)
INCOMPLETE = AFTER[Mistake.INCOMPLETE].text(EN)
NO_EXTENSION = AFTER[Mistake.UNKNOWN_EXTENSION].text(EN)

WELCOME = menu(
    "welcome",
    {"1": queue("sales"), "2": to("support"), "*": Repeat(), "9": Choice(to("welcome"), PL)},
    otherwise=queue("reception"),
)
SUPPORT = menu("support", {"1": queue("invoices"), "2": queue("faults", "urgent"), "*": Back()})


class TestChoosing:
    def test_a_menu_is_heard_as_soon_as_the_caller_can_hear(self):
        caller = Caller(WELCOME, start=False)
        assert caller.tell(Started()) == [MenuEntered(WELCOME.name), Play((say("welcome"),), EN)]
        assert caller.menus.next_deadline() is None

    def test_a_digit_cuts_the_prompt_and_goes_where_it_leads(self):
        caller = Caller(WELCOME)
        actions = caller.tell(DigitPressed("1"))
        assert actions[0] == StopPrompt()
        assert actions[-1] == Go(queue("sales"))

    def test_a_digit_in_the_silence_after_the_prompt_has_nothing_to_cut(self):
        caller = Caller(WELCOME).listen().press("1")
        assert caller.cuts == 0
        assert caller.went == queue("sales")

    def test_a_choice_may_lead_into_another_menu_which_is_heard_then(self):
        caller = Caller(WELCOME, SUPPORT).press("2")
        assert caller.heard == ["welcome", "support"]
        assert caller.path == ["welcome", "support"]
        assert caller.went is None

    def test_a_destination_keeps_its_priority(self):
        assert Caller(WELCOME, SUPPORT).press("22").went == queue("faults", "urgent")

    def test_the_dialled_agent_is_left_to_the_call(self):
        assert Caller(menu("m", {"1": ToAgent(None)})).press("1").went == ToAgent(None)

    def test_nothing_is_done_after_the_end(self):
        caller = Caller(WELCOME).press("1")
        assert caller.menus.state is State.DONE
        assert caller.menus.next_deadline() is None
        assert [caller.tell(e) for e in (DigitPressed("2"), PromptEnded(), TimerExpired(), Started())] == [
            []
        ] * 4

    @pytest.mark.parametrize("key", ["#", "A", "D", "*"])
    def test_every_key_of_the_keypad_can_be_a_choice(self, key):
        assert Caller(menu("m", {key: queue("q")})).press(key).went == queue("q")


class TestTypeAhead:
    def test_two_quick_keys_walk_through_two_menus(self):
        caller = Caller(WELCOME, SUPPORT).press("21")
        assert caller.path == ["welcome", "support"]
        assert caller.went == queue("invoices")

    def test_keys_pressed_before_the_start_count_and_no_prompt_even_begins(self):
        caller = Caller(WELCOME, SUPPORT, start=False).press("21")
        assert caller.log == []
        caller.tell(Started())
        assert caller.heard == []
        assert caller.cuts == 0
        assert caller.went == queue("invoices")

    def test_a_key_before_the_start_that_stops_halfway_lets_the_second_menu_be_heard(self):
        caller = Caller(WELCOME, SUPPORT, start=False).press("2")
        caller.tell(Started())
        assert caller.heard == ["support"]
        assert caller.menus.state is State.SPEAKING

    def test_keys_beyond_the_way_out_are_forgotten(self):
        caller = Caller(WELCOME, start=False).press("11119")
        caller.tell(Started())
        assert caller.log[-1] == Go(queue("sales"))


class TestRepeatAndBack:
    def test_repeat_plays_the_menu_again_and_costs_no_attempt(self):
        caller = Caller(WELCOME).press("*****")
        assert caller.heard == ["welcome"] * 6
        assert caller.mistakes == []
        assert caller.path == ["welcome"]

    def test_back_returns_to_the_menu_that_led_here(self):
        caller = Caller(WELCOME, SUPPORT).press("2*")
        assert caller.heard == ["welcome", "support", "welcome"]
        assert caller.press("1").went == queue("sales")

    def test_back_in_the_first_menu_plays_it_again(self):
        caller = Caller(menu("m", {"*": Back()})).press("*")
        assert caller.heard == ["m", "m"]

    def test_back_goes_up_step_by_step_through_three_levels(self):
        a, b, c = menu("a", {"1": to("b")}), menu("b", {"1": to("c"), "*": Back()}), menu("c", {"*": Back()})
        assert Caller(a, b, c).press("11**").path == ["a", "b", "c", "b", "a"]

    def test_a_menu_that_is_entered_again_from_below_is_returned_to(self):
        a = menu("a", {"1": to("b"), "*": Back()})
        b = menu("b", {"1": to("c"), "*": Back()})
        c = menu("c", {"0": to("a")})
        caller = Caller(a, b, c).press("110")
        assert caller.press("*").path == ["a", "b", "c", "a", "a"], "the first menu has no menu above it"

    def test_otherwise_back_leads_up_and_from_the_first_menu_out(self):
        a = menu("a", {"1": to("b")}, attempts=1, otherwise=Back())
        b = menu("b", {"1": queue("q")}, attempts=1, otherwise=Back())
        caller = Caller(a, b).press("1").say_nothing()
        assert caller.path == ["a", "b", "a"]
        assert caller.say_nothing().went == HangUp()


class TestMistakes:
    def test_a_wrong_key_is_said_and_the_menu_played_again_as_one_prompt(self):
        caller = Caller(WELCOME)
        actions = caller.tell(DigitPressed("7"))
        assert actions[-1] == Play((AFTER[Mistake.WRONG_KEY], say("welcome")), EN)

    def test_a_menu_may_have_its_own_sentence_for_a_wrong_key(self):
        caller = Caller(menu("m", {"1": queue("q")}, wrong=say("no such dish"))).press("7")
        assert caller.heard == ["m", "no such dish", "m"]

    def test_the_built_in_sentence_is_in_the_calls_language(self):
        assert "wyboru" in Caller(WELCOME).press("97").heard[-2]

    def test_the_sentence_can_be_cut_by_the_right_key(self):
        caller = Caller(WELCOME).press("71")
        assert caller.cuts == 2
        assert caller.went == queue("sales")

    def test_silence_plays_the_menu_again_without_a_reproach(self):
        assert Caller(WELCOME).say_nothing().heard == ["welcome", "welcome"]

    def test_silence_is_waited_for_after_the_prompt_for_as_long_as_the_menu_says(self):
        caller = Caller(menu("m", {"1": queue("q")}, wait=7.5)).listen()
        assert caller.menus.next_deadline() == caller.now + 7.5

    def test_wrong_keys_and_silences_together_use_up_the_attempts(self):
        caller = Caller(WELCOME).press("7").say_nothing().press("8")
        assert caller.mistakes == [Mistake.WRONG_KEY, Mistake.SILENCE, Mistake.WRONG_KEY]
        assert caller.went == queue("reception")

    def test_the_third_of_three_attempts_still_counts(self):
        assert Caller(WELCOME).press("7").say_nothing().press("1").went == queue("sales")

    def test_each_menu_has_its_own_attempts(self):
        caller = Caller(WELCOME, SUPPORT).press("772").press("7").press("7")
        assert caller.went is None
        assert caller.press("7").went == HangUp()

    def test_otherwise_may_be_another_menu(self):
        lost = menu("lost", {"1": queue("q")}, attempts=1, otherwise=to("found"))
        found = menu("found", {"1": queue("other")})
        caller = Caller(lost, found).say_nothing()
        assert caller.path == ["lost", "found"]
        assert caller.press("1").went == queue("other")

    def test_a_line_on_which_nobody_ever_decides_is_hung_up_in_the_end(self):
        endless = menu("m", {"1": queue("q")}, attempts=2, otherwise=to("m"))
        caller = Caller(endless).say_nothing(times=2 * MAX_DETOURS + 1)
        assert caller.went is None
        assert caller.say_nothing().went == HangUp()

    def test_a_valid_key_gives_patience_back(self):
        endless = menu("m", {"1": Repeat()}, attempts=1, otherwise=to("m"))
        caller = Caller(endless).say_nothing(times=MAX_DETOURS).press("1").say_nothing(times=MAX_DETOURS)
        assert caller.went is None

    def test_a_timer_before_its_deadline_is_ignored(self):
        caller = Caller(WELCOME).listen()
        caller.now += 4.0
        assert caller.tell(TimerExpired()) == []
        assert caller.menus.next_deadline() is not None

    def test_a_timer_or_a_prompts_end_that_nobody_waits_for_is_ignored(self):
        caller = Caller(WELCOME)
        assert caller.tell(TimerExpired()) == []
        caller.listen()
        assert caller.tell(PromptEnded()) == []


class TestLongKeys:
    DIRECTORY = menu("m", {"1": queue("one"), "12": queue("twelve"), "201": queue("far"), "2": queue("two")})

    def test_a_key_that_could_go_on_is_waited_for_three_seconds_at_most(self):
        caller = Caller(self.DIRECTORY).press("1")
        assert caller.went is None
        assert caller.menus.next_deadline() == caller.now + KEY_GAP
        assert caller.wait().went == queue("one")

    def test_a_menu_with_less_patience_waits_less_between_digits(self):
        caller = Caller(menu("m", {"1": queue("one"), "12": queue("twelve")}, wait=2.0)).press("1")
        assert caller.menus.next_deadline() == caller.now + 2.0

    def test_the_longest_key_wins(self):
        assert Caller(self.DIRECTORY).press("12").went == queue("twelve")
        assert Caller(self.DIRECTORY).press("201").went == queue("far")

    def test_pound_ends_the_waiting(self):
        assert Caller(self.DIRECTORY).press("1#").went == queue("one")

    def test_a_key_that_cannot_follow_belongs_to_the_next_menu(self):
        first = menu("first", {"1": to("second"), "12": queue("twelve")})
        second = menu("second", {"3": queue("three")})
        assert Caller(first, second).press("13").went == queue("three")

    def test_an_extension_that_nobody_has_is_a_wrong_key_and_no_shorter_choice(self):
        caller = Caller(self.DIRECTORY).press("203")
        assert caller.went is None
        assert caller.mistakes == [Mistake.WRONG_KEY]

    def test_half_an_extension_is_a_wrong_key(self):
        caller = Caller(self.DIRECTORY).press("20").wait()
        assert caller.mistakes == [Mistake.WRONG_KEY]
        assert caller.heard == ["m", WRONG_KEY, "m"]

    def test_a_choice_that_begins_with_pound_is_one(self):
        caller = Caller(menu("m", {"1": queue("one"), "1#": queue("pound"), "12": queue("twelve")}))
        assert caller.press("1#").went == queue("pound")


class TestAsks:
    PIN = menu("account", {"1": queue("q")}, asks=(ask("customer_number", 6),), otherwise=queue("reception"))
    OPEN_ENDED = menu("account", {"1": queue("q")}, asks=(ask("order"),))
    OPTIONAL = menu("account", {"1": queue("q")}, asks=(ask("customer_number", 6, optional=True),))

    def test_the_number_is_asked_for_before_the_menu_is_heard(self):
        caller = Caller(self.PIN)
        assert caller.heard == ["customer_number?"]
        caller.press("123456")
        assert caller.entries == {"customer_number": "123456"}
        assert caller.heard == ["account"]
        assert caller.press("1").went == queue("q")

    def test_the_first_digit_cuts_the_question(self):
        caller = Caller(self.PIN).press("1")
        assert caller.cuts == 1
        assert caller.press("2").cuts == 1

    def test_number_and_choice_can_be_typed_ahead(self):
        assert Caller(self.PIN).press("1234561").went == queue("q")

    def test_pound_after_a_number_of_fixed_length_is_forgiven(self):
        caller = Caller(self.PIN).press("123456#")
        assert caller.mistakes == []
        assert caller.press("1").went == queue("q")

    def test_pound_long_after_the_number_is_a_key_like_any_other(self):
        caller = Caller(self.PIN).press("123456").listen()
        caller.now += KEY_GAP
        assert caller.press("#").mistakes == [Mistake.WRONG_KEY]

    def test_pound_after_the_number_is_a_choice_where_the_menu_has_it(self):
        one = menu("m", {"#": queue("pound")}, asks=(ask("n", 2),))
        assert Caller(one).press("12#").went == queue("pound")

    def test_a_number_of_any_length_ends_with_pound(self):
        assert Caller(self.OPEN_ENDED).press("4711#").entries == {"order": "4711"}

    def test_a_number_of_any_length_ends_with_a_pause(self):
        caller = Caller(self.OPEN_ENDED).press("4711")
        assert caller.entries == {}
        assert caller.menus.entry == "4711"
        assert caller.wait().entries == {"order": "4711"}

    def test_a_number_of_any_length_ends_at_32_digits(self):
        assert Caller(self.OPEN_ENDED).press("1" * 32).entries == {"order": "1" * 32}

    def test_star_clears_the_number_and_asks_again(self):
        caller = Caller(self.PIN).press("99*")
        assert caller.heard == ["customer_number?", "customer_number?"]
        assert caller.press("123456").entries == {"customer_number": "123456"}
        assert caller.mistakes == []

    def test_too_few_digits_are_a_mistake(self):
        caller = Caller(self.PIN).press("123#")
        assert caller.mistakes == [Mistake.INCOMPLETE]
        assert caller.heard == ["customer_number?", INCOMPLETE, "customer_number?"]

    def test_a_pause_in_a_number_of_fixed_length_is_a_mistake(self):
        assert Caller(self.PIN).press("123").wait().mistakes == [Mistake.INCOMPLETE]

    def test_a_number_that_is_needed_cannot_be_left_out(self):
        caller = Caller(self.PIN).press("#").say_nothing(times=2)
        assert caller.mistakes == [Mistake.INCOMPLETE, Mistake.SILENCE, Mistake.SILENCE]
        assert caller.went == queue("reception")

    def test_an_optional_number_is_left_out_by_silence_or_pound(self):
        for caller in (Caller(self.OPTIONAL).say_nothing(), Caller(self.OPTIONAL).press("#")):
            assert Skipped("customer_number") in caller.log
            assert caller.mistakes == []
            assert caller.heard == ["customer_number?", "account"]

    def test_an_optional_number_that_fails_too_often_is_left_out(self):
        caller = Caller(self.OPTIONAL).press("1#2#3#")
        assert Skipped("customer_number") in caller.log
        assert caller.heard[-1] == "account"

    def test_mistakes_at_the_question_do_not_count_against_the_menu(self):
        caller = Caller(self.PIN).press("1#1#123456").press("77")
        assert caller.went is None

    def test_letters_of_the_keypad_are_no_part_of_a_number(self):
        assert Caller(self.PIN).press("12A3456").entries == {"customer_number": "123456"}

    def test_letters_alone_are_no_number(self):
        assert Caller(self.OPEN_ENDED).press("A").wait().mistakes == [Mistake.INCOMPLETE]

    def test_several_numbers_are_asked_for_one_after_the_other(self):
        two = menu("m", {"1": queue("q")}, asks=(ask("customer", 2), ask("order")))
        caller = Caller(two).press("12345#1")
        assert caller.entries == {"customer": "12", "order": "345"}
        assert caller.went == queue("q")

    def test_a_number_is_asked_for_once_in_a_call(self):
        a = menu("a", {"1": to("b")}, asks=(ask("customer", 2),))
        b = menu("b", {"*": Back()}, asks=(ask("customer", 2), ask("order", 1, optional=True)))
        caller = Caller(a, b).press("121#*")
        assert caller.heard == ["customer?", "a", "order?", "b", "a"]
        assert caller.press("1").heard == ["b"]

    def test_a_number_that_the_call_brought_along_is_not_asked_for(self):
        assert Caller(self.PIN, collected={"customer_number": "123456"}).heard == ["account"]

    def test_a_menu_with_nothing_to_choose_goes_on_after_its_question(self):
        silent = menu("m", {}, asks=(ask("customer", 2),), prompt=Prompt(), otherwise=queue("q"))
        assert Caller(silent).press("12").went == queue("q")

    def test_a_menu_with_nothing_to_choose_is_heard_once(self):
        caller = Caller(menu("closed", {}, otherwise=HangUp())).listen()
        assert caller.heard == ["closed"]
        assert caller.went == HangUp()


class TestExtensions:
    DESKS: ClassVar = {"201": "desk-201", "202": "desk-202"}
    BY_KEY = menu("desk", {"1": ToEntered(), "2": queue("q")}, asks=(ask("extension", 3),))
    AT_ONCE = menu("desk", {}, asks=(ask("extension", 3, then=ToEntered()),), otherwise=queue("reception"))

    def test_an_entered_extension_rings_its_agent(self):
        assert Caller(self.BY_KEY, extensions=self.DESKS).press("2021").went == ToAgent(AgentName("desk-202"))

    def test_an_extension_can_ring_without_any_further_key(self):
        assert Caller(self.AT_ONCE, extensions=self.DESKS).press("201").went == ToAgent(AgentName("desk-201"))

    @pytest.mark.parametrize(("one", "keys"), [(BY_KEY, "9991"), (AT_ONCE, "999")])
    def test_an_unknown_extension_is_a_mistake_and_is_asked_for_again(self, one, keys):
        caller = Caller(one, extensions=self.DESKS).press(keys)
        assert caller.mistakes == [Mistake.UNKNOWN_EXTENSION]
        assert caller.heard[-2:] == [NO_EXTENSION, "extension?"]
        assert caller.press("2011").went == ToAgent(AgentName("desk-201"))

    def test_unknown_extensions_use_up_the_attempts(self):
        caller = Caller(self.AT_ONCE, extensions=self.DESKS).press("999998997")
        assert caller.went == queue("reception")

    def test_an_extension_is_asked_for_each_time_the_menu_comes_up(self):
        one = menu("m", {"*": Back()}, asks=(ask("extension", 3, then=to("n")),))
        two = menu("n", {"*": Back()})
        assert Caller(one, two).press("201*").heard[-1] == "extension?"

    def test_an_extension_that_was_never_asked_for_is_unknown(self):
        caller = Caller(menu("m", {"1": ToEntered()}), extensions=self.DESKS).press("1")
        assert caller.mistakes == [Mistake.UNKNOWN_EXTENSION]
        assert caller.heard[-1] == "m"


class TestLanguage:
    def test_a_chosen_language_rules_all_speech_from_then_on(self):
        caller = Caller(WELCOME, SUPPORT).press("9")
        assert SetLanguage(PL) in caller.log
        assert caller.heard == ["welcome", "pl welcome"]
        assert caller.press("2").heard == ["pl support"]

    def test_a_choice_of_language_alone_stays_in_the_menu(self):
        caller = Caller(menu("m", {"9": Choice(None, PL)})).press("9")
        assert caller.heard == ["m", "pl m"]
        assert caller.path == ["m"]

    def test_the_language_that_is_spoken_already_is_not_set_again(self):
        assert SetLanguage(EN) not in Caller(menu("m", {"9": Choice(None, EN)})).press("9").log

    def test_the_language_is_set_before_the_call_leaves(self):
        log = Caller(menu("m", {"9": Choice(queue("q"), PL)})).press("9").log
        assert log[-2:] == [SetLanguage(PL), Go(queue("q"))]


class TestHours:
    DAY = menu("day", {"1": queue("q")}, open="office", closed=Choice(to("night")))
    NIGHT = menu("night", {"1": queue("emergency"), "*": Back()})

    def test_an_open_menu_is_entered(self):
        assert Caller(self.DAY, self.NIGHT).path == ["day"]

    def test_a_closed_menu_is_not_heard_but_leads_elsewhere(self):
        caller = Caller(self.DAY, self.NIGHT, is_open=lambda name: name != "office")
        assert MenuClosed(self.DAY.name) in caller.log
        assert caller.path == ["night"]
        assert caller.heard == ["night"]

    def test_a_menu_is_checked_each_time_it_is_entered(self):
        doors = {"office": True}
        first = menu("first", {"1": to("day")})
        caller = Caller(first, self.DAY, self.NIGHT, is_open=doors.__getitem__)
        doors["office"] = False
        assert caller.press("1").path == ["first", "night"]
        assert caller.press("*").path == ["first", "night", "first"], "a closed menu is no station on the way"

    def test_a_closed_menu_may_lead_out_or_change_the_language(self):
        out = menu("m", {}, open="office", closed=Choice(Reject(480), PL))
        caller = Caller(out, is_open=lambda _: False)
        assert caller.log[-2:] == [SetLanguage(PL), Go(Reject(480))]

    def test_a_closed_menu_that_sends_back_returns_to_where_the_caller_was(self):
        first = menu("first", {"1": to("day")})
        day = menu("day", {"1": queue("q")}, open="office", closed=Choice(Back()))
        assert Caller(first, day, is_open=lambda _: False).press("1").path == ["first", "first"]

    @pytest.mark.parametrize("then", [None, Repeat(), Back(), ToEntered()])
    def test_a_closed_first_menu_that_leads_nowhere_hangs_up(self, then):
        shut = menu("m", {"1": queue("q")}, open="office", closed=Choice(then))
        assert Caller(shut, is_open=lambda _: False).went == HangUp()

    def test_a_closed_menu_that_says_nothing_of_it_hangs_up(self):
        assert Caller(menu("m", {}, open="office"), is_open=lambda _: False).went == HangUp()

    def test_closed_menus_that_point_at_each_other_end_the_call(self):
        a = menu("a", {"1": queue("q")}, open="office", closed=Choice(to("b")))
        b = menu("b", {"1": queue("q")}, open="office", closed=Choice(to("a")))
        assert Caller(a, b, is_open=lambda _: False).went == HangUp()
