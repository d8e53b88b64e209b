"""Locales, their direction and digits; catalogues and their checks."""
