"""Curvilinear and Gaussian grids, brought onto the recipe's by their coordinates: beside fields known in every place, scipy and xarray."""

import shutil
import subprocess
import sys

import netCDF4
import numpy as np
import pytest
import xarray
from jobs import compute, opened, run, terroir, write_recipe
from scipy.interpolate import griddata
from scipy.spatial import cKDTree

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


def resampled(folder, path, method, grid, words=(), ranks=0, **source):
    steps = {"it": {"process": "linear_scale", "data": "source", "factor": 1, "offset": 0}}
    inputs = {"source": {"path": str(path), "resample": method, **source}}
    return opened(run(folder, steps, inputs, grid=grid, words=words, ranks=ranks))["it"]


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


@pytest.mark.parametrize("with_bounds", [False, True])
@pytest.mark.parametrize("south_up", [False, True])
def test_conservative_from_gaussian_rows_keeps_totals(tmp_path, with_bounds, south_up):
    lat, edges = gaussian(48)
    lon = np.arange(0, 360, 3.75)
    if not with_bounds:
        edges = np.concatenate([[90], (lat[:-1] + lat[1:]) / 2, [-90]])
    data = np.random.default_rng(4).normal(280, 20, (48, 96)).astype("f4")
    turn = slice(None, None, -1 if south_up else 1)
    on_rows(tmp_path / "in.nc", lat[turn], lon, data[turn], edges[turn] if with_bounds else None)
    result = resampled(tmp_path / "out", tmp_path / "in.nc", "conservative", {"global": 5}).values.astype("f8")
    rows = np.abs(np.diff(np.sin(np.radians(edges))))
    belts = -np.diff(np.sin(np.radians(90 - 5 * np.arange(37))))
    before, after = (rows[:, None] * data).sum() * 3.75, (belts[:, None] * result).sum() * 5
    assert after == pytest.approx(before, rel=1e-6)
    # One pixel by hand: rows that it shares in latitude, columns in longitude.
    top, bottom, left = 45, 40, 10
    down = np.clip(np.sin(np.radians(np.minimum(edges[:-1], top))) - np.sin(np.radians(np.maximum(edges[1:], bottom))), 0, None)
    across = np.clip(np.minimum(lon + 1.875, left + 5) - np.maximum(lon - 1.875, left), 0, None)
    wanted = (down[:, None] * across * data).sum() / (down.sum() * across.sum())
    assert result[9, 38] == pytest.approx(wanted, rel=1e-6)


@pytest.mark.parametrize("method", ["bilinear", "conservative"])
def test_rows_of_a_part_a_turn_away(tmp_path, method):
    lat, _ = gaussian(64)
    lon = np.arange(200, 260, 2.8125)
    on_rows(tmp_path / "in.nc", lat, lon, np.broadcast_to(lon, (64, len(lon))))
    result = resampled(tmp_path / "out", tmp_path / "in.nc", method, {"global": 2})
    inside = result.sel(x=slice(-158, -103)).sel(y=slice(80, -80))
    assert np.isfinite(inside).all() and np.isnan(result.sel(x=slice(-95, 180))).all()
    np.testing.assert_allclose(inside, np.broadcast_to(inside.x + 360, inside.shape), atol=1e-3 if method == "bilinear" else 1.5)


def test_footprints_over_uneven_rows(tmp_path):
    # Rows of 1, 1, 2 and 4 degrees, each of one value; pixels of 4 degrees hold three rows, or one.
    edges = np.array([50.0, 49, 48, 46, 42])
    on_rows(tmp_path / "in.nc", (edges[:-1] + edges[1:]) / 2, np.arange(0.5, 12), np.repeat([[1.0], [2], [4], [8]], 12, 1), edges)
    grid = {"crs": "EPSG:4326", "resolution": 4, "bounds": [0, 42, 12, 50], "anchor": [0, 42]}
    assert resampled(tmp_path / "max", tmp_path / "in.nc", "max", grid).values.tolist() == [[4] * 3, [8] * 3]
    conservative = resampled(tmp_path / "mean", tmp_path / "in.nc", "conservative", grid).values
    sines = -np.diff(np.sin(np.radians(edges)))
    np.testing.assert_allclose(conservative, [[(sines[:3] @ [1, 2, 4]) / sines[:3].sum()] * 3, [8] * 3], rtol=1e-6)
    average = resampled(tmp_path / "average", tmp_path / "in.nc", "average", grid).values
    np.testing.assert_array_equal(average, conservative)
    rms = resampled(tmp_path / "rms", tmp_path / "in.nc", "rms", grid).values
    np.testing.assert_allclose(rms, [[np.sqrt((sines[:3] @ [1, 4, 16]) / sines[:3].sum())] * 3, [8] * 3], rtol=1e-6)
    assert resampled(tmp_path / "sum", tmp_path / "in.nc", "sum", grid).values.tolist() == [[28] * 3, [32] * 3]


@pytest.mark.parametrize("south_up", [False, True])
def test_sums_of_gaussian_rows_keep_totals(tmp_path, south_up):
    lat, _ = gaussian(48)
    data = np.random.default_rng(4).uniform(1, 9, (48, 96)).astype("f4")
    data[10:14, 20:40] = -999
    turn = slice(None, None, -1 if south_up else 1)
    on_rows(tmp_path / "in.nc", lat[turn], np.arange(0, 360, 3.75), data[turn])
    result = resampled(tmp_path / "out", tmp_path / "in.nc", "sum", {"global": 5}).values.astype("f8")
    assert np.nansum(result) == pytest.approx(data[data > 0].astype("f8").sum(), rel=1e-6)


# Edges of rows of whole degrees, one longitude and the width of columns, their number, and a grid that holds all of them.
UNEVEN = {
    "pole": ([90, 88, 87, 83, 82, 78, 75], 0, 5, 72, {"crs": "EPSG:3413", "resolution": 100000, "bounds": [-1800000] * 2 + [1800000] * 2}),
    "south": ([-70, -71, -75, -83, -88, -90], -180, 5, 72,
              {"crs": "EPSG:3031", "resolution": 150000, "bounds": [-2400000] * 2 + [2400000] * 2}),
    "region": ([54, 52, 51, 48, 47, 43], 4, 1, 10, {"crs": "EPSG:32632", "resolution": 30000, "bounds": [90000, 4700000, 930000, 6060000]}),
}


@pytest.mark.parametrize("case", UNEVEN)
def test_areas_of_uneven_rows_across_crs(tmp_path, case):
    """As rows of a degree give them, of which each uneven row is made."""
    edges, west, width, count, grid = UNEVEN[case]
    edges, lon = np.array(edges, float), west + width * (np.arange(count) + 0.5)
    heights = np.rint(edges[:-1] - edges[1:]).astype(int)
    data = np.random.default_rng(4).uniform(1, 9, (len(heights), count)).astype("f4")
    data[1, 2:4] = -999
    even = np.arange(edges[0], edges[-1] - 1, -1)
    rows, belts = np.repeat(np.arange(len(heights)), heights), -np.diff(np.sin(np.radians(even)))
    shares = belts / np.bincount(rows, belts)[rows]
    on_rows(tmp_path / "uneven.nc", (edges[:-1] + edges[1:]) / 2, lon, data, edges)
    on_rows(tmp_path / "even.nc", (even[:-1] + even[1:]) / 2, lon, data[rows], even)
    parts = np.where(data[rows] < 0, -999, data[rows].astype("f8") * shares[:, None])
    on_rows(tmp_path / "parts.nc", (even[:-1] + even[1:]) / 2, lon, parts, even)
    for method, same in (("conservative", "even"), ("sum", "parts")):
        got = resampled(tmp_path / method, tmp_path / "uneven.nc", method, grid, words=["--threads", "2"]).values
        wanted = resampled(tmp_path / f"wanted_{method}", tmp_path / f"{same}.nc", method, grid).values
        off = np.isnan(got) != np.isnan(wanted)  # what lies over less than a hundred thousandth of a pixel
        assert off.mean() < 0.01
        np.testing.assert_allclose(got[~off], wanted[~off], rtol=1e-4, atol=1e-4)
        if method == "sum":
            assert np.nansum(got.astype("f8")) == pytest.approx(data[data > 0].astype("f8").sum(), rel=1e-6)
            steps = {"it": {"process": "resample", "data": "source", "method": method}}
            inputs = {"source": {"path": str(tmp_path / "uneven.nc")}}
            tiles = opened(run(tmp_path / "tiles", steps, inputs, grid=grid, output={"chunk": {"y": 7, "x": 9}}))["it"].values
            np.testing.assert_array_equal(tiles, got)


@pytest.mark.parametrize("method", ["average", "sum", "rms"])
def test_footprints_where_areas_cannot_be_told_are_estimated(tmp_path, method):
    lat, _ = gaussian(48)
    for name, lon in (("columns", np.cumsum(np.linspace(2, 4, 60))), ("ends", np.arange(103, 250, 7.0))):
        # Uneven columns; and some that lie on both ends of the grid, once around no whole number of them.
        on_rows(tmp_path / f"{name}.nc", lat, lon, np.full((48, len(lon)), 3))
        result = resampled(tmp_path / f"of_{name}", tmp_path / f"{name}.nc", method, {"global": 6})
        there = result.sel(y=slice(60, -60), x=slice(110, 170) if name == "columns" else slice(-178, -120)).values
        assert np.isfinite(there).all()
        if method != "sum":
            np.testing.assert_allclose(there, 3, rtol=1e-6)


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
