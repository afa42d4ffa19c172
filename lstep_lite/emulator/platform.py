"""The running emulator: its state, its listener and its webhook sender."""

import secrets

from lstep_lite.clock import Clock

from . import tokens
from .config import EmulatorConfig
from .limits import RateLimits
from .replay import Replay
from .server import LineHost
from .store import Store
from .webhooks import Webhooks

STORE_FILE = "emulator.db"


class Emulator:
    """Everything the parts share. Build it with `start`, in the process that serves it (never before a fork)."""

    def __init__(self, config: EmulatorConfig) -> None:
        self.config = config
        self._host = LineHost(self, config.port)  # first, so that a taken port leaves nothing else open
        self.clock = Clock(config.data_dir, movable=True)
        self.store = Store(config.data_dir / STORE_FILE)
        self.rates = RateLimits()
        self.bot_user_id = self._once("bot_user_id", "U" + secrets.token_hex(16))
        self.basic_id = self._once("basic_id", f"@{secrets.randbelow(1000):03}{secrets.token_hex(3)}")
        self.webhooks = Webhooks(self)
        self.replay = Replay(self)

    @property
    def api_url(self) -> str:
        """Where LINE's API is served; the port is chosen by the system when the configuration says 0."""
        return f"http://127.0.0.1:{self._host.server_address[1]}"

    def start(self) -> None:
        tokens.forget_old(self.store, now=self.clock.now())
        self._host.start()
        self.webhooks.start()

    def stop(self) -> None:
        self._host.stop()
        self.webhooks.stop()
        self.store.close()

    def _once(self, name: str, fresh: str) -> str:
        """A fact of the account that is made up at the first start and kept."""
        with self.store.unit():
            kept: str | None = self.store.setting(name)
            if kept is None:
                self.store.set_setting(name, fresh)
        return kept or fresh


def start(config: EmulatorConfig) -> Emulator:
    """Open the state in the data directory and serve. Raises OSError when the port is taken."""
    emulator = Emulator(config)
    emulator.start()
    return emulator
