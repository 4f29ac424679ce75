"""The queue brain (automatic call distribution): pure, sans-IO.

Events go in, actions come out, `now` is an argument, randomness is injected. The live switch, the tests,
a simulation and a replay drive the same object.
"""

from softswitch.compiled import find_engine

COMPILED = find_engine(__path__)
"""Whether the engine that runs is the compiled one."""
