"""Clients of other people, each run in a process of its own with its packages on the path."""
