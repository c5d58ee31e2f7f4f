"""What ends a bench without figures; told in one line, exit code 2."""

from __future__ import annotations


class BenchFailed(Exception):
    """Something that a scenario needs did not start, did not answer or did not end."""
