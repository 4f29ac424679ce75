"""A SIP call-centre switch: menus, queues with music and speech, agents' phones.

The rooms and who may look into which are drawn in the README's architecture section; the linter
configuration in pyproject.toml holds them.
"""

__version__ = "0.1.0"
