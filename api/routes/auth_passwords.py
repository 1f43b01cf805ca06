"""New passwords for people who forgot theirs. Nobody is signed in here."""

from typing import Annotated

from fastapi import BackgroundTasks
from pydantic import Field, SecretStr, StringConstraints

from api.access import Anyone
from api.envelope import Asked, Envelope, PlainText, refusals
from api.routes.auth import Client, NewPassword
from api.routing import Router
from api.shapes.people import Done
from api.signing_in import require_patience, reset_password, send_reset_link

router = Router(prefix="/auth/password-reset", tags=["auth"])


class ResetWanted(Asked):
    """Whose password was forgotten."""

    email: Annotated[PlainText, StringConstraints(min_length=3, max_length=254)]


class NewPasswordByLink(Asked):
    """What came with the link, and the password to have."""

    token: SecretStr = Field(min_length=1, max_length=200, description="What stands behind the # of the link.")
    new_password: NewPassword


@router.post("/", status_code=202, summary="Ask for a new password", responses=refusals(400, 413, 429))
def ask_for_reset(service: Anyone, client: Client, asked: ResetWanted, later: BackgroundTasks) -> Envelope[Done]:
    """Send a link to an address, if somebody has it. The answer is the same for every address."""
    require_patience(service, client)
    # After the answer: how long it takes would say whether there is such a person.
    later.add_task(send_reset_link, service, asked.email)
    return Envelope(data=Done(count=0), message="If somebody signs in with this address, a link is on its way.")


@router.post("/confirm/", summary="Set a new password by link", responses=refusals(400, 413, 429))
def confirm_reset(service: Anyone, client: Client, asked: NewPasswordByLink) -> Envelope[Done]:
    """Set the password; every sign-in of the person ends."""
    reset_password(service, asked.token.get_secret_value(), asked.new_password.get_secret_value(), client=client)
    return Envelope(data=Done(count=1), message="The new password holds: sign in with it.")
