"""Passwords: which are good enough, their Argon2id hashes. Hashing takes a tenth of a second: never inside a unit."""

import threading
from functools import cache

import argon2
from argon2.exceptions import VerificationError

from lstep_lite.errors import DomainError

PASSWORD_LENGTH = 10
COMMON = frozenset(
    {
        "0123456789",
        "1111111111",
        "1234567890",
        "12345678910",
        "123456789a",
        "1q2w3e4r5t",
        "1qaz2wsx3edc",
        "abcdefghij",
        "administrator",
        "asdfghjkl1",
        "asdfghjkl;",
        "changeme123",
        "iloveyou123",
        "letmein123",
        "password01",
        "password10",
        "password11",
        "password12",
        "password123",
        "password1234",
        "passwordpassword",
        "q1w2e3r4t5",
        "qazwsxedcr",
        "qwerty1234",
        "qwerty12345",
        "qwertyuiop",
        "salon12345",
        "zaq12wsxcde3",
    }
)

_hasher = argon2.PasswordHasher()
_at_once = threading.Semaphore(2)  # each hash takes 64 MiB of memory


def hash_password(password: str, *, email: str) -> str:
    """The hash to keep. Raises DomainError when *password* is too weak for the account *email*."""
    _check(password, email)
    return _hash(password)


def verify_password(password_hash: str | None, password: str) -> bool:
    """Whether *password* is the one. Without a hash (no such account) the same work is done and the answer is no."""
    with _at_once:
        try:
            return _hasher.verify(password_hash or _nobodys_hash(), password) and password_hash is not None
        except VerificationError:
            return False


def _hash(password: str) -> str:
    with _at_once:
        return _hasher.hash(password)


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("nobody signs in with this")


def _check(password: str, email: str) -> None:
    folded = password.casefold()
    if len(password) < PASSWORD_LENGTH:
        raise DomainError(f"パスワードは{PASSWORD_LENGTH}文字以上にしてください。", field="password")
    if folded in (email.casefold(), email.casefold().partition("@")[0]):
        raise DomainError("メールアドレスと同じパスワードは使えません。", field="password")
    if folded in COMMON or len(set(folded)) < 4:
        raise DomainError(
            "よく使われるパスワードで、すぐに当てられてしまいます。別のものにしてください。", field="password"
        )
