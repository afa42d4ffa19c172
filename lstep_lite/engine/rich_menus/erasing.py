"""What stays of menus when a person is forgotten: nothing."""

from lstep_lite.engine.friends import erasing
from lstep_lite.models import FriendMenu, MenuLook

erasing.deletes(FriendMenu, MenuLook)
