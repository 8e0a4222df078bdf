"""Replaces the station."""
