"""GeoTIFF outputs, read by GDAL (through rasterio), tifffile and Terroir itself, compared with the Zarr output of the same run."""

import numpy as np
import pytest
import rasterio
import tifffile
import xarray
from jobs import DEM, SCENES, compute, terroir, write_recipe

pytestmark = pytest.mark.filterwarnings("ignore:Consolidated metadata", "ignore:Object at __terroir")

PACKED = {"dtype": "int16", "scale_factor": 0.01, "add_offset": 20, "nodata": -9999}


@pytest.fixture(scope="module", name="out")
def fixture_out(tmp_path_factory):
    """All forms of GeoTIFF, and a Zarr store of the same layers."""
    out = tmp_path_factory.mktemp("geotiff")
    grid = {"crs": "EPSG:32632", "resolution": 15, "bounds": [600000, 5176000, 611000, 5190000]}
    steps = {
        "slope": {"process": "slope", "data": "dem"},
        "relief": {"process": "focal_statistics", "data": "dem", "size": 5, "reducer": ["mean", "sd"]},
    }
    outputs = {
        "maps": {"path": f"{out}/maps", "format": "geotiff", "encoding": {"slope": PACKED}},
        "bands": {"path": f"{out}/bands.tif", "format": "geotiff", "layers": ["relief"], "codec": {"name": "zstd", "level": 2}},
        "cube": {"path": f"{out}/cube", "format": "geotiff", "layout": "stacked", "codec": "none", "chunk": 96},
        "zarr": {"path": f"{out}/all.zarr", "encoding": {"slope": PACKED}},
    }
    inputs = {"dem": {"path": str(DEM), "unit": "m", "resample": "bilinear"}}
    path = write_recipe(out / "r.yml", {"name": "terrain", "grid": grid, "inputs": inputs, "steps": steps, "outputs": outputs})
    done = terroir("run", path, ranks=2)
    assert done.returncode == 0, done.stderr
    bands = {"R": "B04", "N": "B08"}
    inputs = {"s2": {"path": f"{SCENES}/{{time:%Y%m%d}}_{{band}}.tif", "bands": bands, "scale": 0.0001, "unit": "1"}}
    outputs = {
        "dates": {"path": f"{out}/dates", "format": "geotiff", "layers": ["kept"]},
        "stack": {"path": f"{out}/stack.tif", "format": "geotiff", "layers": ["kept"], "layout": "stacked"},
        "times": {"path": f"{out}/times.zarr", "layers": ["kept"]},
    }
    steps = {"kept": {"process": "clip", "data": "s2", "min": 0}}
    path = write_recipe(out / "s.yml", {"name": "dates", "inputs": inputs, "steps": steps, "outputs": outputs})
    done = terroir("run", path)
    assert done.returncode == 0, done.stderr
    return out


def pixels(file, band):
    """Unpacked, NaN for nodata."""
    values = file.read(band, masked=True)
    return np.where(np.ma.getmaskarray(values), np.nan, values.data * file.scales[band - 1] + file.offsets[band - 1])


@pytest.mark.parametrize(
    "name, layers",
    [("maps/slope.tif", ["slope"]), ("maps/relief_sd.tif", ["relief_sd"]), ("bands.tif", ["relief_mean", "relief_sd"])],
)
def test_bands_are_the_layers(out, name, layers):
    with rasterio.open(out / name) as file, xarray.open_zarr(out / "all.zarr") as wanted:
        assert file.crs == rasterio.open(DEM).crs
        assert (file.transform.c, file.transform.f, file.transform.a) == (600000, 5190000, 15)
        assert list(file.descriptions) == layers
        for band, layer in enumerate(layers, 1):
            np.testing.assert_array_equal(pixels(file, band), wanted[layer].values)
            assert file.units[band - 1] == wanted[layer].units
            assert file.tags(band)["process"] == wanted[layer].process
            told = float(file.tags(band)["STATISTICS_MEAN"]) * file.scales[band - 1] + file.offsets[band - 1]
            assert told == pytest.approx(wanted[layer].statistics_mean)
        assert '"name":"terrain"' in file.tags()["terroir_recipe"]


def test_storage_is_as_asked(out):
    with rasterio.open(out / "maps/slope.tif") as file:
        assert (file.dtypes[0], file.nodata, file.scales[0], file.offsets[0]) == ("int16", -9999, 0.01, 20)
        assert file.profile["compress"] == "deflate" and file.tags(ns="IMAGE_STRUCTURE")["PREDICTOR"] == "2"
    with rasterio.open(out / "bands.tif") as file:
        assert file.profile["compress"] == "zstd" and file.tags(ns="IMAGE_STRUCTURE")["PREDICTOR"] == "3"
    with rasterio.open(out / "cube/cube.tif") as file:
        assert file.descriptions == ("slope", "relief_mean", "relief_sd") and "compress" not in file.profile


@pytest.mark.parametrize("name", ["maps/slope.tif", "bands.tif", "cube/cube.tif"])
def test_they_are_cloud_optimised(out, name):
    with tifffile.TiffFile(out / name) as file:
        assert all(page.is_tiled and page.tilewidth == 512 for page in file.pages)
        assert max(page.offset for page in file.pages) < min(place for page in file.pages for place in page.dataoffsets if place > 0)
    with rasterio.open(out / name) as file:
        assert file.overviews(1) == [2]
        full = file.read(1).astype(np.float64)
        with rasterio.open(out / name, overview_level=0) as half:
            small = half.read(1)
    # An overview's pixel is the mean of four, of integers the nearest number.
    four = full[200:400, 200:400].reshape(100, 2, 100, 2).mean(axis=(1, 3))
    np.testing.assert_allclose(small[100:200, 100:200], four, rtol=1e-6, atol=0.5 if small.dtype == np.int16 else 1e-6)


def test_times_become_bands_with_dates(out):
    with xarray.open_zarr(out / "times.zarr") as wanted:
        dates = [str(time)[:10] for time in wanted.time.values]
        with rasterio.open(out / "dates/kept_N.tif") as file:
            assert list(file.descriptions) == dates
            for band in range(1, file.count + 1):
                np.testing.assert_array_equal(pixels(file, band), wanted.kept_N.values[band - 1])
                assert file.tags(band)["time"] == dates[band - 1]
        with rasterio.open(out / "stack.tif") as file:
            assert file.count == 2 * len(dates)
            assert file.descriptions[:3] == (f"{dates[0]} kept_R", f"{dates[0]} kept_N", f"{dates[1]} kept_R")
            np.testing.assert_array_equal(pixels(file, 4), wanted.kept_N.values[1])


def test_terroir_reads_them_back(out, tmp_path):
    steps = {"same": {"process": "clip", "data": "in", "min": -1000}}
    data = compute(tmp_path, steps, {"in": {"path": str(out / "maps/slope.tif")}}, output={"layers": ["same"]})
    with xarray.open_zarr(out / "all.zarr") as wanted:
        np.testing.assert_array_equal(data.same.values.astype(np.float32), wanted.slope.values.astype(np.float32))


def test_bands_of_one_file_have_one_type(tmp_path):
    recipe = {
        "inputs": {"dem": {"path": str(DEM)}},
        "steps": {"a": {"process": "slope", "data": "dem"}, "b": {"process": "aspect", "data": "dem"}},
        "outputs": {"out": {"path": f"{tmp_path}/o.tif", "format": "geotiff", "encoding": {"a": {"dtype": "uint8"}}}},
    }
    done = terroir("check", write_recipe(tmp_path / "r.yml", recipe))
    assert done.returncode == 2
    assert "'a' and 'b' are bands of one GeoTIFF and cannot have different types or nodata" in done.stderr + done.stdout
