"""The tree of what lives in what, and how closing goes down it.

    Worker > Router > WebRtcTransport > Producer, Consumer
    Producer > Consumer (the second parent)

Closing one node closes what lives in it, here and at once; the core does the same when it gets the
one command for the top. Each child is told what became of the parent, except that everything in a
worker that died is told just that.
"""

from collections.abc import Callable

from sfu._event_stream import EventSource
from sfu.errors import InvalidStateError, WorkerDiedError
from sfu.events import Closing, WorkerDied


class Node:
    """One object's place in the tree.

    Attributes:
        events: Where its listeners listen.
        children: What lives in it, and what each is told when it closes.
        on_close: What is to be called once, before the listeners know.
    """

    events: EventSource
    children: dict["Node", Closing]
    on_close: list[Callable[[], object]]

    def __init__(self) -> None:
        """Makes an open node without parents or children."""
        self.events = EventSource()
        self.on_close = []
        self.children = {}
        self._parents: list[Node] = []
        self._closing: Closing | None = None

    @property
    def closing(self) -> Closing | None:
        """Why it is closed, once it is."""
        return self._closing

    def live_in(self, parent: "Node", closing: Closing) -> None:
        """Puts it into `parent`, to be closed with it and to be told `closing` then."""
        self._parents.append(parent)
        parent.children[self] = closing

    def close(self, why: Closing) -> None:
        """Closes it and what lives in it.

        Breadth first: of two parents the one nearer to the cause gives the reason.
        """
        wave: dict[Node, Closing] = {self: why}
        while wave:
            below: dict[Node, Closing] = {}
            for node, reason in wave.items():
                for child, told in node.children.items():
                    below.setdefault(child, reason if isinstance(reason, WorkerDied) else told)
                node.finish(reason)
            wave = {node: reason for node, reason in below.items() if node.closing is None}

    def finish(self, why: Closing) -> None:
        """Closes just this node, once."""
        if self._closing is not None:
            return
        self._closing = why
        for parent in self._parents:
            del parent.children[self]
        for clean_up in self.on_close:
            clean_up()
        self.events.emit(why)

    def check_open(self) -> None:
        """Does nothing while it is open.

        Raises:
            InvalidStateError: It is closed.
            WorkerDiedError: It is closed because the worker died.
        """
        if isinstance(self._closing, WorkerDied):
            raise WorkerDiedError(self._closing.reason)
        if self._closing is not None:
            message = f"closed ({self._closing.name})"
            raise InvalidStateError(message)
