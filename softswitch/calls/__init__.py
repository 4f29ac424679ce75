"""The asyncio shell: a call is one coroutine, returning hangs up; every task has a parent."""
