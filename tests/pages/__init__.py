"""The pages in a real browser, Debian's Chromium, against a running switch with real calls in it."""
