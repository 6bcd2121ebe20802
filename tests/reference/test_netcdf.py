"""NetCDF outputs, read with the programs that people use and compared with the Zarr output of the same run."""

import json
import os
import shutil
import subprocess

import netCDF4
import numpy as np
import pytest
import rasterio
import xarray
from jobs import BOUND, DEM, SCENES_OF_A_SEASON, TERRAIN, cf_complaints, gdal, terroir, write_recipe

pytestmark = pytest.mark.filterwarnings("ignore:Consolidated metadata", "ignore:Object at __terroir", "ignore:Duplicate")

SEASON = {
    "name": "season",
    "grid": {"like": "s2", "bounds": [604000, 5180000, 606990, 5182990]},  # no multiple of a chunk
    "inputs": SCENES_OF_A_SEASON,
    "steps": {
        "kept": {"process": "clip", "data": "s2", "min": 0},
        "most": {"process": "reduce_time", "data": "s2", "reducer": "max"},
    },
}
OUTPUTS = {
    "ground": {
        "plain": {"chunk": 64, "shard": 128, "encoding": {"slope": {"dtype": "int16", "scale_factor": 0.01}}},
        "cube": {"layout": "stacked"},
    },
    "season": {
        "plain": {"codec": {"name": "none"}, "layers": ["kept", "most"]},
        "cube": {"layout": "stacked", "layers": ["kept"], "chunk": {"time": 2, "y": 1024, "x": 32}},
    },
}
NAMES = [(recipe, output) for recipe in OUTPUTS for output in OUTPUTS[recipe]]


@pytest.fixture(scope="module", name="folder")
def fixture_folder(tmp_path_factory):
    """RECIPE/OUTPUT.nc and RECIPE/OUTPUT.zarr of both recipes."""
    folder = tmp_path_factory.mktemp("netcdf")
    for recipe in (TERRAIN, SEASON):
        outputs = {}
        for name, settings in OUTPUTS[recipe["name"]].items():
            path = f"${{{{outputs.out}}}}/{name}"
            outputs[name] = {"path": path + ".nc", "format": "netcdf", **settings}
            outputs[name + "_zarr"] = {"path": path + ".zarr"} | {key: value for key, value in settings.items() if key != "codec"}
            if settings.get("layout") == "stacked":
                outputs[name + "_zarr"]["layers"] = settings.get("layers", ["slope", "relief"])
        path = write_recipe(folder / f"{recipe['name']}.yml", {**recipe, "outputs": outputs})
        done = terroir("run", path, *BOUND[recipe["name"]], "--output", f"out={folder / recipe['name']}", ranks=2)
        assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("engine", ["netcdf4", "h5netcdf"])
@pytest.mark.parametrize("recipe, output", NAMES)
def test_xarray_reads_what_zarr_holds(folder, recipe, output, engine):
    with (
        xarray.open_dataset(folder / recipe / f"{output}.nc", engine=engine, decode_coords="all") as got,
        xarray.open_zarr(folder / recipe / f"{output}.zarr") as wanted,
    ):
        pairs = {"cube": "cube_zarr"} if output == "cube" else {name: name for name in wanted.data_vars}
        assert set(got.data_vars) == set(pairs)
        for name, other in pairs.items():
            assert got[name].dims == wanted[other].dims
            np.testing.assert_array_equal(got[name].values, wanted[other].values)
            assert got[name].attrs.get("units") == wanted[other].attrs.get("units")
            assert got[name].attrs.get("statistics_mean") == wanted[other].attrs.get("statistics_mean")
        for name in set(wanted.coords) - {"spatial_ref"}:
            np.testing.assert_array_equal(got[name].values, wanted[name].values)
        assert got.spatial_ref.attrs["crs_wkt"] == wanted.spatial_ref.attrs["crs_wkt"]
        assert json.loads(got.attrs["terroir_recipe"])["name"] == recipe


def test_arrays_are_stored_as_asked(folder):
    with netCDF4.Dataset(folder / "ground/plain.nc") as data:
        slope = data["slope"]
        assert (slope.dtype, slope.chunking(), slope.scale_factor) == (np.int16, [64, 64], 0.01)
        assert slope.filters()["zlib"] and slope.filters()["shuffle"] and slope.filters()["complevel"] == 1
        assert slope._FillValue == -32768 and slope.grid_mapping == "spatial_ref" and "coordinates" not in slope.ncattrs()
        assert np.isnan(data["relief_sd"]._FillValue)
        np.testing.assert_array_equal(data["x_bnds"][:].mean(axis=1), data["x"][:])
        assert data["x"].bounds == "x_bnds" and data["x_bnds"][0, 0] == rasterio.open(DEM).transform.c
    with netCDF4.Dataset(folder / "season/plain.nc") as data:
        assert not data["most_N"].filters()["zlib"]
        assert data["most_N"].cell_methods == "time: maximum"
        assert data["time"].units == "seconds since 1970-01-01 00:00:00"
    with netCDF4.Dataset(folder / "season/cube.nc") as data:
        assert data["cube"].chunking() == [2, 2, 101, 32]  # a chunk is never larger than the array


@pytest.mark.parametrize("recipe, output", NAMES)
def test_compliance_checker_finds_no_error(folder, recipe, output, tmp_path):
    wrong = cf_complaints(folder / recipe / f"{output}.nc", tmp_path)
    if output == "cube":  # (time, feature, y, x) is the order that models read; CF would rather have an own dimension first
        wrong = [text for text in wrong if "not in the recommended order T, Z, Y, X" not in text]
    if recipe == "season":  # "time: maximum" of what has no time any more: CF 7.3 takes the standard name, this checker does not
        wrong = [text for text in wrong if "cell_methods name component time does not match" not in text]
    assert wrong == []


def test_gdal_sees_place_crs_and_values(folder, tmp_path):
    gdal("gdal_translate", "-q", f"NETCDF:{folder / 'ground/plain.nc'}:relief_mean", tmp_path / "mean.tif")
    with rasterio.open(tmp_path / "mean.tif") as got, rasterio.open(DEM) as dem:
        assert got.crs == dem.crs and got.transform.almost_equals(dem.transform) and got.shape == dem.shape
        values = got.read(1)
    with xarray.open_zarr(folder / "ground/plain.zarr") as wanted:
        np.testing.assert_array_equal(values, wanted.relief_mean.values)


def test_ncdump_reads_the_header(folder):
    text = subprocess.run(["ncdump", "-h", folder / "season/plain.nc"], check=True, capture_output=True, text=True).stdout
    assert "float kept_N(time, y, x)" in text and ':Conventions = "CF-1.10"' in text


def test_the_file_follows_the_rules_of_outputs(tmp_path):
    out = tmp_path / "out" / "slope.nc"
    recipe = {**TERRAIN, "outputs": {"out": {"path": "${{outputs.out}}", "layers": ["slope"], "format": "netcdf", "chunk": 128}}}
    words = ["run", write_recipe(tmp_path / "r.yml", recipe), *BOUND["ground"], "--output", f"out={out}"]
    assert terroir(*words).returncode == 0
    whole = out.read_bytes()
    (out.parent / "neighbour.txt").write_text("not foreign")
    assert "Nothing to do" in terroir(*words).stdout
    assert not (out.parent / "slope.nc.terroir" / "parts").exists()

    shown = terroir("inspect", out, "--verify")
    assert shown.returncode == 0 and "slope.nc" in shown.stdout and "1 files, 0 damaged" in shown.stdout
    again = terroir("run", out, *BOUND["ground"], "--output", f"out={tmp_path / 'again.nc'}")
    assert again.returncode == 0, again.stderr
    assert (tmp_path / "again.nc").read_bytes() == whole

    out.write_bytes(whole[:-1] + b"?")
    assert terroir("inspect", out, "--verify").returncode == 3
    done = terroir(*words, "--verify", ranks=2)
    assert done.returncode == 0 and "1 damaged" in done.stdout + done.stderr
    assert out.read_bytes() == whole

    other = write_recipe(tmp_path / "r.yml", {**recipe, "name": "other"})
    refused = terroir("run", other, *words[2:])
    assert refused.returncode == 2 and "holds the result of another plan" in refused.stderr
    assert terroir("run", other, *words[2:], "--overwrite").returncode == 0
    assert out.read_bytes() != whole and (out.parent / "neighbour.txt").exists()

    shutil.rmtree(f"{out}.terroir")
    foreign = terroir("run", other, *words[2:], "--overwrite")
    assert foreign.returncode == 2 and "is a file that no run of terroir has written" in foreign.stderr
    into_folder = terroir("run", other, *words[2:-1], f"out={out.parent}")
    assert into_folder.returncode == 2 and "is a folder, and this output is one file" in into_folder.stderr
    no_scratch = terroir("run", other, *words[2:-1], f"out={tmp_path / 'x.nc'}", env={**os.environ, "TMPDIR": str(tmp_path / "no")})
    assert no_scratch.returncode == 4 and "set TMPDIR" in no_scratch.stderr
