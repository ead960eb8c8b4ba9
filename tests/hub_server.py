"""A model hub on this machine: enough of huggingface.co's protocol to fetch a large file from, and to go wrong.

A file's address answers HEAD with its size and SHA-256 and where its bytes lie, at another host, as the real one does
for large files; the bytes come from there, from any position on.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


class HubServer:
    """Serves these files, by ``owner/repo/file``; ``asked`` are method, path and headers of every request."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = dict(files)
        self.stated = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.left: int | None = None  # bytes until the connection breaks, once
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        port = self._server.server_address[1]
        self.address, self.store = f"http://127.0.0.1:{port}", f"http://localhost:{port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def break_after(self, count: int) -> None:
        self.left = count

    def alter(self, name: str) -> None:
        """Have it send something else than what it says."""
        self.files[name] = self.files[name][:-1] + b"?"

    def state_no_checksums(self) -> None:
        self.stated = dict.fromkeys(self.files, "0123456789abcdef0123456789abcdef01234567")

    def close(self) -> None:
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _handler(hub: HubServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._note()
            name = self.path.lstrip("/").replace("/resolve/main/", "/")
            if name in hub.files:
                size = str(len(hub.files[name]))
                linked = {"X-Linked-Size": size, "X-Linked-Etag": f'"{hub.stated[name]}"', "X-Repo-Commit": "0" * 40}
                self._answer(302, {"Location": f"{hub.store}/store/{name}", **linked})
            elif name.startswith("gated/"):
                self._answer(401, {"X-Error-Code": "GatedRepo"})
            else:
                kind = "EntryNotFound" if name.startswith("a/b/") else "RepoNotFound"
                self._answer(404, {"X-Error-Code": kind})

        def do_GET(self) -> None:
            self._note()
            content = hub.files[self.path.removeprefix("/store/")]
            wanted = self.headers.get("Range")
            start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
            more = {"Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"} if wanted else {}
            self._answer(206 if wanted else 200, {"Content-Length": str(len(content) - start), **more})
            if hub.left is not None:
                self.wfile.write(content[start : start + hub.left])
                hub.left = None
                self.close_connection = True
                return
            self.wfile.write(content[start:])

        def _note(self) -> None:
            hub.asked.append((self.command, self.path, dict(self.headers)))

        def _answer(self, status: int, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    return Handler
