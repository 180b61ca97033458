"""What tests of several directories share."""

from collections.abc import Iterator

import pytest

from scripts.private_broker import private_broker


@pytest.fixture(scope="session")
def broker_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A broker that all tests share, each with streams of its own."""
    with private_broker(tmp_path_factory.mktemp("broker")) as broker:
        yield broker.url
