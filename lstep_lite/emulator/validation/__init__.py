"""LINE's rules for message objects, written from LINE's reference alone.

The application has its own validator; that the two were written apart is what makes each a test of the other.
"""

from .messages import require_messages

__all__ = ["require_messages"]
