"""The page at `/`: a few built files, read once."""

import mimetypes
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from quart import Blueprint, Response, request

STATIC = Path(__file__).parent.parent / "static"

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Permissions-Policy": "camera=(self), microphone=(self), display-capture=(self)",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    # The names of the files do not change with their content: browsers ask each time, and mostly
    # get a 304.
    "Cache-Control": "no-cache",
}

NOT_BUILT = (
    "The page has not been built: run `npm ci && npm run build` in server/web.\n"
    "The API works without it.\n"
)


@dataclass(frozen=True, slots=True)
class File:
    """One file of the page."""

    content: bytes
    content_type: str

    @property
    def etag(self) -> str:
        """Changes with the content."""
        return sha256(self.content).hexdigest()[:32]


def page(directory: Path = STATIC) -> Blueprint:
    """Serves a directory; `index.html` at `/`, or a message at `/` if there is none."""
    blueprint = Blueprint("page", __name__)
    files = _read(directory)
    index = files.pop("index.html", None)
    _bind(blueprint, "", index)
    for name, file in files.items():
        _bind(blueprint, name, file)
    return blueprint


def _bind(blueprint: Blueprint, path: str, file: File | None) -> None:
    async def view() -> Response:
        return _not_built() if file is None else _send(file)

    endpoint = path.replace(".", "_") or "index"
    blueprint.add_url_rule(f"/{path}", endpoint, view, methods=["GET"])


def _send(file: File) -> Response:
    response = Response(file.content, content_type=file.content_type, headers=HEADERS)
    response.set_etag(file.etag)
    if file.etag in request.if_none_match:
        response.set_data(b"")
        response.status_code = 304
    return response


def _not_built() -> Response:
    return Response(NOT_BUILT, 503, content_type="text/plain; charset=utf-8")


def _read(directory: Path) -> dict[str, File]:
    paths = (path for path in sorted(directory.rglob("*")) if path.is_file())
    return {
        path.relative_to(directory).as_posix(): File(path.read_bytes(), _content_type(path))
        for path in paths
    }


def _content_type(path: Path) -> str:
    # The system's own table may say anything for .js; browsers refuse modules of another type.
    guessed = {".js": "text/javascript", ".map": "application/json"}.get(path.suffix)
    kind = guessed or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
