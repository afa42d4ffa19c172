"""LINE's rules for message objects and rich menus, written from LINE's reference alone.

The application has its own validator; that the two were written apart is what makes each a test of the other.
"""

from .messages import require_messages
from .rich_menus import require_rich_menu

__all__ = ["require_messages", "require_rich_menu"]
