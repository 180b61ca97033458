"""Why a request is refused: one exception, a closed list of codes."""

from enum import StrEnum


class ErrorCode(StrEnum):
    """What clients can tell refusals apart by."""

    INVALID_PARAMETER = "invalid_parameter"
    UNKNOWN_METHOD = "unknown_method"
    ROOM_NOT_FOUND = "room_not_found"
    ATTENDEE_NOT_FOUND = "attendee_not_found"
    TRANSPORT_NOT_FOUND = "transport_not_found"
    PRODUCER_NOT_FOUND = "producer_not_found"
    CONSUMER_NOT_FOUND = "consumer_not_found"
    PRODUCER_EXISTS = "producer_exists"
    TRANSPORT_ALREADY_CONNECTED = "transport_already_connected"
    CANNOT_PRODUCE = "cannot_produce"
    CANNOT_CONSUME = "cannot_consume"
    LIMIT_EXCEEDED = "limit_exceeded"
    MEDIA_UNAVAILABLE = "media_unavailable"
    SHUTTING_DOWN = "shutting_down"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    BODY_TOO_LARGE = "body_too_large"
    REQUEST_TIMEOUT = "request_timeout"
    INTERNAL_ERROR = "internal_error"


class RoomError(Exception):
    """A request that is refused; everything is as it was."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        """Makes one.

        Args:
            code: For programs.
            message: For people.
        """
        super().__init__(message)
        self.code = code
        self.message = message
