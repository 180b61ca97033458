"""One at a time for each name, whether or not anything of that name exists yet."""

from weakref import WeakValueDictionary

import trio


class Turns:
    """A lock a name; a lock lives as long as somebody holds or awaits it."""

    def __init__(self) -> None:
        """Makes it without locks."""
        self._locks: WeakValueDictionary[str, trio.Lock] = WeakValueDictionary()

    def of(self, name: str) -> trio.Lock:
        """Gives the lock of `name`: first come, first served."""
        lock = self._locks.get(name)
        if lock is None:
            lock = self._locks[name] = trio.Lock()
        return lock
