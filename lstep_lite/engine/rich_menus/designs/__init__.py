"""見本: finished menus that a shop takes as its own and changes. The order here is that of the gallery."""

from lstep_lite.engine.rich_menus.designs import (  # isort: skip - see above
    restaurant as restaurant,
    salon as salon,
    clinic as clinic,
    store as store,
    school as school,
    estate as estate,
)
from lstep_lite.engine.rich_menus.designs.registry import INDUSTRIES, Design, document, get, offered

__all__ = ["INDUSTRIES", "Design", "document", "get", "offered"]
