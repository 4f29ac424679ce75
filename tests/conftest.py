"""For every test: which clock its loop runs on, and a failure when something blocks the loop.

Async tests run on the real loop; those marked `virtual_time` (one test, or a file by
`pytestmark = pytest.mark.virtual_time`) run on a loop that jumps over waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping

import pytest
import structlog

from softswitch.testing.clock import VirtualTimeLoop, watch_for_blocking


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "virtual_time: the loop's clock jumps over waiting")
    config.addinivalue_line("markers", "may_block: the test may hold the loop on purpose")


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    if item.get_closest_marker("virtual_time"):
        return {"virtual": VirtualTimeLoop}
    return {"real": asyncio.SelectorEventLoop}


@pytest.fixture(autouse=True)
def nothing_blocks_the_loop(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test in which one callback held the loop for over 200 ms."""
    log = structlog.get_config()
    with watch_for_blocking() as blocked:
        yield
    structlog.configure(**log)  # a command that ran in this process may have changed it
    if blocked and not request.node.get_closest_marker("may_block"):
        pytest.fail("\n".join(map(str, blocked)), pytrace=False)
