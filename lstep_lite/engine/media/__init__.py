"""Files: what staff upload, and what customers send. Rows name them; the store keeps the bytes on disk.

A file is on disk before its row says so, and is removed after its row has said so, by `sweep`. Its name is its code
alone, so that work that died half-way is simply repeated, and leaves nothing that can't be found again.
"""

from lstep_lite.engine.media.fetching import expect, fetch_due, untried_count
from lstep_lite.engine.media.library import add_file, add_image, delete, find
from lstep_lite.engine.media.storage import UPLOAD_BYTES, MediaStore, StoredFile, StoredImage, TooLarge
from lstep_lite.engine.media.sweeping import sweep

__all__ = [
    "UPLOAD_BYTES",
    "MediaStore",
    "StoredFile",
    "StoredImage",
    "TooLarge",
    "add_file",
    "add_image",
    "delete",
    "expect",
    "fetch_due",
    "find",
    "sweep",
    "untried_count",
]
