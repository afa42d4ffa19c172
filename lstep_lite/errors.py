"""What can go wrong, in words a shop owner understands."""


class DomainError(Exception):
    """A refusal with a Japanese *message* that says what to do next; *field* names the form field it belongs to."""

    status = 409

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class NotFound(DomainError):
    status = 404

    def __init__(
        self, message: str = "お探しのものは見つかりませんでした。削除されたか、アドレスが違う可能性があります。"
    ) -> None:
        super().__init__(message)


class NotAllowed(DomainError):
    status = 403

    def __init__(self, message: str = "この操作をする権限がありません。オーナーまたは管理者にご相談ください。") -> None:
        super().__init__(message)


class Throttled(DomainError):
    status = 429
