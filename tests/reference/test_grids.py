"""Curvilinear and Gaussian grids, brought onto the recipe's by their coordinates: beside fields known in every place, scipy and xarray."""

import shutil
import subprocess
import sys

import netCDF4
import numpy as np
import pytest
import xarray
from jobs import compute, terroir, write_recipe
from scipy.interpolate import griddata
from scipy.spatial import cKDTree
from uneven_rows import gaussian, on_rows, resampled

REGION = {"crs": "EPSG:4326", "resolution": 0.25, "bounds": [0, 42, 20, 56]}


def rotated(lon, lat):
    """Geographic places of points of a sphere that is rotated so that (0, 0) lies at 14 degrees east, 50 degrees north."""
    lon, lat, up = np.radians(lon), np.radians(lat), np.radians(50)
    x, y, z = np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)
    x, z = np.cos(up) * x - np.sin(up) * z, np.sin(up) * x + np.cos(up) * z
    return np.degrees(np.arctan2(y, x)) + 14, np.degrees(np.arcsin(z))


def curvilinear(path, lon, lat, data, dims=("y", "x"), times=None, axes=None, **more):
    """Writes `t` on two-dimensional coordinates; masked coordinates get a fill value."""
    with netCDF4.Dataset(path, "w") as file:
        for name, size in zip(dims, lon.shape):
            file.createDimension(name, size)
        if times is not None:
            file.createDimension("time", len(times))
            file.createVariable("time", "f8", ("time",))[:] = times
            file["time"].units = "days since 2000-01-01"
        for name, values in (axes or {}).items():
            file.createVariable(name, "f8", (name,))[:] = values
            file[name].setncatts({"units": "degrees", "standard_name": {"rlat": "grid_latitude", "rlon": "grid_longitude"}[name]})
        for name, values, unit in (("nav_lat", lat, "degrees_north"), ("nav_lon", lon, "degrees_east")):
            variable = file.createVariable(name, more.get("dtype", "f8"), dims, fill_value=1e20)
            variable[:] = values
            variable.units = unit
        variable = file.createVariable("t", "f4", (("time",) if times is not None else ()) + dims, fill_value=-999,
                                       chunksizes=more.get("chunksizes"))
        variable.coordinates = "nav_lat nav_lon"
        variable[:] = data
    return path


def a_rotated_grid(step=0.5):
    lon, lat = np.meshgrid(np.arange(-14, 10, step), np.arange(-10, 10, step))
    return rotated(lon, lat)


@pytest.mark.parametrize("dims", [("y", "x"), ("nj", "ni"), ("rlat", "rlon")])
def test_a_linear_field_stays_linear(tmp_path, dims):
    lon, lat = a_rotated_grid()
    axes = {"rlat": np.arange(-10, 10, 0.5), "rlon": np.arange(-14, 10, 0.5)} if dims[0] == "rlat" else None
    curvilinear(tmp_path / "in.nc", lon, lat, 2 * lon - 3 * lat, dims=dims, axes=axes)
    result = resampled(tmp_path / "out", tmp_path / "in.nc", "bilinear", REGION)
    x, y = np.meshgrid(result.x, result.y)
    assert np.isfinite(result).all()
    np.testing.assert_allclose(result, 2 * x - 3 * y, atol=1e-5 * 200)


def in_space(lon, lat):
    lon, lat = np.radians(lon), np.radians(lat)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], -1)


def nearest(lon, lat, x, y):
    """The number of the centre that is nearest on the sphere to each point."""
    return cKDTree(in_space(lon, lat).reshape(-1, 3)).query(in_space(x, y).reshape(-1, 3))[1].reshape(x.shape)


def test_as_scipy_has_it(tmp_path):
    # Between four centres griddata goes by two triangles, which a smooth field hardly tells from the whole.
    lon, lat = a_rotated_grid(0.25)
    data = 10 * np.sin(lon / 4) * np.cos(lat / 3)
    curvilinear(tmp_path / "in.nc", lon, lat, data)
    x, y = np.meshgrid(np.arange(0.125, 20, 0.25), np.arange(55.875, 42, -0.25))
    for method, ours in (("linear", "bilinear"), ("nearest", "nearest")):
        result = resampled(tmp_path / ours, tmp_path / "in.nc", ours, REGION).values
        if method == "linear":
            wanted = griddata((lon.ravel(), lat.ravel()), data.ravel(), (x, y), method=method)
            np.testing.assert_allclose(result, wanted, atol=0.03)
        else:  # rows and columns cross at right angles, so that the nearest centre is that of the cell, but for its edges
            wanted = data.ravel()[nearest(lon, lat, x, y)]
            assert (np.abs(result - wanted) < 1e-5).mean() > 0.98


def around_the_globe():
    lon, lat = np.meshgrid(73 + np.arange(0.0, 360, 2), np.linspace(-88, 88, 89))
    lat = lat + 2 * np.sin(np.radians(3 * lon)) * np.cos(np.radians(lat))  # rows are no circles
    return (lon + 180) % 360 - 180, lat


def on_the_sphere(lon, lat):
    """Without an edge anywhere."""
    lon, lat = np.radians(lon), np.radians(lat)
    return 5 * np.cos(lat) * np.cos(lon) + 3 * np.cos(lat) * np.sin(lon) - 2 * np.sin(lat)


@pytest.mark.parametrize("method, error", [("bilinear", 0.02), ("nearest", 0.25), ("cubic", 0.01), ("lanczos", 0.02)])
def test_a_globe_without_a_seam(tmp_path, method, error):
    lon, lat = around_the_globe()
    curvilinear(tmp_path / "in.nc", lon, lat, on_the_sphere(lon, lat))
    result = resampled(tmp_path / "out", tmp_path / "in.nc", method, {"global": 1})
    inside = result.sel(y=slice(85, -85))
    x, y = np.meshgrid(inside.x, inside.y)
    assert np.isfinite(inside).all()
    np.testing.assert_allclose(inside, on_the_sphere(x, y), atol=error)


def test_over_a_pole(tmp_path):
    # A square around the north pole, in its plane.
    x, y = np.meshgrid(np.arange(-20, 20.5), np.arange(-20, 20.5))
    lon, lat = np.degrees(np.arctan2(y, x)), 90 - np.hypot(x, y)
    curvilinear(tmp_path / "in.nc", lon, lat, on_the_sphere(lon, lat))
    grid = {"crs": "EPSG:3995", "resolution": 50000, "bounds": [-1500000, -1500000, 1500000, 1500000]}
    result = resampled(tmp_path / "out", tmp_path / "in.nc", "bilinear", grid)
    assert np.isfinite(result).all()
    # EPSG:3995 is stereographic and true at 71 degrees north; on a sphere that is near enough.
    px, py = np.meshgrid(result.x, result.y)
    lat = 90 - 2 * np.degrees(np.arctan(np.hypot(px, py) / (6378137 * (1 + np.sin(np.radians(71))))))
    np.testing.assert_allclose(result, on_the_sphere(np.degrees(np.arctan2(px, -py)), lat), atol=0.02)


def test_cells_without_coordinates_are_not_there(tmp_path):
    lon, lat = a_rotated_grid()
    land = (slice(15, 25), slice(20, 30))
    middle = lon[20, 25], lat[20, 25]
    for name, mask in (("missing", np.ma.masked), ("filled", 0.0)):
        holes = [np.ma.array(v, copy=True) for v in (lon, lat)]
        for v in holes:
            v[land] = mask
        curvilinear(tmp_path / f"{name}.nc", *holes, 2 * lon - 3 * lat)
        result = resampled(tmp_path / name, tmp_path / f"{name}.nc", "nearest", REGION)
        assert np.isnan(result.sel(x=middle[0], y=middle[1], method="nearest"))
        x, y = np.meshgrid(result.x, result.y)
        kept = np.ones(lon.shape, bool)
        kept[land] = False
        assert (np.isfinite(result.values) == kept.ravel()[nearest(lon, lat, x, y)]).mean() > 0.99
        np.testing.assert_allclose(result.values[np.isfinite(result)], (2 * x - 3 * y)[np.isfinite(result)], atol=2)


def test_no_result_depends_on_ranks_blocks_or_the_part_of_a_grid(tmp_path):
    lon, lat = a_rotated_grid()
    data = np.random.default_rng(7).normal(size=(3, *lon.shape)).astype("f4")
    data[:, 5:9, 7:12] = -999
    curvilinear(tmp_path / "in.nc", lon, lat, data, times=[0, 1, 2], chunksizes=(1, 16, 16))
    whole = resampled(tmp_path / "a", tmp_path / "in.nc", "bilinear", REGION)
    for name, more in (("b", {"words": ["--block", "7x13"]}), ("c", {"ranks": 2})):
        other = resampled(tmp_path / name, tmp_path / "in.nc", "bilinear", REGION, **more)
        np.testing.assert_array_equal(other.values, whole.values)
    part = resampled(tmp_path / "d", tmp_path / "in.nc", "bilinear", {**REGION, "bounds": [5, 46, 9, 50]})
    np.testing.assert_array_equal(part.values, whole.sel(x=part.x, y=part.y, method="nearest").values)


def test_a_grid_written_at_length_is_a_plain_one(tmp_path):
    lon, lat = np.meshgrid(np.arange(0.5, 30), np.arange(40.5, 60))
    data = np.random.default_rng(2).normal(size=lon.shape).astype("f4")
    curvilinear(tmp_path / "in.nc", lon, lat, data)
    steps = {"it": {"process": "linear_scale", "data": "source", "factor": 1, "offset": 0}}
    result = compute(tmp_path / "out", steps, {"source": {"path": str(tmp_path / "in.nc")}})["it"]
    np.testing.assert_array_equal(result.values, data[::-1])
    np.testing.assert_allclose(result.y, lat[::-1, 0])


def test_a_reduction_on_its_own_cells(tmp_path):
    lon, lat = a_rotated_grid()
    curvilinear(tmp_path / "in.nc", lon, lat, np.stack([lon + day for day in range(4)]), times=range(4))
    steps = {"mean": {"process": "reduce_time", "data": "source", "reducer": "mean"},
             "it": {"process": "resample", "data": "mean", "method": "bilinear"}}
    inputs = {"source": {"path": str(tmp_path / "in.nc")}}
    result = compute(tmp_path / "out", steps, inputs, grid=REGION)["it"]
    np.testing.assert_allclose(result, np.broadcast_to(result.x + 1.5, result.shape), atol=1e-4)


def complaint(tmp_path, steps, grid=None, **source):
    recipe = {"inputs": {"source": source}, "steps": steps, "outputs": {"out": {"path": "${{outputs.out}}/o.zarr"}}}
    if grid:
        recipe["grid"] = grid
    done = terroir("check", write_recipe(tmp_path / "recipe.yml", recipe), "--output", f"out={tmp_path}")
    assert done.returncode == 2, done.stderr
    return done.stderr.replace(str(tmp_path) + "/", "")


def test_elsewhere_such_grids_are_refused_with_the_remedy(tmp_path):
    lon, lat = a_rotated_grid()
    path = str(curvilinear(tmp_path / "in.nc", lon, lat, lon))
    copy = {"it": {"process": "linear_scale", "data": "source", "factor": 1, "offset": 0}}
    assert complaint(tmp_path, copy, path=path) == (
        "recipe.yml:3:3: grid.like: 'source' is on a curvilinear grid, on which nothing can be written; give grid: {crs, resolution, "
        "bounds} or {global: DEGREES}, and inputs.source.resample: METHOD\n")
    assert "outputs.out.layers: 'it' is on a curvilinear grid, on which nothing can be written; bring it onto the recipe's grid" in complaint(
        tmp_path, copy, REGION, path=path)
    slope = {"it": {"process": "slope", "data": "source"}}
    assert "steps.it: 'source' is on a curvilinear grid, which slope does not know; bring it onto the recipe's grid first" in complaint(
        tmp_path, slope, REGION, path=path)
    for method in ("average", "mode"):
        assert "use nearest, bilinear, cubic or lanczos" in complaint(tmp_path, copy, REGION, path=path, resample=method)
    assert "it is on a curvilinear grid; use bilinear or nearest" in complaint(tmp_path, copy, REGION, path=path, resample="conservative")
    lon = np.cumsum(np.linspace(2, 4, 60))
    on_rows(tmp_path / "columns.nc", gaussian(48)[0], lon, np.zeros((48, 60)))
    assert "needs columns of one width, and its longitudes are uneven; use average" in complaint(
        tmp_path, copy, REGION, path=str(tmp_path / "columns.nc"), resample="conservative")


@pytest.mark.parametrize("south_up", [False, True])
def test_gaussian_latitudes_as_xarray_interpolates(tmp_path, south_up):
    lat, _ = gaussian(64)
    lat, lon = lat[::-1] if south_up else lat, np.arange(0, 360, 2.8125)
    data = np.random.default_rng(1).normal(size=(64, 128)).astype("f4")
    on_rows(tmp_path / "in.nc", lat, lon, data)
    result = resampled(tmp_path / "out", tmp_path / "in.nc", "bilinear", {"global": 1})
    field = xarray.DataArray(data.astype("f8"), dims=("y", "x"), coords={"y": lat, "x": lon})
    field = xarray.concat([field, field.isel(x=[0]).assign_coords(x=[360.0])], "x")  # around the globe
    inside = result.sel(y=slice(87, -87))
    wanted = field.interp(y=inside.y.values, x=inside.x.values % 360)
    np.testing.assert_allclose(inside, wanted, atol=2e-4)
    assert np.isfinite(result).all()


# A whole N32 grid, each value the latitude of its row, in tenths of a degree above 100.
GAUSSIAN_GRIB = """
import os, sys, numpy, eccodes
message = eccodes.codes_grib_new_from_samples(sys.argv[2])
lat = eccodes.codes_get_array(message, "distinctLatitudes")
eccodes.codes_set(message, "bitsPerValue", 24)
eccodes.codes_set_values(message, numpy.repeat(lat, eccodes.codes_get(message, "Ni")) + 100)
with open(sys.argv[1], "wb") as file:
    eccodes.codes_write(message, file)
os._exit(0)
"""


@pytest.mark.parametrize("sample", ["regular_gg_pl_grib1", "regular_gg_pl_grib2"])
def test_gaussian_rows_of_grib(tmp_path, sample):
    subprocess.run([sys.executable, "-c", GAUSSIAN_GRIB, tmp_path / "in.grib", sample], check=True, capture_output=True)
    result = resampled(tmp_path / "out", tmp_path / "in.grib", "bilinear", {"global": 1}, crs="EPSG:4326").squeeze()
    inside = result.sel(y=slice(87, -87))
    np.testing.assert_allclose(inside, np.broadcast_to(inside.y.values[:, None] + 100, inside.shape), atol=1e-3)
    assert np.isfinite(result).all()


@pytest.mark.parametrize("method", ["bilinear", "conservative"])
def test_rows_of_a_part_a_turn_away(tmp_path, method):
    lat, _ = gaussian(64)
    lon = np.arange(200, 260, 2.8125)
    on_rows(tmp_path / "in.nc", lat, lon, np.broadcast_to(lon, (64, len(lon))))
    result = resampled(tmp_path / "out", tmp_path / "in.nc", method, {"global": 2})
    inside = result.sel(x=slice(-158, -103)).sel(y=slice(80, -80))
    assert np.isfinite(inside).all() and np.isnan(result.sel(x=slice(-95, 180))).all()
    np.testing.assert_allclose(inside, np.broadcast_to(inside.x + 360, inside.shape), atol=1e-3 if method == "bilinear" else 1.5)


def by_cdo(folder, operator, path, step, left, right, bottom, top):
    """`t` on a regular grid from the north, as CDO has it."""
    if shutil.which("cdo") is None:
        pytest.skip("NOT RUN: CDO's regridding: it is not installed")
    count = round((right - left) / step), round((top - bottom) / step)
    (folder / "grid.txt").write_text(f"gridtype = lonlat\nxsize = {count[0]}\nysize = {count[1]}\nxfirst = {left + step / 2}\nxinc = {step}\n"
                                     f"yfirst = {bottom + step / 2}\nyinc = {step}\n")
    made = folder / f"{operator}.nc"
    subprocess.run(["cdo", "-s", f"{operator},{folder / 'grid.txt'}", path, made], check=True, capture_output=True)
    with xarray.open_dataset(made) as data:
        return data.t.values[::-1]


@pytest.mark.parametrize("operator, method", [("remapbil", "bilinear"), ("remapnn", "nearest")])
def test_a_curvilinear_grid_as_cdo_regrids_it(tmp_path, operator, method):
    lon, lat = a_rotated_grid()
    curvilinear(tmp_path / "in.nc", lon, lat, np.random.default_rng(3).normal(size=lon.shape))
    wanted = by_cdo(tmp_path, operator, tmp_path / "in.nc", 0.25, 0, 20, 42, 56)
    result = resampled(tmp_path / "out", tmp_path / "in.nc", method, REGION)
    np.testing.assert_allclose(result, wanted, atol=1e-4)


@pytest.mark.parametrize("operator, method", [("remapcon", "conservative"), ("remapbil", "bilinear")])
def test_a_gaussian_grid_as_cdo_regrids_it(tmp_path, operator, method):
    lat, _ = gaussian(48)
    data = np.random.default_rng(3).normal(280, 20, (48, 96))
    on_rows(tmp_path / "in.nc", lat, np.arange(0, 360, 3.75), data)
    # CDO widens no kernel for larger pixels, as bilinear does here.
    step = 5 if method == "conservative" else 2.5
    wanted = by_cdo(tmp_path, operator, tmp_path / "in.nc", step, -180, 180, -90, 90)
    result = resampled(tmp_path / "out", tmp_path / "in.nc", method, {"global": step})
    inside = abs(result.y.values) < 85  # beyond the last row CDO goes on to the pole in its own way
    np.testing.assert_allclose(result.values[inside], wanted[inside], atol=0.03 if method == "bilinear" else 1e-4)
