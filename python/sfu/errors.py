"""What can go wrong beyond a mistyped argument, which is a `TypeError`."""


class SfuError(Exception):
    """The base of this package's own errors."""


class InvalidStateError(SfuError):
    """The object is closed, or has done already what is asked of it."""


class NotFoundError(SfuError):
    """No object of that id exists."""


class UnsupportedError(SfuError):
    """No codec or feature that both sides have fits."""


class WorkerDiedError(SfuError):
    """The worker of the object ended without being asked to."""
