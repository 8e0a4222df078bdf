"""A publisher's server on loopback, with typical faults."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Publisher:
    """`content` by path; `faults` are used up, one per request: break N, short, busy, html, change, lie N, plain."""

    content: bytes
    faults: list[tuple[str, Any]] = field(default_factory=list)
    tag: str = '"v1"'
    seen: list[str | None] = field(default_factory=list)
    address: str = ""

    @property
    def url(self) -> str:
        return f"{self.address}/OP_DTL_GNRL_PGYR2023_P06282024.csv"

    def next_fault(self) -> tuple[str, Any]:
        return self.faults.pop(0) if self.faults else ("none", None)


@contextmanager
def serve(publisher: Publisher) -> Iterator[Publisher]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

        def do_GET(self) -> None:
            if self.path.startswith("/moved/"):
                self.send_response(302)
                self.send_header("Location", self.path.removeprefix("/moved"))
                self.end_headers()
                return
            publisher.seen.append(self.headers.get("Range"))
            fault, how = publisher.next_fault()
            if fault == "busy":
                self.send_error(503)
                return
            if fault == "gone":
                self.send_error(404)
                return
            if fault == "change":
                publisher.content, publisher.tag = how, '"v2"'
            body, start = publisher.content, 0
            asked = self.headers.get("Range")
            fresh = self.headers.get("If-Range") in {None, publisher.tag}
            if asked and fresh and fault != "plain":
                start = int(asked.removeprefix("bytes=").rstrip("-"))
                self.send_response(206)
                at = start + (1 if fault == "shift" else 0)
                self.send_header("Content-Range", f"bytes {at}-{len(body) - 1}/{len(body)}")
            else:
                self.send_response(200)
            rest = body[start:]
            self.send_header("Content-Type", "text/html; charset=utf-8" if fault == "html" else "text/csv")
            self.send_header("Content-Length", str(len(rest) + (how if fault == "lie" else 0)))
            self.send_header("ETag", publisher.tag)
            self.end_headers()
            self.wfile.write(rest[: how if fault == "break" else None])
            self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    publisher.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield publisher
    finally:
        server.shutdown()
