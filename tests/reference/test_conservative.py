"""Conservative resampling against CDO's remapcon (YAC), which cuts the cells of regular grids along meridians and parallels, as we do."""

import os
import subprocess

import netCDF4
import numpy as np
import pytest
from jobs import compute, same_gaps

# Both sum in double and round once to float32.
ROUNDED = {"rtol": 2**-22, "atol": 0}


def centres(first, last, size):
    """Of cells of `size` from one edge to another, either way."""
    count = round(abs(last - first) / size)
    return first + np.sign(last - first) * size * (np.arange(count) + 0.5)


# Edges of the source (from west, to east, first and last latitude), its cells; west, south, east, north of the result and its cells.
CASES = {
    "quarter": ((0, 360, -90, 90), 0.25, (-180, -90, 180, 90), 1),
    "halves": ((-180, 180, 90, -90), 2.25, (-180, -90, 180, 90), 2),  # edges of both cut each other's cells, but for every ninth
    "shifted": ((0, 360, 90, -90), 2.5, (-179, -90, 181, 90), 2),  # a cell that lies over the last and the first column
    "finer": ((0, 360, -90, 90), 7.5, (-180, -90, 180, 90), 2),
    "region": ((3, 17, 44, 52), 0.25, (1.5, 42, 18, 51), 1.5),  # cells beyond the source, and some in part
}


def holes(values):
    values = values.copy()
    random = np.random.default_rng(4)
    values[random.random(values.shape) < 0.3] = np.nan
    values[len(values) // 3 : len(values) // 2, len(values[0]) // 5 : len(values[0]) // 2] = np.nan
    return values


def write_source(path, edges, size):
    """Two fields: a whole one, and one with gaps."""
    west, east, first, last = edges
    latitude, longitude = centres(first, last, size), centres(west, east, size)
    random = np.random.default_rng(7)
    field = 288 - 40 * np.abs(np.sin(np.radians(latitude)))[:, None] + 5 * random.standard_normal((len(latitude), len(longitude)))
    fields = np.stack([field, holes(field)]).astype(np.float32)
    with netCDF4.Dataset(path, "w") as file:
        for name, values, unit in (("time", [0, 1], "days since 2001-01-01"), ("lat", latitude, "degrees_north"),
                                   ("lon", longitude, "degrees_east")):
            file.createDimension(name, len(values))
            file.createVariable(name, "f8", (name,))[:] = values
            file[name].units = unit
        tas = file.createVariable("tas", "f4", ("time", "lat", "lon"), fill_value=-1e30)
        tas.units = "K"
        tas[:] = np.where(np.isnan(fields), -1e30, fields)
    return fields


def by_cdo(folder, source, bounds, size, **settings):
    west, south, east, north = bounds
    grid = folder / "grid.txt"
    grid.write_text(f"gridtype = lonlat\nxsize = {round((east - west) / size)}\nysize = {round((north - south) / size)}\n"
                    f"xfirst = {west + size / 2}\nxinc = {size}\nyfirst = {north - size / 2}\nyinc = {-size}\n")
    result = folder / "cdo.nc"
    subprocess.run(["cdo", "-s", "-O", "-f", "nc4", f"remapcon,{grid}", source, result], check=True, env=os.environ | settings)
    with netCDF4.Dataset(result) as file:
        return np.ma.filled(file["tas"][:], np.nan)


def belts(first, last, size):
    """Areas of the belts between parallels, of a sphere of 1."""
    edges = first + np.sign(last - first) * size * np.arange(round(abs(last - first) / size) + 1)
    return np.abs(np.diff(np.sin(np.radians(edges))))


@pytest.mark.parametrize("case", CASES)
def test_values_and_totals(case, tmp_path):
    edges, size, bounds, coarse = CASES[case]
    source = tmp_path / "source.nc"
    fields = write_source(source, edges, size)
    settings = {
        "fracarea": {},
        "destarea": {"normalize": "destarea"},
        "half": {"min_valid": 0.6},
    }
    steps = {name: {"process": "resample", "data": "tas", "method": "conservative", **more} for name, more in settings.items()}
    grid = {"crs": "EPSG:4326", "resolution": coarse, "bounds": list(bounds), "anchor": list(bounds[:2])}
    result = compute(tmp_path / "out", steps, {"tas": {"path": str(source), "variable": "tas"}}, grid=grid, output={"chunk": 90})
    environments = {"fracarea": {}, "destarea": {"CDO_REMAP_NORM": "destarea"}, "half": {"REMAP_AREA_MIN": "0.6"}}
    for name in environments if case != "quarter" else ["fracarea"]:  # a million cells take CDO a while
        wanted, got = by_cdo(tmp_path, source, bounds, coarse, **environments[name]), result[name].values
        # CDO looks at the least share only in fields with gaps, and there counts what lies beyond the source as no part of the cell.
        inside = (slice(0, 4), slice(1, 10)) if (case, name) == ("region", "half") else ...
        for day in range(2) if name != "half" else [1]:
            np.testing.assert_allclose(*same_gaps(got[day][inside], wanted[day][inside]), **ROUNDED, err_msg=name)
    if case == "region":
        return
    before, after = belts(*edges[2:], size)[:, None] * size, belts(bounds[3], bounds[1], coarse)[:, None] * coarse
    for day in range(2):
        total = np.nansum(fields[day].astype(np.float64) * before)
        assert np.nansum(result["destarea"].values[day].astype(np.float64) * after) == pytest.approx(total, rel=1e-6)
