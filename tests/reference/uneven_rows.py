"""Files whose rows are uneven, as those of Gaussian grids, and a layer of a file on the recipe's grid."""

import netCDF4
import numpy as np
from jobs import opened, run


def gaussian(count):
    """Latitudes of a Gaussian grid, north first, and the edges of rows that CF files give: sums of the weights."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    edges = np.degrees(np.arcsin(np.clip(np.concatenate([[-1], -1 + np.cumsum(weights)]), -1, 1)))
    return np.degrees(np.arcsin(nodes))[::-1], edges[::-1]


def on_rows(path, lat, lon, data, bounds=None):
    with netCDF4.Dataset(path, "w") as file:
        for name, values, unit in (("lat", lat, "degrees_north"), ("lon", lon, "degrees_east")):
            file.createDimension(name, len(values))
            file.createVariable(name, "f8", (name,))[:] = values
            file[name].units = unit
        if bounds is not None:
            file.createDimension("two", 2)
            file["lat"].bounds = "lat_bnds"
            file.createVariable("lat_bnds", "f8", ("lat", "two"))[:] = np.stack([bounds[:-1], bounds[1:]], -1)
        file.createVariable("t", "f4", ("lat", "lon"), fill_value=-999)[:] = data
    return path


def resampled(folder, path, method, grid, words=(), ranks=0, **source):
    steps = {"it": {"process": "linear_scale", "data": "source", "factor": 1, "offset": 0}}
    inputs = {"source": {"path": str(path), "resample": method, **source}}
    return opened(run(folder, steps, inputs, grid=grid, words=words, ranks=ranks))["it"]
