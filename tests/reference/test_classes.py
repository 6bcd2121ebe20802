"""Bands of classes whose files have a nodata value: nodata as data, a class as masks."""

import numpy as np
import pytest
from jobs import compute, gdal, read, write

CLASSES = np.random.default_rng(3).choice([0, 1, 2, 255], (12, 12), p=[0.3, 0.3, 0.2, 0.2])


@pytest.fixture
def cover(tmp_path):
    return write(tmp_path / "cover.tif", CLASSES, nodata=255, dtype="uint8")


def band(path, **more):
    return {"path": str(path), "bands": {"class": {"band": 1, "categorical": True}}, **more}


def test_mode_and_formulas_know_the_gaps(cover, tmp_path):
    wide = {"crs": "EPSG:32632", "resolution": [60, 60], "bounds": [600000, 5189640, 600360, 5190000]}
    gdal("gdalwarp", "-q", "-r", "mode", "-tr", 60, 60, "-srcnodata", 255, "-dstnodata", 255, cover, tmp_path / "mode.tif")
    warped = read(tmp_path / "mode.tif")
    result = compute(tmp_path / "mode", {"m": {"process": "expression", "data": "cover.class", "formula": "class"}},
                     {"cover": band(cover, resample="mode")}, grid=wide)
    # Where two classes have equal parts the choice is free.
    parts = CLASSES.reshape(6, 2, 6, 2).transpose(0, 2, 1, 3).reshape(6, 6, 4)
    shares = np.stack([(parts == c).sum(axis=2) for c in (0, 1, 2)])
    clear = (shares == shares.max(axis=0)).sum(axis=0) == 1
    np.testing.assert_array_equal(result["m"].values[clear], warped[clear])
    np.testing.assert_array_equal(np.isnan(result["m"].values), (parts == 255).all(axis=2))

    result = compute(tmp_path / "same", {"c": {"process": "expression", "data": "cover.class", "formula": "class + 1"}},
                     {"cover": band(cover)})
    np.testing.assert_array_equal(result["c"].values, np.where(CLASSES == 255, np.nan, CLASSES + 1.0))


@pytest.mark.parametrize("way", ["input", "step"])
def test_a_resampled_mask_has_none(cover, way, tmp_path):
    """Pixels of half the size: each class four times."""
    fine = np.arange(576).reshape(24, 24)
    height = write(tmp_path / "dem.tif", fine, transform=(15, 0, 600000, 0, -15, 5190000))
    inputs = {"dem": {"path": str(height)}, "cover": band(cover, **({"resample": "nearest"} if way == "input" else {}))}
    bring = {"there": {"process": "resample", "data": "cover.class", "method": "nearest"}} if way == "step" else {}
    mask = "there" if way == "step" else "cover.class"
    steps = {**bring, "m": {"process": "mask_values", "data": "dem", "mask": mask, "values": [1]}}
    result = compute(tmp_path / "out", steps, inputs, grid={"like": "dem"}, output={"layers": ["m"]})
    hidden = np.kron(CLASSES, np.ones((2, 2))) == 1
    np.testing.assert_array_equal(result["m"].values, np.where(hidden, np.nan, fine.astype(np.float64)))


@pytest.mark.parametrize("named", [False, True])
def test_a_mask_has_gaps_where_the_recipe_names_nodata(cover, named, tmp_path):
    height = write(tmp_path / "dem.tif", np.arange(144).reshape(12, 12))
    inputs = {"dem": {"path": str(height)}, "cover": band(cover, **({"nodata": 255} if named else {}))}
    steps = {"m": {"process": "mask_values", "data": "dem", "mask": "cover.class", "values": [1]}}
    result = compute(tmp_path / "out", steps, inputs, grid={"like": "dem"})
    hidden = (CLASSES == 1) | ((CLASSES == 255) & named)
    np.testing.assert_array_equal(result["m"].values, np.where(hidden, np.nan, np.arange(144.0).reshape(12, 12)))
