"""Whether something leaves objects that refer to each other in a circle: those are the collector's to find,
and while it looks at the objects of thousands of calls nobody is served.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def expect_no_circles(*rooms: str) -> Iterator[None]:
    """Fails if objects of these packages are left to the collector by what is done inside."""
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        yield
        gc.collect()
        names = (f"{type(one).__module__}.{type(one).__qualname__}" for one in gc.garbage)
        left = Counter(name for name in names if name.startswith(rooms))
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert not left, f"in circles: {dict(left)}"
