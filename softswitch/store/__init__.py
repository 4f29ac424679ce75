"""The record: numbered events, appended by one writer, and the call records read off them."""
