"""Makes an archive of hourly maps, once: `make_maps.py FILE [HOURS]`. 180 x 360 float32, deflate 1 and shuffle, a map in each chunk."""

import pathlib
import sys

import netCDF4
import numpy as np


def make(path, hours):
    latitude, longitude = np.arange(89.5, -90, -1), np.arange(-179.5, 180)
    random = np.random.default_rng(12)
    climate = 288 - 40 * np.abs(np.sin(np.radians(latitude)))[:, None] + 3 * random.standard_normal((180, 360))
    with netCDF4.Dataset(path, "w") as file:
        for name, values, unit in (
            ("time", np.arange(hours), "hours since 2001-01-01"), ("lat", latitude, "degrees_north"), ("lon", longitude, "degrees_east")
        ):
            file.createDimension(name, len(values))
            file.createVariable(name, "f8", (name,))[:] = values
            file[name].units = unit
        tas = file.createVariable("tas", "f4", ("time", "lat", "lon"), zlib=True, complevel=1, shuffle=True, chunksizes=(1, 180, 360))
        tas.units = "K"
        for first in range(0, hours, 100):
            time = np.arange(first, min(first + 100, hours))[:, None, None]
            day = -5 * np.cos(2 * np.pi * (time / 24 + longitude[None, None, :] / 360))
            # As measured to a hundredth of a degree.
            tas[first : first + 100] = np.round(climate + day + 2 * random.standard_normal((len(time), 180, 360)), 2).astype(np.float32)


if __name__ == "__main__":
    target = pathlib.Path(sys.argv[1])
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(".partial.nc")
        make(partial, int(sys.argv[2]) if len(sys.argv) > 2 else 2000)
        partial.rename(target)
