"""Why a file did not land. Nothing was overwritten in any case."""


class LandingError(Exception):
    """The file cannot be had; trying again as it is does not help."""


class PartialError(LandingError):
    """Only a part came, or nothing. A later try may succeed."""


class ChangedError(LandingError):
    """The file is not the one that it was at the first look. A later try gets the new one."""


class NotThisFileError(LandingError):
    """Something came that is not a data file, such as a page."""


class OtherContentError(LandingError):
    """Another file is landed under that name. Give the new one its own name, as CMS does with each publication."""
