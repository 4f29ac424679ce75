"""The web server inside the switch: health, metrics, and the REST API. It serves on the switch's own loop, so
whatever takes long (SQL, password hashing, rendering) is done in threads.
"""
