"""Sensors of landed files."""
