"""Makes two climate archives, once: `make_climate.py FOLDER`. Float32, NetCDF-4, deflate 1 and shuffle, in hundredths of a kelvin.

daily.nc: 20 years of 180 x 360 pixels from 1991 on, in chunks of 73 days x 60 x 90, as series are read.
fields.nc: a year of 720 x 1440 pixels from 0 to 360 degrees, in chunks of 1 day x 360 x 720, as maps are written.
"""

import pathlib
import sys

import netCDF4
import numpy as np


def create(path, days, latitude, longitude, chunks):
    file = netCDF4.Dataset(path, "w")
    for name, values, unit in (
        ("time", np.arange(days), "days since 1991-01-01"), ("lat", latitude, "degrees_north"), ("lon", longitude, "degrees_east")
    ):
        file.createDimension(name, len(values))
        file.createVariable(name, "f8", (name,))[:] = values
        file[name].units = unit
    tas = file.createVariable("tas", "f4", ("time", "lat", "lon"), zlib=True, complevel=1, shuffle=True, chunksizes=chunks)
    tas.units = "K"
    return file, tas


def season(days, latitude):
    return -12 * np.cos(2 * np.pi * days[:, None, None] / 365.25) * np.sign(latitude)[None, :, None]


def make(path, days, latitude, longitude, chunks, at_once, seed):
    random = np.random.default_rng(seed)
    shape = (len(latitude), len(longitude))
    climate = 288 - 40 * np.abs(np.sin(np.radians(latitude)))[:, None] + 3 * random.standard_normal(shape)
    file, tas = create(path, days, latitude, longitude, chunks)
    with file:
        for first in range(0, days, at_once):
            times = np.arange(first, min(first + at_once, days))
            weather = random.standard_normal((len(times), *shape)) * 2
            tas[first : first + at_once] = np.round(climate + season(times, latitude) + weather, 2).astype(np.float32)


def centres(first, last, size):
    return np.arange(first + size / 2, last, size)


ARCHIVES = {
    "daily": (int(np.ceil(20 * 365.25)), centres(90, -90, -1), centres(-180, 180, 1), (73, 60, 90), 73, 11),
    "fields": (365, centres(90, -90, -0.25), centres(0, 360, 0.25), (1, 360, 720), 8, 12),
}


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, archive in ARCHIVES.items():
        target, partial = folder / f"{name}.nc", folder / f"{name}.partial.nc"
        if not target.exists():
            make(partial, *archive)
            partial.rename(target)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
