"""What Terroir writes is read back by Terroir and by other programs as what went in: NetCDF, GeoTIFF and both versions of Zarr."""

import cftime
import numpy as np
import pytest
import rioxarray
import xarray
from climate_files import COPY, made
from jobs import REAL, compute, opened, run, same_gaps, terroir, write_recipe

pytestmark = pytest.mark.filterwarnings("ignore:Consolidated metadata", "ignore:Object at __terroir")

PACKED = {"copy": {"dtype": "int16", "scale_factor": 0.5, "nodata": -32768}}
OUTPUTS = {
    "v3": ("a.zarr", {}),
    "v2": ("b.zarr", {"zarr_format": 2}),
    "nc": ("c.nc", {"format": "netcdf"}),
    "packed_v3": ("d.zarr", {"encoding": PACKED}),
    "packed_nc": ("e.nc", {"format": "netcdf", "encoding": PACKED, "chunk": 16, "shard": 16}),
    "tif": ("f.tif", {"format": "geotiff", "chunk": 16}),
    "packed_tif": ("g.tif", {"format": "geotiff", "encoding": PACKED, "chunk": 16, "codec": {"name": "zstd", "level": 1}}),
}


@pytest.fixture(scope="module", name="made_once")
def fixture_made_once(tmp_path_factory):
    """The folder of all outputs of one stack in the calendar noleap, its values, and the path of the stack."""
    folder = tmp_path_factory.mktemp("trips")
    values = np.random.default_rng(3).integers(-300, 300, (7, 20, 30)).astype("f4") / 2
    values[2:5, 3:9, 4:20] = np.nan
    values[6] = np.nan
    made(folder / "in.nc", data=values, calendar="noleap", days=np.arange(7.0) + 57)
    outputs = {name: {"path": f"{folder}/{path}", **more} for name, (path, more) in OUTPUTS.items()}
    recipe = {"inputs": {"source": {"path": f"{folder}/in.nc"}}, "steps": COPY, "outputs": outputs}
    done = terroir("run", write_recipe(folder / "r.yml", recipe), ranks=2)
    assert done.returncode == 0, done.stderr
    return folder, values


def decoded(path):
    engine = "netcdf4" if path.suffix == ".nc" else "zarr"
    with xarray.open_dataset(path, engine=engine, decode_times=xarray.coders.CFDatetimeCoder(use_cftime=True)) as data:
        return data["copy"].load()


TIMES = [cftime.datetime(2000, 2, 27, calendar="noleap"), cftime.datetime(2000, 2, 28, calendar="noleap"),
         *(cftime.datetime(2000, 3, day, calendar="noleap") for day in range(1, 6))]


@pytest.mark.parametrize("name", [name for name in OUTPUTS if "tif" not in name])
def test_a_stack_comes_back(name, made_once, tmp_path):
    folder, values = made_once
    path = folder / OUTPUTS[name][0]
    by_xarray = decoded(path)
    np.testing.assert_array_equal(by_xarray.values, values)
    assert by_xarray.time.values.tolist() == TIMES  # 2000 has no 29 February there
    again = run(tmp_path, COPY, {"source": {"path": str(path)}})
    got, wanted = same_gaps(decoded(again).values, values)
    np.testing.assert_array_equal(got, wanted)
    assert decoded(again).time.values.tolist() == TIMES
    for axis in ("x", "y"):
        np.testing.assert_array_equal(opened(again)[axis], by_xarray[axis])


@pytest.mark.parametrize("name", ["tif", "packed_tif"])
def test_bands_of_a_geotiff_come_back(name, made_once, tmp_path):
    folder, values = made_once
    path = folder / OUTPUTS[name][0]
    with rioxarray.open_rasterio(path, mask_and_scale=True) as bands:
        np.testing.assert_array_equal(bands.values, values)
        assert [str(time) for time in bands.attrs["long_name"]] == [f"{t:%Y-%m-%d}" for t in TIMES]
    tags = rioxarray.open_rasterio(path, band_as_variable=True)
    assert {tags[band].attrs["calendar"] for band in tags.data_vars} == {"365_day"}
    for band in (1, 3):
        result = compute(tmp_path / str(band), COPY, {"source": {"path": str(path), "band": band}})["copy"]
        got, wanted = same_gaps(result.values, values[band - 1])
        np.testing.assert_array_equal(got, wanted)


def test_stacked_netcdf_features_come_back(made_once, tmp_path):
    folder, values = made_once
    steps = {**COPY, "twice": {"process": "linear_scale", "data": "source", "factor": 2}}
    recipe = {"inputs": {"source": {"path": f"{folder}/in.nc"}}, "steps": steps,
              "outputs": {"out": {"path": f"{tmp_path}/cube.nc", "format": "netcdf", "layout": "stacked"}}}
    done = terroir("run", write_recipe(tmp_path / "r.yml", recipe))
    assert done.returncode == 0, done.stderr
    with xarray.open_dataset(tmp_path / "cube.nc") as cube:
        name = next(name for name in cube.data_vars if cube[name].ndim == 4)
        by_xarray = cube[name].load()
    steps = {"copy": {"process": "linear_scale", "data": "source.twice"}}
    again = compute(tmp_path / "again", steps, {"source": {"path": f"{tmp_path}/cube.nc", "bands": {"twice": "twice"}}})
    axis = by_xarray.dims.index("feature")
    np.testing.assert_array_equal(np.take(by_xarray.values, 1, axis), 2 * values)
    np.testing.assert_array_equal(again["copy"].values, 2 * values)


@pytest.mark.parametrize("name, band", [("dem_vinschgau.tif", 1), ("landcover.tif", 1), *(("landsat7_etm.tif", b) for b in (1, 4, 6))])
def test_a_real_raster_is_what_xarray_reads(name, band, tmp_path):
    path = REAL / name
    if not path.exists():
        pytest.skip(f"NOT RUN: {name}: the folder {REAL} is not there")
    with rioxarray.open_rasterio(path, masked=True) as source:
        wanted = source.sel(band=band).load()
    result = compute(tmp_path, COPY, {"source": {"path": str(path), "band": band}})
    np.testing.assert_array_equal(result["copy"].values, wanted.values)
    assert result.rio.crs == wanted.rio.crs
    np.testing.assert_allclose(result.rio.transform(), wanted.rio.transform(), rtol=1e-12)
