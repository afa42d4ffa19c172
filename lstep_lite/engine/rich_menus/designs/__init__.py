"""見本: finished menus that a shop takes as its own and changes. The order here is that of the gallery."""

from lstep_lite.engine.rich_menus.designs import (  # isort: skip - see above
    restaurant as restaurant,
    salon as salon,
    clinic as clinic,
    store as store,
    school as school,
    estate as estate,
)
from lstep_lite.engine.rich_menus.designs.beginnings import PICTURE, beginning, layout, name
from lstep_lite.engine.rich_menus.designs.registry import INDUSTRIES, Design, document, get, offered, sample

__all__ = [
    "INDUSTRIES",
    "PICTURE",
    "Design",
    "beginning",
    "document",
    "get",
    "layout",
    "name",
    "offered",
    "sample",
]
