"""What each event means: one function per event, by the thing that it is about."""

from softswitch.acd import COMPILED
from softswitch.compiled import find_meaning

if COMPILED:
    find_meaning(__path__)
