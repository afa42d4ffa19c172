"""What each role may do."""

from enum import StrEnum

from lstep_lite.models import Role, Staff


class Permission(StrEnum):
    """What an endpoint asks for. Every signed-in person has USE."""

    USE = "use"
    CHAT = "chat"
    FRIENDS_VIEW = "friends.view"
    FRIENDS_EDIT = "friends.edit"
    FRIENDS_EXPORT = "friends.export"
    FRIENDS_ERASE = "friends.erase"
    MESSAGES_EDIT = "messages.edit"
    AUTOMATION_EDIT = "automation.edit"
    RICH_MENUS_EDIT = "rich_menus.edit"
    SURVEYS_EDIT = "surveys.edit"
    """Making forms. Reading answers needs FRIENDS_VIEW, changing them FRIENDS_EDIT, taking them out FRIENDS_EXPORT."""
    BROADCASTS_SEND = "broadcasts.send"
    BROADCASTS_APPROVE = "broadcasts.approve"
    """Saying yes to what somebody else wants to send."""
    RESERVATIONS_VIEW = "reservations.view"
    RESERVATIONS_EDIT = "reservations.edit"
    """The desk: booking for customers, changing bookings, marking visits."""
    RESERVATIONS_SETUP = "reservations.setup"
    """Menu, people, hours, booking pages."""
    KARTE_HEALTH = "karte.health"
    """Entries of the karte about health and allergies. Who writes one without it will not see it again."""
    LOGS_VIEW = "logs.view"
    SETTINGS_EDIT = "settings.edit"
    STAFF_EDIT = "staff.edit"


_EVERYDAY = frozenset(
    {
        Permission.USE,
        Permission.CHAT,
        Permission.FRIENDS_VIEW,
        Permission.FRIENDS_EDIT,
        Permission.RESERVATIONS_VIEW,
        Permission.RESERVATIONS_EDIT,
    }
)
_OPERATING = _EVERYDAY | {
    Permission.MESSAGES_EDIT,
    Permission.AUTOMATION_EDIT,
    Permission.RICH_MENUS_EDIT,
    Permission.SURVEYS_EDIT,
    Permission.BROADCASTS_SEND,
    Permission.RESERVATIONS_SETUP,
    Permission.LOGS_VIEW,
}
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.ADMIN: frozenset(Permission),
    Role.OPERATOR: _OPERATING,
    Role.STAFF: _EVERYDAY,
}


def may(person: Staff, permission: Permission) -> bool:
    return permission in PERMISSIONS[person.role]
