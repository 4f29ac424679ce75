"""Menus: the tree and its interpreter, pure. A digit, a prompt's end or a deadline goes in, actions come out."""
