"""For every test: which clock its loop runs on, and a failure when something blocks the loop.

Async tests run on the real loop; those marked `virtual_time` (one test, or a file by
`pytestmark = pytest.mark.virtual_time`) run on a loop that jumps over waiting.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Generator, Iterator, Mapping

import pytest
import structlog

from softswitch.testing.clock import VirtualTimeLoop, watch_for_blocking
from tests.spreading import Balance, group, once_more, spread


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "virtual_time: the loop's clock jumps over waiting")
    config.addinivalue_line("markers", "may_block: the test may hold the loop on purpose")
    config.addinivalue_line("markers", "long: begins before the others, when tests run side by side")
    config.addinivalue_line("markers", "at_length: not in `make test`, which says where it is")
    config.pluginmanager.register(Balance(), "balance")


def pytest_itemcollected(item: pytest.Item) -> None:
    group(item)
    once_more(item)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    gc.disable()  # a quarter of the time
    try:
        return (yield)
    finally:
        gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    spread(items)


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    if item.get_closest_marker("virtual_time"):
        return {"virtual": VirtualTimeLoop}
    return {"real": asyncio.SelectorEventLoop}


def pytest_collection_finish() -> None:
    """Thousands of tests found are no garbage: who collects in the middle of a call need not look at them."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def nothing_blocks_the_loop(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test in which one callback computed for over 150 ms, or stood still in a wait for 400 ms."""
    log = structlog.get_config()
    with watch_for_blocking() as blocked:
        yield
    structlog.configure(**log)  # a command that ran in this process may have changed it
    if blocked and not request.node.get_closest_marker("may_block"):
        pytest.fail("\n".join(map(str, blocked)), pytrace=False)
