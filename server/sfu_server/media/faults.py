"""What goes wrong in `sfu`, as the rooms call it."""

from collections.abc import Generator
from contextlib import contextmanager

import sfu

from sfu_server.conference import ErrorCode, RoomError


@contextmanager
def translated(
    invalid_state: ErrorCode = ErrorCode.ATTENDEE_NOT_FOUND,
    unsupported: ErrorCode = ErrorCode.CANNOT_CONSUME,
) -> Generator[None]:
    """Raises `RoomError` for what `sfu` raises inside.

    Args:
        invalid_state: What it means that an object is not in a state for the call; by default, that
            it was closed because its attendee has left.
        unsupported: What it means that no codec fits.
    """
    try:
        yield
    except TypeError as error:
        raise RoomError(ErrorCode.INVALID_PARAMETER, str(error)) from error
    except sfu.UnsupportedError as error:
        raise RoomError(unsupported, str(error)) from error
    except sfu.NotFoundError as error:
        raise RoomError(ErrorCode.PRODUCER_NOT_FOUND, "the producer has ended") from error
    except sfu.InvalidStateError as error:
        raise RoomError(invalid_state, str(error)) from error
    except sfu.WorkerDiedError as error:
        raise RoomError(ErrorCode.MEDIA_UNAVAILABLE, "the media worker died") from error
