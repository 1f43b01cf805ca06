"""What a reader is told about a picture: an alternative text that describes it, and a caption that adds something."""

from igny8_assets.word_forms import content_stems
from igny8_resources.contracts.writer import ImagePlan


def says_the_same(alt_text: str, caption: str) -> bool:
    """Whether a caption says nothing that the alternative text does not: whoever has both read out hears it twice."""
    added = set(content_stems(caption)) - set(content_stems(alt_text))
    return bool(caption.strip()) and not added


def without_repeats(plan: ImagePlan) -> ImagePlan:
    """The plan without captions that only repeat the alternative text; the description is the one that is needed."""
    return ImagePlan(
        images=tuple(
            image.model_copy(update={"caption": ""}) if says_the_same(image.alt_text, image.caption) else image
            for image in plan.images
        )
    )
