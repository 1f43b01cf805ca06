"""Files of the inbox into a site: each is staged as if it had been handed in, then filed away."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from igny8_assets.planner.keywords.exports import KeywordFileError
from igny8_assets.planner.keywords.importing import ImportRefused, stage_file
from igny8_resources.inbox import Inbox, InboxFile, InboxFileGone
from igny8_resources.platform import Platform
from igny8_resources.warehouse.tables.columns import utc_now


@dataclass
class Collected:
    """What became of the files, by name; ``gone`` were taken by another process."""

    staged: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)


def collect_files(parts: Platform, inbox: Inbox, site_key: str, names: Sequence[str]) -> Collected:
    """Stage files of a site's inbox and move each away.

    A process that dies between the two leaves the file in the inbox; the next one stages it again, which changes nothing,
    and moves it.

    Raises:
        UnknownSite, ModuleDisabled: the site cannot take files; they stay where they are.
    """
    done = Collected()
    wanted = set(names)
    for file in inbox.waiting(site_key):
        if file.name in wanted:
            _collect(parts, inbox, file, done)
    done.gone = sorted(wanted - {*done.staged, *done.known, *done.refused})
    return done


def _collect(parts: Platform, inbox: Inbox, file: InboxFile, done: Collected) -> None:
    limit = parts.settings.import_max_bytes
    if file.size > limit:
        # Said before anything is fetched.
        _refuse(
            inbox,
            file,
            f"{file.name} has {file.size:,} bytes and at most {limit:,} are read; split it (IGNY8_IMPORT_MAX_BYTES)",
            done,
        )
        return
    try:
        with inbox.open_path(file) as path:
            staged = stage_file(parts, file.site_key, path, file.name, origin="inbox")
    except InboxFileGone:
        return
    except (KeywordFileError, ImportRefused) as refusal:
        _refuse(inbox, file, str(refusal), done)
        return
    (done.staged if staged.is_new else done.known).append(file.name)
    inbox.take(file, utc_now())


def _refuse(inbox: Inbox, file: InboxFile, reason: str, done: Collected) -> None:
    done.refused[file.name] = reason
    inbox.refuse(file, utc_now(), reason)
