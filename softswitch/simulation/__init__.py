"""Simulation: the live queue engine under a virtual clock, with callers and agents who are drawn by chance.

`world.py` is the shell around the engine, as `calls/` is the live one: it tells events, acts out actions.
Who calls when, and how long everybody takes, is `traffic.py`, drawn by `draws.py` and `arrivals.py`; what
came of it is `figures.py`, counted as the reports count; `theory.py` is what textbooks say of the same.
"""
