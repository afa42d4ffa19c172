"""Files: what staff upload, and what customers send. Rows name them; the store keeps the bytes on disk.

A file is on disk before its row says so, and is removed after its row has said so, by `sweep`. Its name is its code
alone, so that work that died half-way is simply repeated; what it left behind is found by `sweep_strays`.

For editors: `public` gives addresses, `mentions.write(…, [("media", id)])` keeps a file from being cleaned up; a cut
is `plan` (looks) → `make` (outside the unit) → `keep`, all in `cutting`.
"""

from lstep_lite.engine.media.fetching import expect, fetch_due, untried_count
from lstep_lite.engine.media.library import (
    FEATURE,
    KINDS,
    Page,
    Upload,
    add,
    add_file,
    add_image,
    delete,
    delete_many,
    find,
    get,
    move,
    page,
    rename,
)
from lstep_lite.engine.media.pictures import Box
from lstep_lite.engine.media.preparing import hand_back, prepare_due
from lstep_lite.engine.media.public import PublicFile, public
from lstep_lite.engine.media.storage import (
    RECEIVED_BYTES,
    UPLOAD_BYTES,
    MediaStore,
    RawClip,
    StoredFile,
    StoredImage,
    TooLarge,
)
from lstep_lite.engine.media.sweeping import keeper, sweep, sweep_strays
from lstep_lite.engine.media.uploads import receive
from lstep_lite.engine.media.usage import Room, choose_preview, places, release, room, unused

__all__ = [
    "FEATURE",
    "KINDS",
    "RECEIVED_BYTES",
    "UPLOAD_BYTES",
    "Box",
    "MediaStore",
    "Page",
    "PublicFile",
    "RawClip",
    "Room",
    "StoredFile",
    "StoredImage",
    "TooLarge",
    "Upload",
    "add",
    "add_file",
    "add_image",
    "choose_preview",
    "delete",
    "delete_many",
    "expect",
    "fetch_due",
    "find",
    "get",
    "hand_back",
    "keeper",
    "move",
    "page",
    "places",
    "prepare_due",
    "public",
    "receive",
    "release",
    "rename",
    "room",
    "sweep",
    "sweep_strays",
    "untried_count",
    "unused",
]
