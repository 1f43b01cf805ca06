"""What a planner benchmark says: its report, and the tables of docs/performance.md made from it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from bench.results import Measurement, kept_results


def report(
    began: datetime,
    measurements: Sequence[Measurement],
    *,
    scores: Sequence[dict[str, Any]] = (),
    peers: dict[str, str] | None = None,
    banking77: str = "absent",
    quick: bool = False,
) -> dict[str, Any]:
    """The whole result.

    Args:
        began: When the benchmark was started.
        measurements: What was measured.
        scores: Each method's agreement with each half of each labelled set, as ``quality.Score`` says them.
        peers: Versions of what is compared with.
        banking77: *measured*, *absent* when the file was not given, or *not asked for*.
        quick: Whether less was measured than a record needs.
    """
    return {
        **kept_results(began, measurements, quick=quick),
        "peers": peers or {},
        "banking77": banking77,
        "scores": list(scores),
    }


def markdown(kept: dict[str, Any]) -> str:
    """The report as the tables of docs/performance.md."""
    parts = [_machine_line(kept)]
    if kept["scores"]:
        parts.append(_scores_table(kept["scores"]))
    if kept["banking77"] == "absent":
        parts.append("banking77 was left out.")
    parts.append(_figures_table(kept["measurements"]))
    return "\n\n".join(parts) + "\n"


def _machine_line(kept: dict[str, Any]) -> str:
    about = kept["machine"]
    peers = ", ".join(f"{name} {version}" for name, version in kept["peers"].items())
    loads = [each["load_average_before"] for each in kept["measurements"]]
    loads += [each["load_average_after"] for each in kept["measurements"]]
    load = f"; load average {min(loads):.1f} to {max(loads):.1f}" if loads else ""
    return (
        f"Measured on {kept['began_at'][:10]} with {about['cores_available']} cores ({about['processor']}), "
        f"{about['memory_gib']:.0f} GiB, Python {about['python']}{load}. Peers: {peers or 'none'}."
    )


def _scores_table(scores: Iterable[dict[str, Any]]) -> str:
    listed = list(scores)
    halves = list(dict.fromkeys((score["set"], score["half"], score["texts"], score["labels"]) for score in listed))
    cells = {(score["set"], score["half"], score["method"]): score for score in listed}
    titles = [f"{name}, {half} ({texts:,} texts, {labels} labels)" for name, half, texts, labels in halves]
    lines = [_row(["Adjusted Rand / V-measure / left out / alone", *titles]), _row(["---"] * (1 + len(titles)))]
    lines += [
        _row([method, *(_score(cells.get((name, half, method))) for name, half, _, _ in halves)])
        for method in dict.fromkeys(score["method"] for score in listed)
    ]
    return "\n".join(lines)


def _score(score: dict[str, Any] | None) -> str:
    if score is None:
        return ""
    return (
        f"{score['adjusted_rand']:.2f} / {score['v_measure']:.2f} / {score['unclustered']:.0%} / {score['alone']:.0%}"
    )


def _figures_table(measurements: Iterable[dict[str, Any]]) -> str:
    lines = [_row(["Figure", "Value", "Limit", "Note"]), _row(["---"] * 4)]
    for measurement in measurements:
        if measurement["failure"]:
            lines.append(_row([measurement["name"], "not measured", "✗", measurement["failure"]]))
        for figure in measurement["figures"]:
            value = f"{number(figure['value'])} {figure['unit']}".strip()
            lines.append(_row([figure["name"], value, _limit(figure), figure["note"]]))
    return "\n".join(lines)


def _limit(figure: dict[str, Any]) -> str:
    if figure["limit"] is None:
        return ""
    sign = "≥" if figure.get("bound") == "at least" else "≤"
    return f"{sign} {number(figure['limit'])} {'✓' if figure['held'] else '✗'}"


def number(value: float) -> str:
    """As a table shows it: three digits, thousands parted."""
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
