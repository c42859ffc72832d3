"""Servers that tests send to: real sockets on this machine, as small as they can be."""

from __future__ import annotations

import socketserver
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class MailServer:
    """Speaks enough SMTP to receive mail. `refuses` is what it says to every receiver instead."""

    def __init__(self) -> None:
        self.received: list[tuple[str, list[str], bytes]] = []
        self.refuses = ""
        outer = self

        class Session(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                outer._serve(self)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session)
        self._server.daemon_threads = True
        self.address = self._server.server_address[:2]

    def __enter__(self) -> MailServer:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_why: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _serve(self, session: socketserver.StreamRequestHandler) -> None:
        def say(line: str) -> None:
            session.wfile.write(f"{line}\r\n".encode())

        sender, receivers = "", []
        say("220 test")
        while line := session.rfile.readline().decode().strip():
            word = line.upper()
            if word.startswith("MAIL FROM:"):
                sender = line[10:].split(">")[0].strip(" <")
                say("250 ok")
            elif word.startswith("RCPT TO:"):
                receivers.append(line[8:].strip(" <>"))
                say(self.refuses or "250 ok")
            elif word == "DATA":
                say("354 go on")
                self.received.append((sender, receivers, _until_point(session.rfile)))
                say("250 ok")
            elif word == "QUIT":
                say("221 bye")
                return
            else:
                say("250 test")


def _until_point(lines: Any) -> bytes:
    read = []
    while (line := lines.readline()) not in (b".\r\n", b""):
        read.append(line[1:] if line.startswith(b"..") else line)
    return b"".join(read)


@dataclass(frozen=True)
class Call:
    """What a program was told."""

    path: str
    headers: Any
    body: bytes


class Program:
    """A program with an address; `answers` with a status and `says` headers."""

    def __init__(self) -> None:
        self.received: list[Call] = []
        self.answers = 204
        self.says: dict[str, str] = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                outer.received.append(Call(self.path, self.headers, body))
                self.send_response(outer.answers)
                for name, value in outer.says.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_args: Any) -> None:
                """Say nothing on the terminal."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> Program:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_why: object) -> None:
        self._server.shutdown()
        self._server.server_close()
