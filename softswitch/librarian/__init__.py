"""The librarian: a process of its own that reads the record for those who ask by the web server.

A page of a thousand calls takes a quarter of a second of Python, and while it is made SIP would wait, in a
thread too, as all threads share one lock. So pages are read, checked against the API's models and written as
JSON over here; the switch only hands the bytes on. It works at a lower priority than the switch, and speaks
with its parent over pipes:

| from the switch, in lines of JSON | |
|---|---|
| `{"id": 7, "ask": "call", "with": {"id": "c1"}}` | a question: a method of `desk.Desk` |
| end of file | the switch has ended, in order or not: end |

| to the switch: a line of JSON, and as many bytes as it says | |
|---|---|
| `{"id": 7, "size": 1103412}` | the answer follows |
| `{"id": 7, "size": null}` | there is no such thing |
| `{"id": 7, "size": 400, "lines": [[12, "Held", 200], ...]}` | events for a stream, each so long |
| `{"id": 7, "error": "..."}` | why there is no answer |

A librarian that dies is followed by another, and what it was asked is asked anew.
"""
