"""What an agent dials -> which trunk is asked for which number, or why not: pure.

Numbers are understood in one form (E.164 with its plus; short ones as they are), rules are read in their
order, and what is expensive is refused unless somebody said that it may be dialled.
"""
