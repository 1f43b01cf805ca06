"""Thinker: a picture to try a prompt or a model with."""

from typing import Literal

from pydantic import Field
from sqlalchemy import select

from api.access import Access, Writer
from api.envelope import Asked, Envelope, PlainText, refusals
from api.idempotency import Post, once_answered
from api.problems import Problem
from api.routing import Router
from api.shapes.thinker import TrialPicture
from igny8_resources.contracts.image_trials import LEAST_SIDE, LONGEST_IMAGE_PROMPT, MOST_SIDE, USUAL_SIDE
from igny8_resources.warehouse.store.sites import require_module
from igny8_resources.warehouse.tables.tenancy import Site

router = Router(prefix="/thinker", tags=["thinker"])


class NewTrialPicture(Asked):
    """What to show, and who is to paint it."""

    site: PlainText = Field(max_length=60, description="The site's key.", examples=["crema-lane"])
    prompt: PlainText = Field(min_length=1, max_length=LONGEST_IMAGE_PROMPT, description="What the picture shows.")
    provider: Literal["offline", "openai", "runware", "comfyui"] | None = Field(
        None, description="Null: the site's first choice."
    )
    width: int = Field(USUAL_SIDE, ge=LEAST_SIDE, le=MOST_SIDE, description="In pixels.")
    height: int = Field(USUAL_SIDE, ge=LEAST_SIDE, le=MOST_SIDE, description="In pixels.")


@router.post(
    "/image-tests/",
    summary="Make a picture to try",
    responses=refusals(400, 401, 402, 403, 404, 409, 413, 502),
)
def try_image(access: Writer, asked: NewTrialPicture, post: Post) -> Envelope[TrialPicture]:
    """Make one picture and wait for it; it belongs to no article. The same again comes from the journal for nothing."""
    return once_answered(access, post, Envelope[TrialPicture], lambda: _tried(access, asked))


def _tried(access: Access, asked: NewTrialPicture) -> Envelope[TrialPicture]:
    from igny8_resources.ai.errors import ProviderError, ProviderMissing
    from igny8_resources.ai.image_testing import try_picture
    from igny8_resources.ai.offline.cards import GlyphMissing
    from igny8_resources.credits import InsufficientCredits, PriceMissing

    with access.read() as session:
        site = session.scalar(select(Site).where(Site.key == asked.site))
        if site is None:
            raise Problem(404, f"There is no site {asked.site!r}.", {"site": ["there is no such site"]})
        require_module(session, site, "thinker")
    try:
        made = try_picture(
            access.platform,
            site,
            asked.prompt,
            provider=asked.provider,
            width=asked.width,
            height=asked.height,
            user_id=access.principal.user_id,
        )
    except InsufficientCredits as short:
        raise Problem(402, f"{str(short).capitalize()}.") from short
    except (ProviderMissing, PriceMissing) as missing:
        sentence = str(missing)
        field = "provider" if isinstance(missing, ProviderMissing) else "price"
        raise Problem(409, f"{sentence[0].upper()}{sentence[1:]}.", {field: [sentence]}) from missing
    except GlyphMissing as unknown:
        raise Problem(400, "This prompt cannot be drawn; errors says why.", {"prompt": [str(unknown)]}) from unknown
    except ProviderError as failure:
        raise Problem(502, f"The model did not answer usably: {failure}") from failure
    call = made.call
    return Envelope(
        data=TrialPicture(
            media_key=made.media_key,
            provider=call.provider,
            model=call.model,
            width=made.width,
            height=made.height,
            credits=call.credits,
            replayed=call.replayed,
        ),
        message="From the journal: nothing was paid." if call.replayed else "Made.",
    )
