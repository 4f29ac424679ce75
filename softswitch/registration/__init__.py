"""Phones that register and prove who they are: pure. Bindings (RFC 3261 section 10), digest (RFC 7616, 8760),
nonces.

No clock and no chance: `now` is an argument, in seconds on any clock that never goes back, and keys are
handed in.
"""
