"""The clerk: a process of its own that loads the record into its database and tells others what is in it.

Python's threads share one lock: what a thread computes, SIP waits for, and with a database in the switch's
process the slowest hundredth of answers took 200 ms in place of 12. So the switch only writes lines, and
whatever is made of them is made over here. It speaks with its parent in lines of JSON:

| from the switch | |
|---|---|
| `{"webhooks": [...], "mail": {...}, "reports": [...], "retention": 7776000.0}` | what is in force |
| `{"probe": [1, "anna@office.example"]}` | send a mail at once, and tell how that went, under that number |
| `{"erase": {"id": 1, "number": ..., "upto": 9, ...}}` | erase somebody, or count, once event 9 is loaded |
| end of file | the switch has ended, in order or not: load the rest, and end |

| to the switch | |
|---|---|
| `{"loaded": 123, "problem": null}` | how far the database is, whenever that changes |
| `{"mail": {"waiting": 2, ...}}` | how the mails are (`parcels.Post`), whenever that changes |
| `{"note": ["MailSent", {...}]}` | an event for the record |
| `{"probed": [1, true, "250 OK"]}` | the answer: whether it was taken, and the server's words |
| `{"log": ["warning", "DatabaseFailing", {...}]}` | a line for the log |
| `{"erasing": {"id": 1, "done": 5, "of": 9}}` | how far the search for somebody is |
| `{"erasing": {"id": 1, "found": {"calls": 2, ...}}}` | what there is to be erased |
| `{"erasing": {"id": 1, "files": [...]}}` | recordings that go now |
| `{"erasing": {"id": 1, "over": {"calls": 2, ...}}}` | what was erased, or was only counted |
| `{"erasing": {"id": 1, "failed": "..."}}` | why it was not |

A clerk that dies is followed by another. Two at once, over a restart of the switch, wait for each other by a
lock on `clerk.lock`.
"""
