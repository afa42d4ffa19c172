"""A small LINE platform on loopback, for trying and testing the application without a LINE account."""

from .config import EmulatorConfig
from .control import blueprint
from .platform import Emulator, start

__all__ = ["Emulator", "EmulatorConfig", "blueprint", "start"]
