"""Fixtures for pytest: `sfu_worker`, `sfu_router`, `sfu_peer`. They need pytest-trio.

    async def test_a_call(sfu_router, sfu_peer):
        alice, bob = await sfu_peer(), await sfu_peer()
        picture = await bob.subscribe(await alice.publish("video"))
        await picture.wait_for_frames(10)

Each test that asks for them has a worker of its own. Where pytest-trio is not installed there are
none, and nothing is loaded for them.
"""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Adds the fixtures where pytest-trio is there to run them."""
    if config.pluginmanager.hasplugin("trio"):
        config.pluginmanager.import_plugin("sfu.testing._fixtures")
