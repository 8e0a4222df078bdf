"""What can go wrong. The text says what was found, what was expected, and what to do."""


class CatalogError(Exception):
    """The catalog cannot be brought in line with the lake's manifests."""


class NotThere(CatalogError):
    """An object that is not in the lake."""
