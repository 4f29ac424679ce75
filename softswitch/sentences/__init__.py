"""Sentences with numbers in them, right in every language. Pure, but that it reads the built-in catalogue."""
