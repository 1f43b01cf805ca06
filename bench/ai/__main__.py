"""``python -m bench.ai``: measures how the platform puts models to work, and says whether every limit is held."""

from bench.ai import measures
from bench.running import program

app = program(
    {
        "limits": measures.limits,
        "bulk": measures.bulk,
        "overhead": measures.overhead,
        "replay": measures.replay,
    },
    "Measure the AI layer against its limits; ends with status 1 where one is not held.",
    "ai",
)

if __name__ == "__main__":
    app()
