"""Resampling within one CRS against gdalwarp, and beside gaps against a product of matrices."""

import numpy as np
import pytest
from jobs import DEM, compute, gdal, read, same_gaps, write

# Both sum in double and round once to float32; a weight or two of gdalwarp is of single precision.
ROUNDED = {"rtol": 2**-21, "atol": 0}
METHODS = {"nearest": "near", "bilinear": "bilinear"}

# The sources lie on 600000 .. 602400, 5187600 .. 5190000 with pixels of 30 m.
WHOLE = (600000, 5187600, 602400, 5190000)
CASES = {
    "thirds": ((10, 10), WHOLE),
    "flat": ((12, 7.5), WHOLE),
    "inside": ((7.3, 7.3), (600303, 5188001, 601325, 5188877)),
    "shifted": ((30, 30), (600011, 5187608, 602381, 5189978)),
    "beyond": ((20, 20), (599000, 5187000, 602000, 5191000)),  # centres on edges of the source's pixels
    "half": ((60, 60), WHOLE),
    "third": ((90, 90), (600000, 5187660, 602340, 5190000)),
    "oblong": ((120, 60), WHOLE),
}


def holes(values):
    values = values.copy()
    values.flat[np.random.default_rng(13).integers(0, values.size, values.size // 12)] = np.nan
    values[30:50, 20:33] = np.nan
    return values


def by_gdalwarp(folder, source, method, resolution, bounds):
    path = folder / "warped.tif"
    gdal("gdalwarp", "-q", "-overwrite", "-et", 0, "-r", METHODS[method], "-tr", *resolution, "-te", *bounds, "-dstnodata", "nan",
         "-ot", "Float32", source, path)
    return read(path)


def by_terroir(folder, source, method, resolution, bounds, crs="EPSG:32632"):
    grid = {"crs": crs, "resolution": list(resolution), "bounds": list(bounds), "anchor": list(bounds[:2])}
    steps = {"it": {"process": "resample", "data": "source", "method": method}}
    result = compute(folder / "out", steps, {"source": {"path": str(source)}}, grid=grid)
    assert result.rio.bounds() == pytest.approx(bounds)
    return result["it"].values.astype(np.float64)


def tents(count, size, first, pixels):
    """Weights (destination, source) along one axis; destination pixels of `size` source pixels begin at `first`."""
    centres = first + size * (np.arange(count) + 0.5)
    distance = np.abs(centres[:, None] - (np.arange(pixels) + 0.5))
    return np.maximum(0, 1 - distance / max(1, size)), (centres > 0) & (centres < pixels)


def by_matrices(values, resolution, bounds):
    (width, height), (left, bottom, right, top) = resolution, bounds
    across, inside_x = tents(round((right - left) / width), width / 30, (left - WHOLE[0]) / 30, values.shape[1])
    down, inside_y = tents(round((top - bottom) / height), height / 30, (WHOLE[3] - top) / 30, values.shape[0])
    valid = ~np.isnan(values)
    weights = down @ valid @ across.T
    with np.errstate(invalid="ignore", divide="ignore"):
        result = (down @ np.where(valid, values, 0) @ across.T) / weights
    return np.where((weights > 1e-6) & inside_y[:, None] & inside_x, result, np.nan)


@pytest.fixture(params=["whole", "holes"], name="source")
def fixture_source(request, tmp_path):
    values = read(DEM)[60:140, 300:380]
    assert not np.isnan(values).any()
    if request.param == "whole":
        return write(tmp_path / "source.tif", values)
    return write(tmp_path / "source.tif", holes(values), nodata=-9999)


@pytest.mark.parametrize("case", CASES)
def test_nearest(source, case, tmp_path):
    got, wanted = by_terroir(tmp_path, source, "nearest", *CASES[case]), by_gdalwarp(tmp_path, source, "nearest", *CASES[case])
    np.testing.assert_array_equal(*same_gaps(got, wanted))
    assert got.shape == wanted.shape


@pytest.mark.parametrize("case", CASES)
def test_bilinear(source, case, tmp_path):
    got, wanted = by_terroir(tmp_path, source, "bilinear", *CASES[case]), by_gdalwarp(tmp_path, source, "bilinear", *CASES[case])
    # A pixel whose centre lies in a missing pixel is missing for gdalwarp; here its valid neighbours make it.
    filled = ~np.isnan(got) & np.isnan(wanted)
    assert filled.any() == np.isnan(read(source)).any()
    np.testing.assert_allclose(*same_gaps(np.where(filled, np.nan, got), wanted), **ROUNDED)
    np.testing.assert_allclose(*same_gaps(got, by_matrices(read(source), *CASES[case])), rtol=2**-22)


@pytest.mark.parametrize("method", METHODS)
def test_on_a_geographic_grid_into_small_chunks(method, tmp_path):
    third = 1 / 1200
    source = write(tmp_path / "source.tif", read(DEM)[:200, :260], crs="EPSG:4326", transform=(third, 0, 11, 0, -third, 47))
    bounds = (11.01, 46.87, 11.01 + 700 / 3600, 46.87 + 400 / 3600)
    got = by_terroir(tmp_path, source, method, (1 / 3600, 1 / 3600), bounds, crs="EPSG:4326")
    wanted = by_gdalwarp(tmp_path, source, method, (1 / 3600, 1 / 3600), bounds)
    # Degrees are no whole numbers: positions are known to 1e-9 pixels, which times a metre of height is nothing.
    np.testing.assert_allclose(*same_gaps(got, wanted), **ROUNDED)


def test_inputs_of_other_grids_are_read_onto_the_recipes(tmp_path):
    values = read(DEM)[60:140, 300:380]
    fine = write(tmp_path / "fine.tif", holes(values), nodata=-9999)
    place = {"transform": (240, 0, 600000, 0, -240, 5190000)}
    coarse = write(tmp_path / "coarse.tif", values[::8, ::8] / 10, **place)
    classes = write(tmp_path / "classes.tif", np.arange(100).reshape(10, 10) % 7, dtype="uint8", **place)
    inputs = {
        "dem": {"path": str(fine)},
        "warm": {"path": str(coarse), "resample": "bilinear"},
        "cover": {"path": str(classes), "resample": "bilinear", "bands": {"class": {"band": 1, "categorical": True}}},
    }
    steps = {
        "sum": {"process": "expression", "data": ["dem", "warm"], "formula": "dem + warm"},
        "open": {"process": "mask_values", "data": "dem", "mask": "cover.class", "values": [3, 5]},
    }
    result = compute(tmp_path / "out", steps, inputs, grid={"like": "dem"})
    dem = read(fine)
    resolution, bounds = (30, 30), WHOLE
    warm = by_gdalwarp(tmp_path, coarse, "bilinear", resolution, bounds)
    cover = by_gdalwarp(tmp_path, classes, "nearest", resolution, bounds)
    np.testing.assert_allclose(*same_gaps(result["sum"].values, dem + warm), **ROUNDED)
    np.testing.assert_array_equal(*same_gaps(result["open"].values, np.where(np.isin(cover, [3, 5]), np.nan, dem)))
