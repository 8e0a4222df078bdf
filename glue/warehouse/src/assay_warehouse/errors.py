"""What can go wrong. The text says what was found, what was expected, and what to do."""


class WarehouseError(Exception):
    """A load or a query cannot be carried out. Retrying does not help."""


class OlderPublication(WarehouseError):
    """The loaded data is newer than the data to load. Nothing was changed."""


class TryAgain(WarehouseError):
    """Another process is publishing or loading. Nothing was changed, and a retry will probably succeed."""
