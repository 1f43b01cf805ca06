"""Where pages live: page paths, public URLs, and links from one page to another.

All links between pages are relative, so that one and the same folder works at a domain's root, below ``/sites/<key>/``
and inside any other folder. Only what leaves the site (canonical URLs, feeds, the sitemap, the 404 page, which a server
shows at any depth) is absolute.
"""

from posixpath import relpath
from urllib.parse import quote, urlsplit

HOME = "/"
ABOUT = "/about/"
ARCHIVE = "/articles/"
RESERVED_SLUGS = frozenset({"about", "articles", "topics", "assets"})


def article_path(slug: str) -> str:
    """The page path of an article."""
    return f"/{slug}/"


def hub_path(slug: str) -> str:
    """The page path of a topic."""
    return f"/topics/{slug}/"


def archive_path(number: int) -> str:
    """The page path of the archive's page ``number``, counted from 1."""
    return ARCHIVE if number == 1 else f"{ARCHIVE}{number}/"


def file_of(page_path: str) -> str:
    """The file that holds a page: ``/about/`` is ``about/index.html``."""
    return f"{page_path.lstrip('/')}index.html"


def absolute(base_url: str, path: str) -> str:
    """The public URL of a page path or of a file inside the site."""
    return f"{base_url.rstrip('/')}/{quote(path.lstrip('/'))}"


def relative(from_page: str, target: str) -> str:
    """The link that leads from a page to a page path or to a file inside the site.

    >>> relative("/dial-in/", "/topics/espresso/")
    '../topics/espresso/'
    >>> relative("/", "assets/site.css")
    'assets/site.css'
    >>> relative("/", "/")
    './'
    """
    goal = "/" + target.lstrip("/")
    link = relpath(goal, from_page)
    return quote(f"{link}/" if goal.endswith("/") else link)


def inside(base_url: str, url: str) -> str | None:
    """The path inside the site that ``url`` names, or None when it leads elsewhere or only within its own page.

    Understands root-absolute paths (``/slug/``) and full URLs below ``base_url``; drops the query and the fragment.
    """
    try:
        parts = urlsplit(url)
        base = urlsplit(base_url)
    except ValueError:
        return None
    if parts.scheme in {"http", "https"} or parts.netloc:
        root = base.path.rstrip("/")
        if parts.netloc != base.netloc or not f"{parts.path}/".startswith(f"{root}/"):
            return None
        return parts.path[len(root) :] or HOME
    return parts.path if not parts.scheme and parts.path.startswith("/") else None
