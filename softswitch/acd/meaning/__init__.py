"""What each event means: one function per event, by the thing that it is about."""
