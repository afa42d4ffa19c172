"""Accounts: who there is, with which role. There is always an owner who can sign in."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from lstep_lite.db import insert_new
from lstep_lite.errors import DomainError, NotAllowed, NotFound
from lstep_lite.models import Role, Staff


class LastOwner(DomainError):
    def __init__(self) -> None:
        super().__init__("オーナーが1人もいなくなるため、変更できません。先に別の人をオーナーにしてください。")


def anybody(session: Session) -> bool:
    """Whether the installation has an account yet."""
    return bool(session.scalar(select(exists().select_from(Staff))))


def everybody(session: Session) -> Sequence[Staff]:
    """All accounts, those that can sign in first."""
    return session.scalars(select(Staff).order_by(Staff.is_active.desc(), Staff.id)).all()


def get(session: Session, staff_id: int) -> Staff:
    person = session.get(Staff, staff_id)
    if person is None:
        raise NotFound
    return person


def find(session: Session, email: str) -> Staff | None:
    """The account that signs in as *email*, if it may sign in."""
    return session.scalar(select(Staff).where(Staff.email == _folded(email), Staff.is_active))


def by_email(session: Session, email: str) -> Staff:
    person = session.scalar(select(Staff).where(Staff.email == _folded(email)))
    if person is None:
        raise NotFound(f"{email} というメールアドレスの人はいません。")
    return person


def create(session: Session, *, name: str, email: str, password_hash: str, role: Role, now: datetime) -> Staff:
    """Raises DomainError when somebody has the e-mail address already."""
    new = insert_new(session, Staff).values(
        name=name, email=_folded(email), password_hash=password_hash, role=role, created_at=now
    )
    staff_id = session.scalar(new.returning(Staff.id))
    if staff_id is None:
        raise _taken()
    return get(session, staff_id)


def update(session: Session, person: Staff, *, name: str, email: str) -> None:
    """Raises DomainError when somebody else has the e-mail address."""
    others = select(exists().where(Staff.email == _folded(email), Staff.id != person.id))
    if session.scalar(others):
        raise _taken()
    person.name, person.email = name, _folded(email)


def set_password(person: Staff, password_hash: str) -> None:
    """A new password ends every session of *person*."""
    person.password_hash = password_hash
    sign_out_everywhere(person)


def sign_out_everywhere(person: Staff) -> None:
    person.session_epoch += 1


def signed_in(person: Staff, *, wall: datetime) -> None:
    person.last_sign_in_at = wall


def change_role(session: Session, person: Staff, role: Role, *, by: Staff) -> None:
    """Only owners make owners, and only owners change one."""
    check_rank(by, person.role, role)
    if role is not Role.OWNER:
        _keep_an_owner(session, person)
    person.role = role


def deactivate(session: Session, person: Staff, *, by: Staff) -> None:
    """*person* can't sign in any more and is out at once; what they did stays under their name."""
    check_rank(by, person.role)
    if person.id == by.id:
        raise DomainError("ご自分のアカウントは停止できません。ほかのオーナーか管理者に頼んでください。")
    _keep_an_owner(session, person)
    person.is_active = False
    sign_out_everywhere(person)


def reactivate(person: Staff, *, by: Staff) -> None:
    check_rank(by, person.role)
    person.is_active = True


def check_rank(by: Staff, *roles: Role) -> None:
    """Raises NotAllowed when somebody who is no owner touches an owner or makes one."""
    if Role.OWNER in roles and by.role is not Role.OWNER:
        raise NotAllowed("オーナーについての操作は、オーナーだけができます。")


def _keep_an_owner(session: Session, leaving: Staff) -> None:
    # Locked, so that two owners who demote each other at the same moment don't both succeed.
    owners = session.scalars(
        select(Staff.id).where(Staff.role == Role.OWNER, Staff.is_active).order_by(Staff.id).with_for_update()
    ).all()
    if list(owners) == [leaving.id]:
        raise LastOwner


def _taken() -> DomainError:
    return DomainError("このメールアドレスはすでに使われています。別のものを入力してください。", field="email")


def _folded(email: str) -> str:
    return email.strip().lower()
