"""Letters to people: links to set a password or to join an account, sent by SMTP where a server is set.

``IGNY8_SMTP_URL``: ``smtps://user:password@host:465`` speaks TLS from the first byte; ``smtp://…:587`` asks for TLS with
STARTTLS. A password is never sent over a connection without TLS, except on this machine.
"""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from igny8_resources.settings import Settings

SECONDS_TO_WAIT = 15
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class MailFailed(Exception):
    """A letter could not be handed over; the message says why, without credentials and without the letter."""


def can_send(settings: Settings) -> bool:
    """Whether a mail server is set."""
    return settings.smtp_url is not None


def send(settings: Settings, to: str, subject: str, text: str) -> None:
    """Hand one letter in plain text over to the mail server.

    Raises:
        MailFailed: no server is set, it does not answer, or it refuses the letter.
    """
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = settings.mail_from, to, subject
    letter.set_content(text)
    try:
        with _server(settings) as server:
            server.send_message(letter)
    except (OSError, smtplib.SMTPException) as failure:
        # What the server said may repeat the letter or the credentials.
        raise MailFailed(f"the mail server did not take a letter: {type(failure).__name__}") from None


@contextmanager
def _server(settings: Settings) -> Iterator[smtplib.SMTP]:
    if settings.smtp_url is None:
        raise MailFailed("IGNY8_SMTP_URL is not set")
    address = urlsplit(settings.smtp_url.get_secret_value())
    host, context = address.hostname or "", ssl.create_default_context()
    if address.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, address.port or smtplib.SMTP_SSL_PORT, timeout=SECONDS_TO_WAIT, context=context
        )
    else:
        server = smtplib.SMTP(host, address.port or 587, timeout=SECONDS_TO_WAIT)
    with server:
        is_private = address.scheme == "smtps" or host in _LOOPBACK
        server.ehlo()
        if address.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=context)
            is_private = True
        if address.username:
            if not is_private:
                raise MailFailed("the mail server offers no TLS, and a password is not sent without it")
            server.login(unquote(address.username), unquote(address.password or ""))
        yield server
