"""Supported fakes of the ports, and the RTP ear that the tests hear with."""
