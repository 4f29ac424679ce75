"""Those of the messages that PJSIP would take for one another: each meets an endpoint of its own."""

from __future__ import annotations

import pytest

from tests.sip.torture.table import TABLE, Row
from tests.sip.torture.test_torture import ALONE, check, opened

pytestmark = pytest.mark.may_block  # each starts and ends a switch in this process


@pytest.mark.asyncio
@pytest.mark.parametrize("row", [row for row in TABLE if row.name in ALONE], ids=lambda row: row.name)
async def test_the_row_holds(row: Row) -> None:
    async with opened() as torture:
        await check(torture, row)
