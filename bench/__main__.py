"""``python -m bench``: measures the platform, keeps the figures, and says whether every limit is held."""

from bench import article_overhead, daemon_throughput, demo, event_tick, import_time
from bench.running import program

app = program(
    {
        "import_time": import_time.measure,
        "article_overhead": article_overhead.measure,
        "event_tick": event_tick.measure,
        "demo": demo.measure,
        "daemon_throughput": daemon_throughput.measure,
    },
    "Measure the platform against its limits; ends with status 1 where one is not held.",
)

if __name__ == "__main__":
    app()
