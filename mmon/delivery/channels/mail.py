"""A mail, by a server that speaks SMTP.

What Python has for mail is imported where one is sent: every run reads the configuration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, NoReturn, Self

from pydantic import AfterValidator, Field, model_validator

from mmon.config.destination import Channel, Secret, Template
from mmon.config.fields import Integer, Text
from mmon.delivery.carrier import Carrier, TemporaryError
from mmon.delivery.message import Message
from mmon.errors import DeliveryError
from mmon.texts.redaction import masked
from mmon.texts.templates import rendered

if TYPE_CHECKING:
    import email.message
    import smtplib


def _mailbox(text: str) -> str:
    from email.utils import parseaddr

    name, _, host = parseaddr(text)[1].rpartition("@")
    if not name or not host or any(mark in text for mark in "\r\n\0"):
        raise ValueError("must be an address such as team@example.com")
    return text


Mailbox = Annotated[str, AfterValidator(_mailbox)]


class Mail(Channel):
    """A mail with the verdict, the worst results and the report, attached or linked.

    The certificate of the server is checked, against those of the machine or of the file that the
    environment variable SSL_CERT_FILE names. A mail that is sent again has the same Message-ID.

    Example
    -------
    notifications:
      - kind: mail
        host: smtp.example.com
        user: mmon
        password: ${SMTP_PASSWORD}
        from: mmon <mmon@example.com>
        to: [team@example.com]
        attach: html
    """

    kind: Literal["mail"]
    host: Annotated[Text, Field(examples=["smtp.example.com"])]
    """The server that takes mail."""
    port: Annotated[Integer, Field(ge=1, le=65535)] | None = None
    """Its port; null is 587 with starttls, 465 with tls, and 25 with none."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """How the connection is encrypted: after a greeting, from its start, or not at all."""
    user: Annotated[Text | None, Field(examples=["mmon"])] = None
    """Who sends, to the server; null needs no password."""
    password: Annotated[Secret | None, Field(examples=["${SMTP_PASSWORD}"])] = None
    """The user's password; it is never sent without encryption, but to this machine itself."""
    sender: Annotated[Mailbox, Field(alias="from", examples=["mmon <mmon@example.com>"])]
    """Whom the mail is from."""
    to: Annotated[tuple[Mailbox, ...], Field(min_length=1, examples=[["team@example.com"]])]
    """Whom it is to."""
    subject: Annotated[Template | None, Field(examples=["{{ endpoint }}: {{ verdict }}"])] = None
    """A Jinja template of its subject; null is the message's title."""
    attach: Literal["html"] | None = None
    """``html`` attaches the HTML report; null links to it, where it is known where it is."""

    @model_validator(mode="after")
    def _both(self) -> Self:
        if (self.user is None) != (self.password is None):
            raise ValueError("mail needs both user and password, or neither")
        if self.password is not None and self.security == "none" and not _is_here(self.host):
            raise ValueError("mail sends no password without encryption: set security to starttls")
        return self


Settings = Mail


def send(settings: Mail, message: Message, carrier: Carrier) -> str:
    """Hand the mail over to the server."""
    from mmon.delivery.mail_text import mail

    subject = settings.subject
    made = mail(
        message,
        sender=settings.sender,
        to=settings.to,
        key=carrier.key,
        subject=None if subject is None else rendered(subject, message.body()),
        is_attached=settings.attach is not None,
    )
    plain = made.get_body(("plain",))
    shown = f"SMTP {settings.host}:{_port(settings)} ({settings.security})\n"
    shown += "".join(f"{name}: {made[name]}\n" for name in ("From", "To", "Subject", "Message-ID"))
    shown += f"\n{plain.get_content() if plain else ''}"
    refused = carrier.attempt(masked(shown), lambda: _handed_over(settings, made))
    taken = len(settings.to) - len(refused or {})
    lost = f"; {settings.host} refused {', '.join(refused)}" if refused else ""
    whose = f" for {taken} of {len(settings.to)} addresses{lost}" if lost else ""
    return f"accepted{whose or f' by {settings.host}'}"


def _handed_over(settings: Mail, made: email.message.EmailMessage) -> dict[str, object]:
    """The addresses that were refused while others were not."""
    import smtplib
    import ssl

    place = f"{settings.host}:{_port(settings)}"
    try:
        with _connected(settings) as server:
            return dict(server.send_message(made))
    except ssl.SSLCertVerificationError as error:
        hint = "the environment variable SSL_CERT_FILE names whom to trust"
        told = f"the certificate of {place} was refused: {error.verify_message} ({hint})"
        raise DeliveryError(told) from None
    except ssl.SSLError as error:
        told = f"{place} speaks no TLS with security: {settings.security}: {error.reason or error}"
        raise DeliveryError(told) from None
    except smtplib.SMTPNotSupportedError as error:
        raise DeliveryError(f"{place} cannot do what is needed: {error}") from None
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        _raise(f"{place} refused every address: {_first(error)}", min(codes))
    except smtplib.SMTPAuthenticationError as error:
        _raise(f"{place} refused the user or the password", error.smtp_code)
    except smtplib.SMTPResponseException as error:
        words = error.smtp_error
        said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
        _raise(f"{place} answered {error.smtp_code} {said}", error.smtp_code)
    except TimeoutError:
        raise TemporaryError(f"{place} did not answer within {settings.timeout}") from None
    except (OSError, EOFError, smtplib.SMTPException) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise TemporaryError(f"{place} cannot be reached: {reason}") from None


def _raise(words: str, code: int) -> NoReturn:
    # https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1: 4xx may be tried again.
    raise TemporaryError(words) if 400 <= code < 500 else DeliveryError(words)


def _first(error: smtplib.SMTPRecipientsRefused) -> str:
    code, words = next(iter(error.recipients.values()))
    return f"{code} {words.decode('utf-8', 'replace')}"


def _connected(settings: Mail) -> smtplib.SMTP:
    import smtplib
    import ssl

    port, timeout_s = _port(settings), settings.timeout_s
    context = ssl.create_default_context()
    if settings.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            settings.host, port, timeout=timeout_s, context=context
        )
    else:
        server = smtplib.SMTP(settings.host, port, timeout=timeout_s)
    try:
        if settings.security == "starttls":
            server.starttls(context=context)
        if settings.user is not None and settings.password is not None:
            server.login(settings.user, settings.password.get_secret_value())
    except BaseException:
        server.close()
        raise
    return server


def _port(settings: Mail) -> int:
    return settings.port or {"starttls": 587, "tls": 465, "none": 25}[settings.security]


def _is_here(host: str) -> bool:
    return host in ("localhost", "127.0.0.1", "::1")
