"""The only part that knows `sfu`: workers, and what rooms need of them.

workers.py   a pool of workers, each replaced when it dies
room.py      a router for each room
session.py   two transports for each attendee
faults.py    sfu's errors as RoomError
"""

from sfu_server.media.workers import WorkerHealth, WorkerOptions, WorkerPool

__all__ = ["WorkerHealth", "WorkerOptions", "WorkerPool"]
