"""One picture to try a prompt or a model: it belongs to no article and costs what a trial costs."""

from igny8_resources.ai.catalogue import facts_of
from igny8_resources.ai.errors import ProviderMissing
from igny8_resources.ai.providers import ImageCall, ImageProvider
from igny8_resources.ai.router import AIRouter, PictureResult
from igny8_resources.ai.routing import OFFLINE, Route, Routing
from igny8_resources.contracts.image_trials import USUAL_SIDE
from igny8_resources.palettes import palette_for
from igny8_resources.platform import Platform
from igny8_resources.tenant import Tenant
from igny8_resources.warehouse.tables.tenancy import Site

IMAGE_TEST = "image_test"
_HEADLINE_WORDS = 8


class _OneConnection(Routing):
    """Routing that offers the models of one connection only."""

    def __init__(self, parts: Platform, connection: str) -> None:
        super().__init__(parts.settings, parts.warehouse)
        self.connection = connection

    def image(self, tenant: Tenant, function: str) -> list[Route[ImageProvider]]:
        """The site's own choice of that connection's models, else the one that the settings name.

        Raises:
            ProviderMissing: the connection is not configured.
        """
        if any(facts.provider == self.connection for facts in self._chosen(tenant, function, "image")):
            return [route for route in super().image(tenant, function) if route.facts.provider == self.connection]
        models = [(OFFLINE, OFFLINE)] if self.connection == OFFLINE else self._configured("image", self.connection)
        if not models:
            raise ProviderMissing(f"{self.connection} is not configured for images; docs/models.md says how")
        with self.warehouse.read() as session:
            wanted = [facts_of(session, name, "image", model) for name, model in models]
        return [self._route(facts, self._image_connection) for facts in wanted]


def try_picture(
    parts: Platform,
    site: Site,
    prompt: str,
    *,
    provider: str | None = None,
    width: int = USUAL_SIDE,
    height: int = USUAL_SIDE,
    user_id: int | None = None,
) -> PictureResult:
    """Make one picture; the same prompt again comes from the journal and costs nothing.

    Args:
        parts: The platform.
        site: Who tries; the picture is kept among its media.
        prompt: What the picture shows; a designed card shows its first words.
        provider: A connection (``offline``, ``openai``, ``runware``, ``comfyui``); None is the site's first choice.
        width: In pixels.
        height: In pixels.
        user_id: Who asked; None at a terminal.

    Raises:
        ProviderError: by its kind; ``ProviderMissing`` where the connection is not configured.
        InsufficientCredits: the account cannot pay.
    """
    router = AIRouter(parts.settings, parts.warehouse, parts.media)
    if provider is not None:
        router.routing = _OneConnection(parts, provider)
    return router.picture(
        Tenant(site.account_id, site.id, site.key, user_id),
        subject=f"{site.key}:image-test",
        operation=IMAGE_TEST,
        call=ImageCall(
            prompt=prompt,
            headline=" ".join(prompt.split()[:_HEADLINE_WORDS]),
            lines=(),
            kicker=site.name,
            palette=palette_for(site.key, site.accent),
            width=width,
            height=height,
            seed=1,
        ),
    )
