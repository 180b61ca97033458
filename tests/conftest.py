"""What tests of several directories share."""

from collections.abc import Iterator

import pytest

from tests.queue.broker import broker


@pytest.fixture(scope="session")
def broker_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A broker that all tests share, each with streams of its own."""
    with broker(tmp_path_factory.mktemp("broker")) as url:
        yield url
