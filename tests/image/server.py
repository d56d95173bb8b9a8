"""An image service on this machine that misbehaves on purpose."""

from __future__ import annotations

import collections
import contextlib
import email.utils
import hashlib
import http.server
import io
import socket
import struct
import threading
import time
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from PIL import Image

PASSING = (
    "429",
    "429 date",
    "500",
    "502",
    "503",
    "html",
    "empty",
    "truncated",
    "cut",
    "reset",
    "silent",
    "small",
    "png",
)
BLANK, PLACEHOLDER, IMAGE = "blank", "placeholder", "image"
_PAGE = b"<html><body>The service is busy, please come back later</body></html>"


def draw(words: str, width: int, kind: str = "JPEG") -> bytes:
    """Return an image that is a function of the words; gray for ``blank``."""
    seed = list(hashlib.sha256(words.encode()).digest())
    pixels = np.random.default_rng(seed).integers(0, 256, (width, width, 3), dtype=np.uint8)
    if words == BLANK:
        pixels[:] = 36
    encoded = io.BytesIO()
    Image.fromarray(pixels).save(encoded, format=kind)
    return encoded.getvalue()


class ImageServer(http.server.ThreadingHTTPServer):
    """Draw a JPEG for each position, after the faults that were ordered for it.

    Args:
        faults: Position ("ra dec", as asked) -> what its first answers are instead; ``*`` stands for every position
            without an entry. The last word may be ``forever``: the one before it is then repeated without end.
        retry_after: What 429 and 503 say [s]; as a date it is up to a second later.
        delay: Before every answer [s].
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self, faults: Mapping[str, Sequence[str]] | None = None, retry_after: str = "0", delay: float = 0.0
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.faults = dict(faults or {})
        self.retry_after, self.delay = retry_after, delay
        self.lock, self.closing = threading.Lock(), threading.Event()
        self.asked: list[tuple[float, str, str]] = []
        self.answers: collections.Counter[str] = collections.Counter()
        self.queries: list[dict[str, str]] = []
        self.agents: set[str] = set()
        self.now = self.most = 0

    @property
    def url(self) -> str:
        """The address of the service."""
        return f"http://127.0.0.1:{self.server_port}/getjpeg"

    def image(self, position: str, width: int) -> bytes:
        """Return the bytes that belong to a position."""
        return draw(position, width)

    def given(self) -> collections.Counter[str]:
        """Count the whole images that were given for each position."""
        return collections.Counter(where for _, where, what in self.asked if what in (IMAGE, BLANK, PLACEHOLDER))

    def next_answer(self, position: str) -> str:
        """Return what the next answer is to be, and note it."""
        with self.lock:
            before = self.answers[position]
            self.answers[position] += 1
            faults = self.faults.get(position, self.faults.get("*", ()))
            if faults and faults[-1] == "forever":
                what = faults[min(before, len(faults) - 2)]
            else:
                what = faults[before] if before < len(faults) else IMAGE
            self.asked.append((time.monotonic(), position, what))
            return what

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing where a client goes away."""

    @contextlib.contextmanager
    def running(self) -> Iterator[ImageServer]:
        """Serve until the block ends."""
        thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.closing.set()
            self.shutdown()
            self.server_close()
            thread.join()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ImageServer

    def log_message(self, *words: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer, or misbehave."""
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
        with self.server.lock:
            self.server.queries.append(query)
            self.server.agents.add(self.headers["User-Agent"])
            self.server.now += 1
            self.server.most = max(self.server.most, self.server.now)
        try:
            self._answer(f"{query['ra']} {query['dec']}", int(query.get("width") or query["size"]))
        finally:
            with self.server.lock:
                self.server.now -= 1

    def _answer(self, position: str, width: int) -> None:
        self.server.closing.wait(self.server.delay)
        what = self.server.next_answer(position)
        image = self.server.image(position, width)
        if what.split()[0].isdigit():
            self._refuse(int(what.split()[0]), is_date="date" in what)
        elif what == "silent":
            self.server.closing.wait(60)
        elif what == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        elif what == "cut":
            self._send(200, image[: len(image) // 2], length=len(image))
            self.close_connection = True
        elif what == "trickle":
            self._send(200, b"", length=len(image))
            for byte in image:
                self.wfile.write(bytes([byte]))
                self.server.closing.wait(0.05)
        else:
            self._send(200, _body(what, position, width, image))

    def _refuse(self, status: int, is_date: bool) -> None:
        headers = {}
        if status in (429, 503):
            moment = email.utils.formatdate(time.time() + 1 + int(self.server.retry_after), usegmt=True)
            headers["Retry-After"] = moment if is_date else self.server.retry_after
        self._send(status, _PAGE, headers=headers)

    def _send(
        self, status: int, body: bytes, length: int | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _body(what: str, position: str, width: int, image: bytes) -> bytes:
    match what:
        case "html":
            return _PAGE
        case "empty":
            return b""
        case "truncated":
            return image[: len(image) // 2]
        case "small":
            return draw(position, width // 2)
        case "png":
            return draw(position, width, "PNG")
        case "blank" | "placeholder":
            return draw(what, width)
    assert what == IMAGE
    return image
