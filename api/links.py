"""Addresses inside this API, as paths on its host: they work behind any proxy and under any name."""

from urllib.parse import quote

ROOT = "/api/v1"


def media_path(key: str) -> str | None:
    """Where a media file can be fetched; None when there is no file yet."""
    return f"{ROOT}/media/{quote(key)}" if key else None


def content_path(content_id: int) -> str:
    """An article."""
    return f"{ROOT}/writer/content/{content_id}/"


def tasks_of_request_path(task_id: str) -> str:
    """The writing tasks that a request brought forth."""
    return f"{ROOT}/writer/tasks/?request={quote(task_id)}"


def posts_of_content_path(content_id: int) -> str:
    """An article's social posts."""
    return f"{ROOT}/socializer/posts/?content={content_id}"


def video_path(project_id: int) -> str:
    """A video project."""
    return f"{ROOT}/video/projects/{project_id}/"


def voice_sample_path(provider: str, voice: str) -> str:
    """How a built-in voice sounds."""
    return f"{ROOT}/video/voices/{quote(provider, safe='')}/{quote(voice, safe='')}/sample/"


def progress_path(task_id: str) -> str:
    """How far a request is."""
    return f"{ROOT}/system/settings/task_progress/{quote(task_id)}/"


def preview_path(site_key: str) -> str:
    """The built site."""
    return f"/sites/{quote(site_key)}/"
