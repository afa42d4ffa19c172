"""Runs the emulator as a process of its own: `python -m lstep_lite.emulator --data-dir … --app-url … --port …`."""

import argparse
import signal
import threading
from pathlib import Path

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from . import EmulatorConfig, blueprint, start


class QuietHandler(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Benchmarks drive this API; a line for each request would only slow them."""


def main() -> None:
    options = _options()
    config = EmulatorConfig.load(
        options.data_dir, app_url=options.app_url, public_url=options.public_url, port=options.port
    )
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    emulator = start(config)
    app = Flask("lstep_lite.emulator")
    app.extensions["emulator"] = emulator
    app.register_blueprint(blueprint)
    server = make_server("127.0.0.1", options.control_port, app, threaded=True, request_handler=QuietHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    control_url = f"http://127.0.0.1:{server.server_port}/emulator/control"
    print(f"ready: LINE API {emulator.api_url}, control API {control_url}", flush=True)
    stopping.wait()
    server.shutdown()
    server.server_close()
    emulator.stop()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m lstep_lite.emulator", description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True, help="where state and credentials are kept")
    parser.add_argument("--app-url", default="http://127.0.0.1:8000", help="where the application listens")
    parser.add_argument("--public-url", default="https://demo.lstep.invalid", help="the address it believes to have")
    parser.add_argument("--port", type=int, required=True, help="port of LINE's hosts; 0 lets the system choose")
    parser.add_argument("--control-port", type=int, default=0, help="port of the control API; 0 lets the system choose")
    return parser.parse_args()


if __name__ == "__main__":
    main()
