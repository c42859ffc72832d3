"""gunicorn, set up by us: threads that share a process, quiet, the address said when it answers."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING, Any

from django.core.wsgi import get_wsgi_application
from gunicorn.app.base import BaseApplication

from .commandline import Mistake
from .words import translated

if TYPE_CHECKING:
    from gunicorn.workers.base import Worker


class _Site(BaseApplication):  # type: ignore[misc]
    def __init__(self, options: dict[str, Any]) -> None:
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return get_wsgi_application()


def serve(host: str, port: int, workers: int) -> None:
    """Answer at `host`:`port` until stopped; says the address once it does. Raises Mistake if it is taken."""
    _must_be_free(host, port)

    def listening(worker: Worker) -> None:
        # Said once, by the first process that can answer.
        if worker.age == 1:
            print(f"Huanxin 焕新  http://{host}:{port}/", flush=True)

    _Site(
        {
            "bind": f"{host}:{port}",
            "workers": workers,
            # Each process takes callers of its own: else the first one up takes whoever keeps a connection.
            "reuse_port": True,
            "worker_class": "gthread",
            # Who presses at the same moment is served together (foundation.lib.together).
            "threads": 32,
            # An import or an export may take minutes; a thread that works is no sign of a dead process.
            "timeout": 600,
            "graceful_timeout": 20,
            "loglevel": "warning",
            "post_worker_init": listening,
            "control_socket_disable": True,
        }
    ).run()


def _must_be_free(host: str, port: int) -> None:
    # gunicorn would try five times and end with a stack trace.
    try:
        with socket.create_server((host, port)):
            return
    except OSError as taken:
        raise Mistake(
            translated(
                "%(host)s:%(port)s cannot be used (%(why)s). "
                "Take another port: --port %(other)s, or make run PORT=%(other)s."
            )
            % {"host": host, "port": port, "why": os.strerror(taken.errno or 0), "other": port + 1}
        ) from taken
