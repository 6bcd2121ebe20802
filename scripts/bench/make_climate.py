"""Makes a stack of daily fields, once: `make_climate.py FILE [YEARS]`. 180 x 360 float32 from 1991 on, deflate 1 and shuffle, chunks of
73 days x 60 x 90."""

import pathlib
import sys

import netCDF4
import numpy as np

DAYS, ROWS, COLS = 73, 60, 90


def make(path, years):
    days = int(np.ceil(years * 365.25))
    latitude, longitude = np.arange(89.5, -90, -1), np.arange(-179.5, 180)
    random = np.random.default_rng(11)
    climate = 288 - 40 * np.abs(np.sin(np.radians(latitude)))[:, None] + 3 * random.standard_normal((180, 360))
    with netCDF4.Dataset(path, "w") as file:
        for name, values, unit in (
            ("time", np.arange(days), "days since 1991-01-01"), ("lat", latitude, "degrees_north"), ("lon", longitude, "degrees_east")
        ):
            file.createDimension(name, len(values))
            file.createVariable(name, "f8", (name,))[:] = values
            file[name].units = unit
        tas = file.createVariable("tas", "f4", ("time", "lat", "lon"), zlib=True, complevel=1, shuffle=True, chunksizes=(DAYS, ROWS, COLS))
        tas.units = "K"
        for first in range(0, days, DAYS):
            time = np.arange(first, min(first + DAYS, days))[:, None, None]
            season = -12 * np.cos(2 * np.pi * time / 365.25) * np.sign(latitude)[None, :, None]
            weather = random.standard_normal((len(time), 180, 360)) * 2
            # As measured to a hundredth of a degree.
            tas[first : first + DAYS] = np.round(climate + season + weather, 2).astype(np.float32)


if __name__ == "__main__":
    target = pathlib.Path(sys.argv[1])
    if not target.exists():
        partial = target.with_suffix(".partial.nc")
        make(partial, float(sys.argv[2]) if len(sys.argv) > 2 else 20)
        partial.rename(target)
