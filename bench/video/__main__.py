"""``python -m bench.video``: measures how videos are made, beside encoding alone and beside MoviePy."""

from bench.running import program
from bench.video import measures

app = program(
    {
        "movement": measures.movement,
        "veryfast": measures.veryfast,
        "medium": measures.medium,
        "moviepy": measures.moviepy,
        "memory": measures.memory,
    },
    "Measure rendering against its limits; ends with status 1 where one is not held.",
    "video",
)

if __name__ == "__main__":
    app()
