"""Stands for the station."""
