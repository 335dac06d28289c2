"""Face analysis: decode, detect, quality, liveness, align, embed, match. Each module is one stage."""

import os

# Whatever a header is taken to say, by us or by a library: OpenCV makes no picture of more pixels. It reads the
# variable once, when it is loaded, and no module of this package can be imported before this line.
MAX_PIXELS = 50_000_000
os.environ["OPENCV_IO_MAX_IMAGE_PIXELS"] = str(MAX_PIXELS)
