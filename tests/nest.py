"""Hatches demos and workers: each line on standard input starts one by forking, and answers with its process id.

Importing everything takes seconds of a processor's time; forking takes none.
"""

import ctypes
import gc
import json
import logging
import os
import signal
import sys
from contextlib import suppress
from typing import Any

import argon2
from sqlalchemy.orm import configure_mappers

from lstep_lite import (
    cli,
    config,
    jobs,
    runtime,
    server,
)
from lstep_lite.engine.staff import passwords
from tests import templates


def main() -> None:
    _let_passwords_cost_little()
    templates.share()
    configure_mappers()  # once for all of them
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead need no burial
    hatched = []
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            wanted = json.loads(line)
            _leave(wanted["environ"], wanted["log"])
            COMMANDS[wanted["command"]]()
            return
        hatched.append(pid)
        print(pid, flush=True)
    for pid in hatched:  # nobody is left to stop those that still run
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


def _leave(environ: dict[str, Any], log: str) -> None:
    """Become what a shell would have started, in a group of its own, writing to *log*."""
    with suppress(OSError, AttributeError):  # Linux alone has it
        ctypes.CDLL(None).prctl(server.PR_SET_PDEATHSIG, signal.SIGKILL)  # tests killed the hard way leave none behind
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), sys.stdin.fileno())
    written = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(written, stream.fileno())
    os.environ.clear()
    os.environ.update(environ)


def _demo() -> None:
    sys.argv = ["lstep-lite", "demo"]
    cli.main()


def _worker() -> None:
    """Without a look at the migrations: workers are killed by the dozen."""
    logging.basicConfig(level=logging.INFO)
    jobs.run_worker(runtime.build(config.load()))


COMMANDS = {"demo": _demo, "worker": _worker}


def _let_passwords_cost_little() -> None:
    """As tests/conftest.py does for what runs inside the tests."""
    cheap = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    passwords._hasher = cheap
    cli.PasswordHasher = lambda: cheap  # type: ignore[assignment,misc]


if __name__ == "__main__":
    main()
