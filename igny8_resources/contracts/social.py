"""What the socializer hands to a text model, and what it must get back."""

from igny8_resources.contracts.planner import SiteVoice
from igny8_resources.contracts.values import Value
from igny8_resources.contracts.vocabulary import SocialPlatform, SocialPostType
from igny8_resources.contracts.writer import QuestionAnswer


class SocialBrief(Value):
    """Input of ``adapt_for_social``: the published article and the platform it goes to.

    ``max_characters`` is the platform's limit for ``text`` with hashtags and link counted as the platform counts them.
    """

    voice: SiteVoice
    platform: SocialPlatform
    title: str
    url: str
    summary: str
    key_takeaways: tuple[str, ...]
    faq: tuple[QuestionAnswer, ...]
    keywords: tuple[str, ...]
    max_characters: int
    max_hashtags: int


class SocialDraft(Value):
    """Output of ``adapt_for_social``.

    ``text`` is the whole post without hashtags and without the link; ``thread`` holds the further posts of a thread, each
    within the platform's limit, empty when the post stands alone. ``hashtags`` come without ``#``.
    """

    post_type: SocialPostType
    text: str
    hashtags: tuple[str, ...]
    call_to_action: str
    thread: tuple[str, ...]
