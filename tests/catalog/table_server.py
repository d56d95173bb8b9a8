"""A real HTTP server on this machine that answers as the table services document it, and misbehaves on purpose."""

from __future__ import annotations

import contextlib
import io
import re
import threading
import time
import urllib.parse
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
from astropy.io.votable import from_table, writeto

HTML = b"<!DOCTYPE html><html><body>The service is down for maintenance</body></html>"
SQL = re.compile(r"SELECT TOP (\d+) (\S+?), .* > (-?\d+) ORDER BY (\S+)", re.DOTALL)


class TableServer:
    """Files by path, SkyServer SQL on one table, VizieR on one table; ``faults`` are taken one a request.

    A fault is a status, ``hang`` (no answer), ``cut`` (half of the body), ``html``, ``empty`` or ``busy`` (text, 200).
    """

    def __init__(self, files=None, sql=None, vizier=None, most_rows=10**6, faults=()):
        self.files, self.sql, self.vizier, self.most_rows = files or {}, sql, vizier, most_rows
        self.faults, self.ranges = list(faults), True
        self.requests, self.sent = [], 0
        self.address = ""

    @contextlib.contextmanager
    def running(self) -> Iterator[TableServer]:
        """Serve until the end of the block."""
        handler = type("Handler", (_Handler,), {"table_server": self})
        httpd = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        httpd.daemon_threads = True
        thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        self.address = f"http://127.0.0.1:{httpd.server_address[1]}"
        try:
            yield self
        finally:
            httpd.shutdown()
            thread.join()
            httpd.server_close()

    def answer(self, path: str, query: dict[str, list[str]]) -> bytes | None:
        """Return the body of an answer, None for what is not there."""
        if path.endswith("x_results.aspx"):
            assert query["format"] == ["csv"]
            return self.page(query["cmd"][0])
        if path.startswith("/viz-bin/"):
            stream = io.BytesIO()
            writeto(from_table(self.vizier, "table2"), stream)
            return stream.getvalue()
        return self.files.get(path.lstrip("/"))

    def page(self, command: str) -> bytes:
        """Answer a page of SQL with a line that names the table, and CSV."""
        rows, first, after, key = SQL.search(command).groups()
        assert first == key
        name = key.split(".")[-1]
        keys = np.asarray(self.sql[name])
        chosen = self.sql[np.argsort(keys)]
        chosen = chosen[np.sort(keys) > int(after)][: min(int(rows), self.most_rows)]
        lines = [",".join(chosen.colnames), *(",".join(str(value) for value in row) for row in chosen)]
        return ("#Table1\n" + "\n".join(lines) + "\n").encode()


class _Handler(BaseHTTPRequestHandler):
    table_server: TableServer

    def log_message(self, *words):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.do_GET()

    def do_GET(self):
        server = self.table_server
        split = urllib.parse.urlsplit(self.path)
        server.requests.append(urllib.parse.unquote_plus(self.path))
        fault = server.faults.pop(0) if server.faults else None
        body = server.answer(split.path, urllib.parse.parse_qs(split.query))
        start = int(match.group(1)) if (match := re.match(r"bytes=(\d+)-", self.headers.get("Range", ""))) else 0
        if fault == "hang":
            time.sleep(1.0)
            return
        if isinstance(fault, int) or body is None:
            self._send(fault if isinstance(fault, int) else 404, b"no")
        elif fault in ("html", "empty", "busy"):
            self._send(200, {"html": HTML, "empty": b"", "busy": b"Too many queries in a minute"}[fault])
        elif start and server.ranges:
            self._send(206 if start < len(body) else 416, body[start:], cut=fault == "cut")
        else:
            self._send(200, body, cut=fault == "cut")

    def _send(self, status, body, cut=False):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if status == 503:
            self.send_header("Retry-After", "0")
        self.end_headers()
        sent = body[: len(body) // 2] if cut else body
        self.table_server.sent += len(sent)
        with contextlib.suppress(OSError):
            self.wfile.write(sent)
        self.close_connection = True
