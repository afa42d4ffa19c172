"""A small LINE platform on loopback, for trying and testing the application without a LINE account."""

from .config import EmulatorConfig
from .control import blueprint
from .phone import blueprint as phone
from .platform import Emulator, start

BLUEPRINTS = (blueprint, phone)
"""What an application mounts to show the control API and the phone."""

__all__ = ["BLUEPRINTS", "Emulator", "EmulatorConfig", "blueprint", "start"]
