"""``python -m bench.api``: measures how quickly the service answers and starts work, and says whether every limit is held."""

from bench.api import launch, reading
from bench.running import program

app = program(
    {
        "reading": reading.measure,
        "growth": reading.measure_growth,
        "launch_sqlite": launch.measure,
        "launch_postgresql": launch.measure_postgresql,
    },
    "Measure the API and what it starts against their limits; ends with status 1 where one is not held.",
    "api",
)

if __name__ == "__main__":
    app()
