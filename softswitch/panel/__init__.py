"""What the agents' panel shows and does, beside what the board has: the caller at hand, notes, bulletins.

- `cards.py`: what an agent needs to know of one call.
- `notebook.py`: the newest notes and cards, in memory: they are read again before the database has them.
- `desk.py`: one agent's desk, and what is done at it; every change is on record.
- `notices.py`: bulletins.
"""
