"""Block kinds, one file each. Importing this package registers them."""

from lstep_lite.engine.messages.kinds import image, sticker, text

__all__ = ["image", "sticker", "text"]
