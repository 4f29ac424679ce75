"""Alembic's migrations of the record's database, one file for each change of `tables.py`."""
