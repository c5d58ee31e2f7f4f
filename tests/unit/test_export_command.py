"""The command `export` against a real socket: a whole file gets its name, half of one does not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from masteria.commands import main
from masteria.credentials_file import Credentials

ASKED: list[tuple[str, str | None]] = []


class _Gateway(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        ASKED.append((self.path, self.headers["authorization"]))
        if "bad" in self.path:
            body = b'{"detail":"no","errors":[{"field":"bad","reason":"unknown parameter"}]}'
            self.send_response(422)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            return
        self.send_response(200)
        self.send_header("content-disposition", 'attachment; filename="../eventos.csv"')
        self.send_header("content-length", "100" if "broken" in self.path else "6")
        self.end_headers()
        self.wfile.write(b"ID\r\n1\n")

    def log_message(self, format: str, *args: object) -> None:
        return


@contextmanager
def _running(folder: Path) -> Iterator[None]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Gateway)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    Credentials(base_url=f"http://127.0.0.1:{server.server_port}", api_key="mia_key").write(folder)
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_list_becomes_a_file_of_the_answers_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with _running(tmp_path):
        words = ["--data-dir", str(tmp_path), "--filter", "event_type=pix_created", "--semicolon", "--bom"]
        assert main(["export", "events", *words]) == 0
    assert (tmp_path / "eventos.csv").read_bytes() == b"ID\r\n1\n"
    path, key = ASKED[-1]
    assert path == "/api/v1/exports/events.csv?event_type=pix_created&lang=pt&delimiter=semicolon&bom=true"
    assert key == "Bearer mia_key"


def test_what_is_refused_or_breaks_off_leaves_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "out.csv"
    with _running(tmp_path):
        words = ["export", "events", "--data-dir", str(tmp_path), "--output", str(target)]
        assert main([*words, "--filter", "bad=1"]) == 1
        assert "bad: unknown parameter" in capsys.readouterr().err
        assert main([*words, "--filter", "broken=1"]) == 69
        assert main([*words, "--filter", "nonsense"]) == 1
    assert not target.exists()
