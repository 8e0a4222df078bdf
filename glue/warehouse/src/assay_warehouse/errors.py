"""What can go wrong. The text says what was found, what was expected, and what to do."""


class WarehouseError(Exception):
    """A load or a query cannot be carried out. Trying again as it is does not help."""


class OlderPublication(WarehouseError):
    """What is loaded is newer than what was to be loaded. Nothing was changed."""


class TryAgain(WarehouseError):
    """Somebody else is publishing or loading. Nothing was changed, and the next try is likely to succeed."""
