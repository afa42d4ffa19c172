"""People who sign in: their accounts and roles, their passwords, and the one-time links that bring them in."""

from lstep_lite.engine.staff.accounts import (
    anybody,
    by_email,
    change_role,
    create,
    deactivate,
    everybody,
    find,
    get,
    reactivate,
    set_password,
    sign_out_everywhere,
    signed_in,
    update,
)
from lstep_lite.engine.staff.attempts import ACCOUNT_LIMIT, ADDRESS_LIMIT, count_attempt, forgive
from lstep_lite.engine.staff.passwords import PASSWORD_LENGTH, hash_password, verify_password
from lstep_lite.engine.staff.permissions import PERMISSIONS, Permission, may
from lstep_lite.engine.staff.tickets import (
    accept_invite,
    invite,
    offer_reset,
    open_invites,
    reset_password,
    ticket,
    withdraw_invite,
)

__all__ = [
    "ACCOUNT_LIMIT",
    "ADDRESS_LIMIT",
    "PASSWORD_LENGTH",
    "PERMISSIONS",
    "Permission",
    "accept_invite",
    "anybody",
    "by_email",
    "change_role",
    "count_attempt",
    "create",
    "deactivate",
    "everybody",
    "find",
    "forgive",
    "get",
    "hash_password",
    "invite",
    "may",
    "offer_reset",
    "open_invites",
    "reactivate",
    "reset_password",
    "set_password",
    "sign_out_everywhere",
    "signed_in",
    "ticket",
    "update",
    "verify_password",
    "withdraw_invite",
]
