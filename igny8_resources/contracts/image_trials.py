"""What a picture to try may be; whoever takes the wish for one holds it to this. It is made in ``ai/image_testing.py``."""

LONGEST_IMAGE_PROMPT = 4_000  # characters
LEAST_SIDE, MOST_SIDE = 256, 2048  # pixels
USUAL_SIDE = 1024
