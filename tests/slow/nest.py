"""Hatches workers: each line on standard input starts one by forking and answers with its process id.

Importing everything takes seconds; forking takes none, so that a test can kill many workers.
"""

import logging
import os
import signal
import sys

from sqlalchemy.orm import configure_mappers

from lstep_lite import config, jobs, runtime


def main() -> None:
    logging.basicConfig(level=logging.INFO)
    settings = config.load()
    configure_mappers()  # once for all of them
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead need no burial
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            jobs.run_worker(runtime.build(settings))
            os._exit(0)
        print(pid, flush=True)


if __name__ == "__main__":
    main()
