"""Climate files of known content, and a step that only copies."""

import netCDF4
import numpy as np

COPY = {"copy": {"process": "linear_scale", "data": "source", "factor": 1, "offset": 0}}


def made(path, dtype="f4", dims=("time", "lat", "lon"), zlib=True, data=None, calendar="standard", units="days since 2000-01-01",
         days=None, lat=None, lon=None, attributes=None, coordinate="f8", **encoding):
    """Writes `t` by netCDF4, another program than the one under test; returns the values by (time, lat, lon)."""
    lat = np.linspace(59.75, 50.25, 20) if lat is None else lat
    lon = np.linspace(0.25, 14.75, 30) if lon is None else lon
    days = np.arange(7.0) if days is None else days
    if data is None:
        data = np.random.default_rng(3).integers(-300, 300, (len(days), len(lat), len(lon))).astype(dtype)
    sizes = {"time": len(days), "lat": len(lat), "lon": len(lon)}
    order = [("time", "lat", "lon").index(d) for d in dims if d in sizes]
    with netCDF4.Dataset(path, "w", format=encoding.pop("format", "NETCDF4")) as file:
        for name, size in sizes.items():
            file.createDimension(name, size)
        for name in dims:
            if name not in sizes:
                file.createDimension(name, 1)
        for name, values, unit in (("lat", lat, "degrees_north"), ("lon", lon, "degrees_east"), ("time", days, units)):
            variable = file.createVariable(name, coordinate if name != "time" else "f8", (name,))
            variable.units = unit
            variable[:] = values
        file["time"].calendar = calendar
        fill = (attributes or {}).pop("_FillValue", None)
        variable = file.createVariable("t", dtype, dims, zlib=zlib, fill_value=fill, **encoding)
        variable.setncatts(attributes or {})
        variable.set_auto_maskandscale(False)
        moved = np.transpose(data, order)
        variable[:] = moved.reshape([sizes.get(d, 1) for d in dims])
    return data
