"""GeoTIFFs of rare kinds, and damaged ones, as GDAL (through rasterio) reads them or as refused."""

import re
import struct

import numpy as np
import pytest
import rasterio
from jobs import compute, opened, terroir, write, write_recipe
from refusals import DATA, MISTAKE, assert_refused, recipe, unpublished

pytestmark = pytest.mark.filterwarnings("ignore:Consolidated metadata", "ignore:Object at __terroir", "ignore:Dataset has no geotransform")

SAME = {"same": {"process": "linear_scale", "data": "in"}}
BYTE_COUNTS = 279  # the tag of TIFF 6.0


def masked(path, values, dtype):
    """Values with a mask inside the file that hides the first row."""
    values = np.asarray(values, dtype)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        write(path, values, dtype=dtype)
        with rasterio.open(path, "r+") as file:
            file.write_mask(np.arange(values.shape[0])[:, None].repeat(values.shape[1], 1) > 0)
    return path


def refused(folder, path, code, *phrases, **settings):
    made = write_recipe(folder / "refused.yml", recipe({"dem": {"path": str(path), **settings}}))
    assert_refused(terroir("run", made, "--output", f"out={folder / 'out'}"), code, phrases)
    assert unpublished(folder / "out")


@pytest.mark.parametrize("dtype, low, high", [("int8", -128, 127), ("uint8", 0, 255), ("int16", -32768, 32767), ("int32", -(2**24), 2**24)])
def test_integers_with_a_mask(dtype, low, high, tmp_path):
    values = np.linspace(low, high, 48).round().reshape(6, 8)
    path = masked(tmp_path / "in.tif", values, dtype)
    with rasterio.open(path) as file:
        wanted = file.read(1, masked=True).astype(np.float32).filled(np.nan)
    assert np.isnan(wanted[0]).all() and wanted[5, 7] == high and wanted[1].min() < low / 2 + high / 2
    np.testing.assert_array_equal(compute(tmp_path / "run", SAME, {"in": {"path": str(path)}}).same, wanted)


def test_bits_of_wide_integers_with_a_mask(tmp_path):
    values = 2**52 + np.arange(48).reshape(6, 8)
    path = masked(tmp_path / "in.tif", values, "uint64")
    made = compute(tmp_path / "run", SAME, {"in": {"path": str(path), "bits": [0, 3]}}).same.values
    np.testing.assert_array_equal(made[1:], values[1:] % 16)
    assert np.isnan(made[0]).all()
    # With the mask they become doubles, and would be rounded there.
    values[3, 3] = 2**53 + 1
    wider = masked(tmp_path / "wider.tif", values, "uint64")
    refused(tmp_path, wider, DATA, "wider.tif: band 1", "has a mask and holds integers beyond ±9007199254740991", bits=[0, 3])


@pytest.mark.parametrize("name", ["in.tfw", "in.tifw", "in.wld", "in.TFW"])
def test_world_files(name, tmp_path):
    path = write(tmp_path / "in.tif", np.arange(200).reshape(10, 20), crs=None)
    (tmp_path / name).write_text("30\n0\n0\n-30\n600015\n5199985\n")
    with rasterio.open(path) as file:
        assert file.transform == rasterio.Affine(30, 0, 600000, 0, -30, 5200000)
    made = compute(tmp_path / "run", SAME, {"in": {"path": str(path), "crs": "EPSG:32632"}})
    assert (made.x[0], made.x[1], made.y[0], made.y[1]) == (600015, 600045, 5199985, 5199955)


@pytest.mark.parametrize("what, cut", [("nodata", 1), ("nodata", 9), ("scales", 1)])
def test_a_header_that_is_cut_off(what, cut, tmp_path):
    path = write(tmp_path / "in.tif", np.full((10, 20), -9999.25), compress="deflate")
    with rasterio.open(path, "r+") as file:  # GDAL appends what did not fit
        if what == "nodata":
            file.nodata = -9999.25
        else:
            file.scales, file.offsets = (0.1,), (5,)
    path.write_bytes(path.read_bytes()[:-cut])
    refused(tmp_path, path, MISTAKE, "in.tif: its header goes on beyond its end, so the file was cut off")


def test_a_block_without_a_length(tmp_path):
    path = write(tmp_path / "in.tif", np.ones((61, 83)), compress="deflate", blockysize=61)
    data = bytearray(path.read_bytes())
    (directory,) = struct.unpack_from("<I", data, 4)
    entries = [directory + 2 + 12 * i for i in range(struct.unpack_from("<H", data, directory)[0])]
    (entry,) = [at for at in entries if struct.unpack_from("<H", data, at)[0] == BYTE_COUNTS]
    struct.pack_into("<I", data, entry + 8, 0)
    path.write_bytes(data)
    refused(tmp_path, path, DATA, "in.tif: band 1, rows 0 to 60", "the file tells only one of their block's place and length")


def test_what_became_nodata_is_named(tmp_path):
    """Strips of 16 rows are read many at a time; that the last ones are not there takes the others with it, and it is said which."""
    path = write(tmp_path / "short.tif", np.random.default_rng(5).normal(size=(700, 300)), compress="deflate", blockysize=16)
    whole = path.stat().st_size
    with open(path, "r+b") as file:
        file.truncate(whole * 7 // 10)
    made = write_recipe(tmp_path / "recipe.yml", recipe({"in": {"path": str(path), "on_error": "nodata"}}, SAME))
    done = terroir("run", made, "--output", f"out={tmp_path}")
    assert done.returncode == 0, done.stderr
    windows = re.findall(r"^ *rows (\d+) to (\d+), columns (\d+) to (\d+) of .*short.tif: band 1, rows", done.stdout + done.stderr, re.M)
    missing = np.zeros((700, 300), bool)
    for first, last, left, right in np.array(windows, int):
        missing[first : last + 1, left : right + 1] = True
    assert missing[-1].all() and not missing[0].any()
    np.testing.assert_array_equal(np.isnan(opened(tmp_path / "o.zarr").same), missing)
