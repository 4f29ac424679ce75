"""`python -m softswitch`: the command line."""

from softswitch.cli import main

if __name__ == "__main__":
    main()
