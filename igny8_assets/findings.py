"""What a check has to say about an article or a graph."""

from collections.abc import Iterable
from typing import Literal

from igny8_resources.contracts.values import Value

Severity = Literal["error", "warning"]


class Finding(Value):
    """One thing to mend.

    ``check`` is the check's key (``keyword_in_title``), ``passage`` names where (``section:2``, ``faq:0``, or a node
    of a graph), ``message`` says what is wrong and what to do. An error keeps a page from being published, a warning
    does not.
    """

    check: str
    severity: Severity
    passage: str
    message: str


def passed(findings: Iterable[Finding]) -> bool:
    """Whether nothing stands against publication: no finding is an error."""
    return all(finding.severity != "error" for finding in findings)
