"""Tests of pages: which of them `make test` runs, and that none leaves a tab behind.

A page in Chromium costs a second of a core, so `make test` has those of the wallboard that show what it is
for, and one of each other page; `make test-pages` has all.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.pages.stage import Stage

ALWAYS = (
    "test_a_caller_who_joins_is_seen_within_half_a_second",
    "test_names_and_reasons_of_an_attacker_are_text",
    "test_a_lost_connection_is_said_at_once_and_nothing_stale_is_left_after_it",
    "test_who_may_look_on_no_more_is_sent_to_the_log_in",
    "test_an_agent_who_pauses_in_the_panel_is_not_rung",
    "test_a_supervisor_listens_whispers_and_takes_over_which_is_heard",
    "test_check_tells_mistakes_and_a_reload_what_it_has_changed",
)


def pytest_itemcollected(item: pytest.Item) -> None:
    if item.name.partition("[")[0] not in ALWAYS:
        item.add_marker(pytest.mark.at_length)


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def no_tab_is_left(stage: Stage) -> AsyncIterator[None]:
    yield
    await stage.close_tabs()
