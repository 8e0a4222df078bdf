"""Operators that judge files."""
