"""Pictures of runs, by what is in them."""

from __future__ import annotations

import pytest

from softswitch.simulation.compared import Simulated
from softswitch.simulation.figures import run_of
from softswitch.simulation.pictures import draw
from softswitch.simulation.plan import Plan
from tests.simulation.floors import floor, traffic, world


def simulated(label: str, agents: str) -> Simulated:
    settings, callers = floor(agents), traffic(0.8, hours=2)
    made = world(settings, callers)
    return Simulated(
        label, Plan(settings, callers, "service-level", None), (run_of(made, 1, "service-level"),)
    )


@pytest.mark.parametrize("turned", [False, True], ids=["the longer waits left", "right"])
def test_two_side_by_side_have_one_scale_in_which_neither_is_cut_off(turned: bool) -> None:
    found = [simulated("few.yaml", "ann"), simulated("many.yaml", "ann bob cid")]
    figure = draw(found[::-1] if turned else found)
    rows = [figure.axes[place : place + 2] for place in range(0, len(figure.axes), 2)]
    for left, right in rows:
        assert left.get_ylim() == right.get_ylim()
        for axes in (left, right):
            bottom, top = axes.get_ylim()
            assert bottom == 0
            assert axes.dataLim.y1 <= top
    waits = [axes.dataLim.y1 for axes in rows[1]]
    assert max(waits) > 3 * min(waits), "else nothing would be cut off"
