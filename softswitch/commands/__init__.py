"""What the commands do and print, apart from the command line itself: one file per kind of command."""
