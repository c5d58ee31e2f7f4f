"""The bench's API client: its sampler thread and its scenario ask over one connection."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bench.api import Api


class _Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65536

    def do_GET(self) -> None:
        body = self.path.encode()
        if self.path == "/cut":
            self.send_response(200)
            self.send_header("content-length", "1000")
            self.end_headers()
            self.wfile.write(b"half an answer")
            self.close_connection = True
            return
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = self.path == "/last"  # as a server does whose connection was idle: it does not say so

    do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""


@pytest.fixture
def api() -> Iterator[Api]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    client = Api(f"http://127.0.0.1:{server.server_port}", timeout_s=5.0)
    yield client
    client.close()
    server.shutdown()
    thread.join()
    server.server_close()


def test_threads_each_get_the_answer_to_their_own_request(api: Api) -> None:
    paths = [f"/{number}" for number in range(400)]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda path: api.request("GET", path), paths))
    assert answers == [(200, path.encode()) for path in paths]


def test_an_answer_cut_short_does_not_spoil_the_next(api: Api) -> None:
    with pytest.raises(Exception, match=r"IncompleteRead|more expected"):
        api.request("GET", "/cut")
    assert api.request("GET", "/after") == (200, b"/after")


def test_a_post_after_a_long_pause_takes_a_new_connection(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    assert api.request("GET", "/last") == (200, b"/last")
    paused = time.monotonic() + 60
    monkeypatch.setattr("bench.api.time.monotonic", lambda: paused)
    assert api.request("POST", "/after") == (200, b"/after")
