"""All parts; the order here is that of the menus."""

from lstep_lite.engine.messages.flex.blocks import (  # isort: skip - see above
    texts as texts,
    pictures as pictures,
    buttons as buttons,
    lists as lists,
    layout as layout,
    figures as figures,
)
