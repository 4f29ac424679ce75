"""Menus: the tree and its interpreter, pure: a digit, a prompt's end or a deadline in, actions out."""
