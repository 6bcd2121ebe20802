"""Makes the benchmark's inputs, once: `make_data.py FOLDER`. A terrain model of 8192 x 8192 pixels and a stack of 12 x 6 scenes with masks."""

import pathlib
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import noise  # noqa: E402
import rasters  # noqa: E402

ORIGIN = (600000, 5400000)
DEM_SIZE, SCENE_SIZE, TILE = 8192, 2048, 512
DATES = [f"2024{month:02d}15" for month in range(1, 13)]
GREENNESS = [0.20, 0.22, 0.30, 0.45, 0.70, 0.95, 1.00, 0.90, 0.75, 0.55, 0.35, 0.25]
BANDS = {"B02": (900, 300), "B03": (1200, 600), "B04": (1600, 350), "B08": (2200, 4200), "B11": (2800, 1600), "B12": (2300, 800)}


def terrain(path):
    crests, massifs = noise.Noise(17), noise.Noise(4)
    height = np.empty((DEM_SIZE, DEM_SIZE), np.float32)
    cols = np.arange(DEM_SIZE)
    for first in range(0, DEM_SIZE, TILE):
        rows = np.arange(first, first + TILE)
        height[first : first + TILE] = 300 + 4200 * crests.ridged(rows, cols, 900, 10) * massifs.smooth(rows, cols, 2500, 3)
    rasters.write(path, height, ORIGIN, 30, tile=TILE, predictor=3, nodata=-9999, level=6)


def scenes(folder):
    folder.mkdir(exist_ok=True)
    pixels = np.arange(SCENE_SIZE)
    ground = noise.Noise(5).smooth(pixels, pixels, 256, 7)
    for index, (date, green) in enumerate(zip(DATES, GREENNESS)):
        random = np.random.RandomState(7000 + index)
        clouds = noise.Noise(100 + index).smooth(pixels, pixels, 500, 6)
        scl = np.where(ground > 0.5, 4, 5).astype(np.uint8)
        scl[np.roll(clouds, (20, 20), (0, 1)) > 0.66] = 3
        scl[clouds > 0.62] = 9
        scl[(clouds > 0.58) & (clouds <= 0.62)] = 10
        scl[:, : 40 * index] = 0
        rasters.write(folder / f"{date}_SCL.tif", scl, ORIGIN, 20, tile=TILE, predictor=2, level=6)
        for name, (bare, vegetated) in BANDS.items():
            value = bare + (vegetated - bare) * green * ground + 120 * random.random_sample(scl.shape)
            value[scl >= 9] += 4000
            value[scl == 3] *= 0.4
            value[scl == 0] = 0
            rasters.write(folder / f"{date}_{name}.tif", value.astype(np.uint16), ORIGIN, 20, tile=TILE, predictor=2, nodata=0, level=6)


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "dem.tif").exists():
        terrain(folder / "dem.partial.tif")
        (folder / "dem.partial.tif").rename(folder / "dem.tif")
    if not (folder / "scenes").exists():
        scenes(folder / "scenes.partial")
        (folder / "scenes.partial").rename(folder / "scenes")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
