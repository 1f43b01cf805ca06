"""A video is put on a platform once: the client's steps between the ledger's rows, repeated while trouble may pass."""

from igny8_resources.effects import Confirmed, EffectNotes, EffectPlan, EffectUnknown, perform_once
from igny8_resources.vault import Vault
from igny8_resources.video_platforms.exchange import Patience
from igny8_resources.video_platforms.failures import Unavailable
from igny8_resources.video_platforms.video import OutgoingVideo, VideoAccount
from igny8_resources.warehouse.engine import Warehouse

PUBLISH_VIDEO = "publish_video"


def put_online(
    warehouse: Warehouse,
    vault: Vault,
    account: VideoAccount,
    plan: EffectPlan,
    video: OutgoingVideo,
    patience: Patience,
) -> Confirmed:
    """Publish a video at most once, and go on with what an earlier process began.

    Raises:
        EffectInProgress: another process is doing it.
        EffectUnknown: whether it is there cannot be told now.
        StillProcessing: the platform has it and is not done; ask again later.
        PlatformError: the platform refuses it, its allowance is used up, or it cannot be reached.
    """
    notes = EffectNotes(warehouse, plan, vault.encrypt, vault.decrypt)
    failures = 0
    while True:
        try:
            return perform_once(
                warehouse,
                plan,
                act=lambda: account.upload(video, notes),
                read_back=lambda: account.find(video, notes),
            )
        except (Unavailable, EffectUnknown) as unclear:
            cause = unclear.__cause__ if isinstance(unclear, EffectUnknown) else unclear
            failures += 1
            if not isinstance(cause, Unavailable) or failures >= patience.attempts:
                raise
            patience.pause(failures, cause.retry_after)
