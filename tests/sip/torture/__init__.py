"""RFC 4475, every message of its section 3, byte for byte."""
