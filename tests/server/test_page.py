"""The page at `/`, beside the WebSocket at `/`."""

from pathlib import Path

import pytest
from quart.typing import TestClientProtocol as Browser
from quart_trio import QuartTrio
from sfu_server.http.page import page


def browser_of(directory: Path) -> Browser:
    app = QuartTrio(__name__, static_folder=None)
    app.register_blueprint(page(directory))
    return app.test_client()


@pytest.fixture
def built(tmp_path: Path) -> Browser:
    """A browser of a page that has been built."""
    (tmp_path / "index.html").write_text("<title>Call</title>", encoding="utf-8")
    (tmp_path / "main.js").write_text("start()", encoding="utf-8")
    return browser_of(tmp_path)


async def test_the_page_is_served_with_a_policy(built: Browser) -> None:
    response = await built.get("/")

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert await response.get_data(as_text=True) == "<title>Call</title>"


async def test_modules_have_a_type_that_browsers_take(built: Browser) -> None:
    response = await built.get("/main.js")

    assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"


async def test_what_has_not_changed_is_not_sent_again(built: Browser) -> None:
    first = await built.get("/main.js")
    again = await built.get("/main.js", headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["Cache-Control"] == "no-cache"
    assert again.status_code == 304
    assert await again.get_data(as_text=False) == b""


@pytest.mark.parametrize("path", ["/../page.py", "/%2e%2e/page.py", "//etc/passwd", "/index.html"])
async def test_nothing_else_is_served(built: Browser, path: str) -> None:
    assert (await built.get(path)).status_code == 404


async def test_without_a_built_page_it_is_said_how_to_build_it(tmp_path: Path) -> None:
    response = await browser_of(tmp_path / "nothing").get("/")

    assert response.status_code == 503
    assert "npm run build" in await response.get_data(as_text=True)
