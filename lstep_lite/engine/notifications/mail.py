"""E-mail by SMTP. It is network: never inside a unit of work."""

import hashlib
import smtplib
import ssl
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from enum import StrEnum

from lstep_lite.errors import DomainError

TIMEOUT_SECONDS = 10.0
NOT_SET_UP = "メールを送る設定（SMTP）がまだありません。サーバーを管理している方に設定を頼んでください。"


class Encryption(StrEnum):
    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class MailError(DomainError):
    """The mail did not go. *permanent*: trying again as it is won't help."""

    def __init__(self, message: str, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent


@dataclass(frozen=True)
class Mail:
    to: str
    subject: str
    text: str
    key: str
    """The same for every attempt, so that a mail server can tell a repetition."""
    at: datetime


@dataclass(frozen=True)
class Mailer:
    """The mail server, as the settings describe it; without *host* there is none."""

    host: str = ""
    port: int = 587
    user: str = ""
    password: str = field(default="", repr=False)
    sender: str = ""
    encryption: Encryption = Encryption.STARTTLS

    @property
    def is_set_up(self) -> bool:
        return bool(self.host)

    def send(self, mail: Mail) -> None:
        """Raises MailError with the reason in words for the shop."""
        if not self.is_set_up:
            raise MailError(NOT_SET_UP, permanent=True)
        message = self._message(mail)
        try:
            with self._connect() as server:
                if self.encryption is Encryption.STARTTLS:
                    server.starttls(context=ssl.create_default_context())
                if self.user:
                    server.login(self.user, self.password)
                server.send_message(message)
        except smtplib.SMTPException as error:
            raise _refused(error) from error
        except (OSError, ValueError) as error:
            reason = f"メールサーバー（{self.host}）につながりませんでした（{type(error).__name__}）。"
            raise MailError(reason, permanent=isinstance(error, ssl.SSLCertVerificationError)) from error

    def _connect(self) -> smtplib.SMTP:
        if self.encryption is Encryption.TLS:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT_SECONDS, context=context)
        return smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_SECONDS)

    def _message(self, mail: Mail) -> EmailMessage:
        message = EmailMessage()
        try:
            message["To"] = Address(addr_spec=mail.to)
            message["From"] = self.sender
            message["Subject"] = " ".join(mail.subject.split())
        except (ValueError, IndexError) as error:
            raise MailError("メールアドレスの形が正しくないため、送れません。", permanent=True) from error
        message["Date"] = format_datetime(mail.at)
        message["Message-ID"] = self._message_id(mail.key)
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.text)
        return message

    def _message_id(self, key: str) -> str:
        domain = self.sender.rpartition("@")[2].rstrip(">")
        return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def _refused(error: smtplib.SMTPException) -> MailError:
    """What the server said, and whether it may think otherwise later."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        code = error.smtp_code
        words = f"メールサーバーにサインインできませんでした（{code}）。SMTP_USERとSMTP_PASSWORDを確かめてください。"
        return MailError(words, permanent=code >= 500)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
        words = f"このメールアドレスには送れないと、メールサーバーに断られました（{codes[0]}）。"
        return MailError(words, permanent=codes[0] >= 500)
    if isinstance(error, smtplib.SMTPResponseException):
        return MailError(f"メールサーバーに断られました（{error.smtp_code}）。", permanent=error.smtp_code >= 500)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        words = "メールサーバーが、設定された方法（SMTP_TLSやサインイン）に対応していません。"
        return MailError(words, permanent=True)
    return MailError("メールサーバーとの通信が途中で切れました。", permanent=False)
