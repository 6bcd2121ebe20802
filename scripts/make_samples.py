#!/usr/bin/python3
"""Makes the files of data-samples/: a terrain model, a small stack of satellite-like scenes, and parcels. The same bytes every time."""

import json
import pathlib

import numpy as np

import noise
import rasters

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "data-samples"
ORIGIN, PIXEL = (600000, 5190000), 30
SIZE, SCENE_SIZE, SCENE_OFFSET = 512, 256, 128
DATES = ["20240408", "20240503", "20240602", "20240707", "20240811", "20240915"]
GREENNESS = [0.25, 0.45, 0.80, 1.00, 0.85, 0.55]
WETNESS = noise.Noise(5)
# Reflectance in 1/10000 of bare ground and of dense vegetation.
BANDS = {"B02": (900, 300), "B03": (1200, 600), "B04": (1600, 350), "B08": (2200, 4200), "B11": (2800, 1600)}
CROPS = ["wheat", "maize", "meadow", "vines"]
NODATA, SHADOW, VEGETATION, BARE, WATER, CLOUD, SNOW = 0, 3, 4, 5, 6, 9, 11


def terrain():
    pixels = np.arange(SIZE)
    height = 300 + 4200 * noise.Noise(17).ridged(pixels, pixels, 220, 8) * noise.Noise(4).smooth(pixels, pixels, 400, 3)
    # Sixteenths of a metre are exact in float32 and keep the file small.
    height = np.floor(height * 16 + 0.5) / 16
    row, col = np.mgrid[0:SIZE, 0:SIZE]
    height[(row - 400) ** 2 + 2 * (col - 90) ** 2 < 40**2] = -9999
    return height.astype(np.float32)


def classes(index, height, snow_line):
    """Sentinel-2's scene classification: every class from 0 to 11 occurs."""
    pixels = np.arange(SCENE_SIZE)
    wet = WETNESS.smooth(pixels, pixels, 64, 4)
    clouds = noise.Noise(100 + index).smooth(pixels, pixels, 150, 5)
    scl = np.where(wet > 0.5, VEGETATION, BARE)
    scl[(wet > 0.42) & (wet < 0.43)] = 7
    scl[height < np.quantile(height, 0.04)] = WATER
    scl[height > snow_line] = SNOW
    scl[np.roll(clouds, (9, 9), (0, 1)) > 0.62] = SHADOW
    for limit, value in ((0.56, 10), (0.60, 8), (0.64, CLOUD)):
        scl[clouds > limit] = value
    scl[0:2, 40:60] = 1
    scl[2:4, 40:60] = 2
    scl[:, :12] = NODATA
    return scl.astype(np.uint8)


def band(random, scl, green, bare, vegetated):
    pixels = np.arange(SCENE_SIZE)
    share = green * WETNESS.smooth(pixels, pixels, 64, 4)
    value = bare + (vegetated - bare) * share + 30 * random.random_sample(scl.shape)
    value[scl == WATER] = 150
    value[scl == SNOW] = 8000
    value[scl == SHADOW] *= 0.4
    value[(scl == CLOUD) | (scl == 8)] += 5500
    value[scl == 10] += 900
    value = np.floor(value / 10) * 10
    value[scl == NODATA] = 0
    return value.astype(np.uint16)


def scenes(height):
    folder = FOLDER / "scenes"
    folder.mkdir(parents=True, exist_ok=True)
    window = slice(SCENE_OFFSET, SCENE_OFFSET + SCENE_SIZE)
    origin = (ORIGIN[0] + SCENE_OFFSET * PIXEL, ORIGIN[1] - SCENE_OFFSET * PIXEL)
    for index, (date, green) in enumerate(zip(DATES, GREENNESS)):
        random = np.random.RandomState(7000 + index)
        scl = classes(index, height[window, window], np.quantile(height[window, window], 0.85 + 0.14 * green))
        rasters.write(folder / f"{date}_SCL.tif", scl, origin, PIXEL, tile=256, predictor=2)
        for name, (bare, vegetated) in BANDS.items():
            values = band(random, scl, green, bare, vegetated)
            rasters.write(folder / f"{date}_{name}.tif", values, origin, PIXEL, tile=256, predictor=2, nodata=0)


def parcels():
    """Fields of four corners that lie side by side, some with a pond in them, in longitude and latitude."""
    random = np.random.RandomState(31)
    count, corner, size = 14, (10.315, 46.72), (0.013, 0.0095)
    inner = random.uniform(-0.3, 0.3, (2, count + 1, count + 1))
    lon = np.round(corner[0] + size[0] * (np.arange(count + 1) + inner[0]), 6)
    lat = np.round(corner[1] + size[1] * (np.arange(count + 1)[:, None] + inner[1]), 6)
    features = []
    for row in range(count):
        for col in range(count):
            if random.random_sample() < 0.15:
                continue  # nobody's
            places = [(row, col), (row, col + 1), (row + 1, col + 1), (row + 1, col)]
            rings = [np.array([(lon[p], lat[p]) for p in [*places, places[0]]])]
            if random.random_sample() < 0.2:
                middle = rings[0][:4].mean(axis=0)
                rings.append(np.round(middle + 0.3 * (rings[0] - middle), 6))
            about = {"id": len(features) + 1, "crop": CROPS[random.randint(len(CROPS))], "organic": int(random.randint(2))}
            shape = {"type": "Polygon", "coordinates": [ring.tolist() for ring in rings]}
            features.append({"type": "Feature", "properties": about, "geometry": shape})
    lines = ",\n".join(json.dumps(feature, separators=(",", ":")) for feature in features)
    (FOLDER / "parcels.geojson").write_text('{"type":"FeatureCollection","name":"parcels","features":[\n' + lines + "\n]}\n")


def main():
    FOLDER.mkdir(exist_ok=True)
    height = terrain()
    rasters.write(FOLDER / "dem.tif", height, ORIGIN, PIXEL, tile=256, predictor=3, nodata=-9999)
    scenes(height)
    parcels()


if __name__ == "__main__":
    main()
