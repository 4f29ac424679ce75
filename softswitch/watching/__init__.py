"""Who watches what: subscriptions to lamps (RFC 6665), what lights them, and what a NOTIFY says. Pure.

request.py        what a SUBSCRIBE says
subscriptions.py  who is subscribed, until when, and whom to notify next
lamps.py          events of the record in, each agent's calls out
dialog_info.py    those calls as RFC 4235 writes them; message_summary.py: a mailbox as RFC 3842 writes it
"""
