"""Marks a string for translation without translating it: pure modules mark, the edge translates."""

from __future__ import annotations


def N_(message: str) -> str:
    """``message`` itself; ``translations extract`` collects it."""
    return message
