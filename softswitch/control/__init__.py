"""The local UNIX socket over which commands reach the running switch."""
