"""Which instructions a call gets, and how they read for its inputs.

The first of these that there is: the active strategy of the site's sector, then of the whole site; the account's own active
version; the platform's prompt. Each may have a text for the variant (a content type, a platform) and one for the function.
"""

from dataclasses import dataclass

from pydantic import BaseModel
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from igny8_resources.ai.prompt_templates import PromptFailed, digest_of_template, render
from igny8_resources.ai.prompt_variables import FUNCTIONS
from igny8_resources.ai.prompts import builtin_prompt
from igny8_resources.warehouse.tables.models import PromptText, PromptVersion, Strategy
from igny8_resources.warehouse.tables.tenancy import SiteModule
from igny8_resources.warehouse.upsert import upsert

THINKER = "thinker"


@dataclass(frozen=True)
class ChosenPrompt:
    """The instructions that a function gets somewhere, as a template.

    ``version`` is ``1`` for the platform's own, ``account-7`` for the seventh version of the account's, ``strategy-3`` for
    the strategy with that id.
    """

    function: str
    variant: str
    version: str
    template: str

    @property
    def template_digest(self) -> str:
        """sha256 of the template: two prompts of the same words are the same prompt."""
        return digest_of_template(self.template)

    def rendered(self, inputs: BaseModel) -> "RenderedPrompt":
        """The instructions for a call's inputs.

        Raises:
            PromptFailed: they need something that the inputs do not have; the message names the prompt.
        """
        return self.rendered_for(inputs.model_dump(mode="json"))

    def rendered_for(self, inputs: dict[str, object]) -> "RenderedPrompt":
        """The same for inputs in plain JSON, as the journal keeps them."""
        try:
            text = render(self.template, inputs)
        except PromptFailed as failed:
            name = f"{self.function}/{self.variant}" if self.variant else self.function
            raise PromptFailed(f"prompt {self.version} of {name} cannot be rendered: {failed}") from failed
        return RenderedPrompt(self.function, self.variant, self.version, text, self.template, self.template_digest)


@dataclass(frozen=True)
class RenderedPrompt:
    """What goes to the model, and which template it came of."""

    function: str
    variant: str
    version: str
    text: str
    template: str
    template_digest: str


def choose_prompt(
    session: Session,
    *,
    account_id: int,
    site_id: int | None,
    sector_id: int | None,
    function: str,
    variant: str = "",
) -> ChosenPrompt:
    """The template that applies.

    Raises:
        KeyError: there is no such function.
    """
    if function not in FUNCTIONS:
        raise KeyError(function)
    if site_id is not None:
        for strategy in active_strategies(session, site_id, sector_id):
            for name in (f"{function}/{variant}", function):
                if text := strategy.prompts.get(name):
                    return ChosenPrompt(function, variant, f"strategy-{strategy.id}", text)
    if (own := active_version(session, account_id, function, variant)) is not None:
        return ChosenPrompt(function, variant, f"account-{own.version}", own.text)
    builtin = builtin_prompt(function, variant)
    return ChosenPrompt(function, variant, builtin.version, builtin.text)


def active_strategies(session: Session, site_id: int, sector_id: int | None) -> list[Strategy]:
    """The strategies that apply, the sector's before the site's; none while the site's thinker module is off."""
    of_sector: ColumnElement[bool] = Strategy.sector_id.is_(None)
    if sector_id is not None:
        of_sector = or_(of_sector, Strategy.sector_id == sector_id)
    switched_off = (
        select(SiteModule.id)
        .where(SiteModule.site_id == site_id, SiteModule.module == THINKER, SiteModule.enabled.is_(False))
        .exists()
    )
    found = session.scalars(
        select(Strategy).where(Strategy.site_id == site_id, Strategy.is_active.is_(True), of_sector, ~switched_off)
    )
    # There is one of each; the newest, should there ever be more.
    return sorted(found, key=lambda strategy: (strategy.sector_id is None, -strategy.id))


def active_version(session: Session, account_id: int, function: str, variant: str) -> PromptVersion | None:
    """The account's own version that applies to a variant: the variant's, else the function's; None without one."""
    found = session.scalars(
        select(PromptVersion).where(
            PromptVersion.account_id == account_id,
            PromptVersion.function == function,
            PromptVersion.variant.in_({variant, ""}),
            PromptVersion.is_active.is_(True),
        )
    )
    return max(found, key=lambda version: (version.variant == variant, version.version), default=None)


def keep_prompt_text(session: Session, account_id: int, prompt: RenderedPrompt) -> None:
    """Keep a call's template, once an account, in the caller's transaction."""
    row = {
        "account_id": account_id,
        "digest": prompt.template_digest,
        "function": prompt.function,
        "version": prompt.version,
        "text": prompt.template,
    }
    upsert(session, PromptText, [row], key=("account_id", "digest"))
