"""What can go wrong. The text says what was found, what was expected, and what to do."""


class CatalogError(Exception):
    """The catalog cannot be brought to what the lake commits."""


class NotThere(CatalogError):  # noqa: N818 - said as it is read: `except NotThere`
    """An object that is not in the lake."""
