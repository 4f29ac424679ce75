"""The configuration: YAML with positions -> pydantic models -> the plain settings that the rooms take."""
