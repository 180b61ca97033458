"""Fixtures for pytest: `sfu_worker`, `sfu_router`, `sfu_peer`. They need pytest-trio.

    async def test_a_call(sfu_router, sfu_peer):
        alice, bob = await sfu_peer(), await sfu_peer()
        picture = await bob.subscribe(await alice.publish("video"))
        await picture.wait_for_frames(10)

Nothing of this package's own is loaded before a test asks for one of them.
"""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Adds the fixtures where pytest-trio is there to run them."""
    if config.pluginmanager.hasplugin("trio"):
        config.pluginmanager.import_plugin("sfu.testing._fixtures")
