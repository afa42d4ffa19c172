"""One process that serves everything: the pages, the worker's threads and, in demo mode, the pretended LINE."""

import ctypes
import gc
import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.workers.gthread import ThreadWorker

from lstep_lite import demo, jobs, runtime
from lstep_lite.app import create_app
from lstep_lite.config import Settings
from lstep_lite.emulator import EmulatorConfig, start
from lstep_lite.web import App

PR_SET_PDEATHSIG = 1
GRACEFUL_SECONDS = 30
"""How long a running request or job may take to end after SIGTERM."""


@dataclass(frozen=True)
class DemoSetup:
    """What the demo adds to the server: the pretended LINE, and whether the shop comes ready-made."""

    emulator: EmulatorConfig
    is_seeded: bool


class Server(BaseApplication):
    """gunicorn with one process and threads. Everything that has threads or connections starts after the fork."""

    def __init__(self, settings: Settings, demo_setup: DemoSetup | None = None) -> None:
        self.settings = settings
        self.demo_setup = demo_setup
        super().__init__()

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": f"{self.settings.host}:{self.settings.port}",
            "workers": 1,
            "worker_class": "gthread",
            "threads": self.settings.web_threads,
            "timeout": 60,
            "graceful_timeout": GRACEFUL_SECONDS,
            "keepalive": 5,
            "worker_tmp_dir": "/dev/shm" if os.path.isdir("/dev/shm") else None,  # noqa: S108 - only its heartbeat file
            "loglevel": "warning",
            "control_socket_disable": True,
            "post_fork": _die_with_the_master,
            "post_worker_init": _start_companions,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> App:
        app = create_app(runtime.build(self.settings))
        if self.demo_setup:
            app.extensions["emulator_config"] = self.demo_setup.emulator
        return app


def _die_with_the_master(_server: Arbiter, _worker: ThreadWorker) -> None:
    """Have a killed master take its worker along, so that what is started next finds the port and the locks free."""
    with suppress(OSError, AttributeError):  # Linux alone has it; elsewhere gunicorn notices by itself, a little later
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _start_companions(worker: ThreadWorker) -> None:
    server: Server = worker.app
    app: App = server.wsgi()
    _settle_memory()
    if server.demo_setup:
        app.extensions["emulator"] = start(server.demo_setup.emulator)
    jobs.connect(app.extensions["runtime"])
    if server.settings.worker:
        jobs.start_consumer(app.extensions["runtime"])
    if server.demo_setup and server.demo_setup.is_seeded:
        demo.connect_soon(app.extensions["runtime"], server.demo_setup.emulator)


def _settle_memory() -> None:
    """Spare the garbage collector what is here for good: looking through it holds every thread for 0.1 s and more."""
    gc.collect()
    gc.freeze()


def run(settings: Settings, demo_setup: DemoSetup | None = None) -> None:
    """Serve until SIGTERM or SIGINT; running jobs and requests are allowed to end."""
    Arbiter(Server(settings, demo_setup)).run()
