#!/usr/bin/env python3
"""Draws layers of a store that configs/terrain.yml has written, for the README.

Run it with the tests' Python (tests/env/setup.sh makes it):
  tests/.venv/bin/python scripts/make_picture.py build/quickstart/terrain.zarr docs/images/terrain.png
"""

import sys

import numpy as np
import xarray as xr
from PIL import Image, ImageDraw, ImageFont

SIDE, GAP, TITLE, COLUMNS = 256, 12, 22, 3
GREY = [(0, 0, 0), (255, 255, 255)]
VIRIDIS = [(68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37)]
DIVERGING = [(33, 102, 172), (146, 197, 222), (247, 247, 247), (244, 165, 130), (178, 24, 43)]
WHEEL = [(216, 83, 100), (222, 190, 84), (92, 167, 118), (74, 114, 176), (216, 83, 100)]
MISSING = (225, 225, 225)
# Layer, colours, and whether zero is the middle of them.
PANELS = [
    ("hillshade", GREY, False),
    ("slope", VIRIDIS, False),
    ("aspect", WHEEL, False),
    ("tpi", DIVERGING, True),
    ("tri", VIRIDIS, False),
    ("relief_sd", VIRIDIS, False),
]


def limits(name, values, symmetric):
    """The values that get the first and the last colour: a compass is whole, of others the outer 2 % are cut off."""
    if name == "aspect":
        return 0, 360
    low, high = np.nanpercentile(values, [2, 98])
    return (-max(-low, high), max(-low, high)) if symmetric else (low, high)


def coloured(values, colours, low, high):
    share = np.clip((np.nan_to_num(values, nan=low) - low) / (high - low), 0, 1)
    stops = np.linspace(0, 1, len(colours))
    pixels = np.stack([np.interp(share, stops, channel) for channel in zip(*colours)], axis=-1)
    pixels[np.isnan(values)] = MISSING
    return Image.fromarray(pixels.round().astype(np.uint8), "RGB")


def title(layer, low, high):
    unit = layer.attrs.get("units", "")
    return f"{layer.name}, {low:.3g} to {high:.3g}" + ("" if unit in ("", "1") else f" {unit}")


def draw(store):
    data = xr.open_zarr(store)
    rows = -(-len(PANELS) // COLUMNS)
    size = (COLUMNS * (SIDE + GAP) - GAP, rows * (SIDE + TITLE + GAP) - GAP)
    picture = Image.new("RGB", size, "white")
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(14)
    for place, (name, colours, symmetric) in enumerate(PANELS):
        layer = data[name][-SIDE:, :SIDE]
        low, high = limits(name, layer.values, symmetric)
        x, y = place % COLUMNS * (SIDE + GAP), place // COLUMNS * (SIDE + TITLE + GAP)
        pen.text((x, y + 2), title(layer, low, high), fill="black", font=font)
        picture.paste(coloured(layer.values, colours, low, high), (x, y + TITLE))
    return picture.quantize(96)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    draw(sys.argv[1]).save(sys.argv[2], optimize=True)
