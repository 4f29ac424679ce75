"""The configuration language as pydantic models, one file per concept.

The docstrings of fields are the words of the JSON Schema and of docs/configuration.md. The models check
shapes; the names that they mention are checked in `checks/`, and `build.py` makes the switch's plain
settings of them.
"""
