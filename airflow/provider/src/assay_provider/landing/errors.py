"""Why a file did not land. Nothing was overwritten in any case."""


class LandingError(Exception):
    """The file cannot be landed; retrying does not help."""


class PartialError(LandingError):
    """Only a part of the file was received, or nothing. A later try may succeed."""


class ChangedError(LandingError):
    """The file changed during the download. A later try gets the new one."""


class NotThisFileError(LandingError):
    """The download is not a data file, but for example a web page."""


class OtherContentError(LandingError):
    """A different file is already landed under that name. Give the new one another name, as CMS does."""
