"""focal_statistics against scipy.ndimage in float64, missing pixels left out."""

import numpy as np
import pytest
from jobs import DEM, REAL, compute, read, same_gaps, write
from scipy import ndimage

ALL = ["mean", "sd", "min", "max", "sum", "range", "count"]
# Terroir's boundary and scipy's name of the same; scipy's reflect repeats the pixel at the edge, too.
MODES = {"nodata": {"mode": "constant", "cval": np.nan}, "replicate": {"mode": "nearest"}, "reflect": {"mode": "reflect"}}


def footprint(size, shape):
    if shape == "square":
        return np.ones((size, size), bool)
    offset = np.arange(size) - size // 2
    return offset[:, None] ** 2 + offset**2 <= (size // 2) ** 2


def reference(values, window, mode, ddof=0, min_valid=1):
    """Each statistic by the correlation or rank filters of scipy; missing pixels have weight 0 and are never an extreme."""
    valid = ~np.isnan(values)
    centre = np.nanmean(values)  # sums of squares of what lies around 0 keep their digits
    filled = np.where(valid, values - centre, 0)
    edge = {"mode": mode["mode"], "cval": 0}
    weights = window.astype(np.float64)

    def added(layer):
        if window.all():
            return ndimage.uniform_filter(layer.astype(np.float64), window.shape, **edge) * window.size
        return ndimage.correlate(layer.astype(np.float64), weights, **edge)

    count = np.rint(added(valid))
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = added(filled) / count
        variance = np.maximum(added(filled**2) - count * mean**2, 0) / (count - ddof)
        total = (mean + centre) * count
    # A size in place of a footprint is the same and faster.
    where = {"size": window.shape} if window.all() else {"footprint": window}
    low = ndimage.minimum_filter(np.where(valid, values, np.inf), mode=mode["mode"], cval=np.inf, **where)
    high = ndimage.maximum_filter(np.where(valid, values, -np.inf), mode=mode["mode"], cval=-np.inf, **where)
    result = {
        "mean": mean + centre, "sd": np.sqrt(np.where(count > ddof, variance, np.nan)), "min": low, "max": high,
        "sum": total, "range": high - low, "count": count,
    }
    return {name: np.where(valid & (count >= min_valid), layer, np.nan) for name, layer in result.items()}


def assert_same(got, wanted, size):
    for name, layer in wanted.items():
        mine, right = same_gaps(got[name].astype(np.float64), layer)
        if name in ("min", "max", "count"):
            np.testing.assert_array_equal(mine, right, err_msg=name)
        elif name == "sd":
            # Means are float32, so that distances to them, and with them sd, are known to a last digit of the mean.
            np.testing.assert_allclose(mine, right, rtol=4e-6, atol=2**-23 * np.nanmax(np.abs(wanted["mean"])), err_msg=name)
        else:
            rounding = 2**-23 * (1 + np.log2(size))
            np.testing.assert_allclose(mine, right, rtol=2 * rounding, atol=1e-6, err_msg=name)


def holes(values):
    """The same with missing pixels: single ones, a row, a block and a corner."""
    values = values.copy()
    values.flat[np.random.default_rng(7).integers(0, values.size, values.size // 15)] = np.nan
    values[40, 10:50] = values[20:32, 25:40] = values[:6, :8] = np.nan
    return values


def compare(folder, dem, values, cases, inputs=None):
    steps = {name: {"process": "focal_statistics", "data": "dem", "reducer": ALL, **case} for name, case in cases.items()}
    result = compute(folder, steps, inputs or {"dem": {"path": str(dem)}})
    for name, case in cases.items():
        window = footprint(case["size"], case.get("shape", "square"))
        wanted = reference(values, window, MODES[case.get("boundary", "nodata")], case.get("ddof", 0), case.get("min_valid", 1))
        assert_same({reducer: result[f"{name}_{reducer}"].values for reducer in ALL}, wanted, case["size"])


@pytest.mark.parametrize("boundary", MODES)
@pytest.mark.parametrize("shape", ["square", "circle"])
def test_windows_shapes_and_boundaries(shape, boundary, tmp_path):
    values = holes(read(DEM)[200:290, 150:226])
    dem = write(tmp_path / "dem.tif", values, nodata=-9999)
    sizes = (1, 3, 5, 9, 21, 61)
    compare(tmp_path / "out", dem, values, {f"s{n}": {"size": n, "shape": shape, "boundary": boundary} for n in sizes})


def test_few_valid_pixels_and_degrees_of_freedom(tmp_path):
    values = holes(read(DEM)[200:290, 150:226])
    values[60:] = np.where(np.indices(values[60:].shape).sum(axis=0) % 4 == 0, values[60:], np.nan)
    dem = write(tmp_path / "dem.tif", values, nodata=-9999)
    compare(tmp_path / "out", dem, values, {
        "some": {"size": 3, "min_valid": 4},
        "most": {"size": 5, "shape": "circle", "min_valid": 11},
        "sample": {"size": 7, "ddof": 1, "min_valid": 2},
    })


def test_windows_wider_than_the_raster_and_than_tiles(tmp_path):
    values = holes(read(DEM)[200:290, 150:226])
    dem = write(tmp_path / "dem.tif", values, nodata=-9999)
    cases = {f"{boundary}_{size}": {"size": size, "boundary": boundary} for boundary in MODES for size in (101, 201)}
    compare(tmp_path / "out", dem, values, {**cases, "circle": {"size": 101, "shape": "circle"}})


def test_the_whole_sample(tmp_path):
    compare(tmp_path / "out", DEM, read(DEM), {"a": {"size": 9}, "b": {"size": 45}, "c": {"size": 15, "shape": "circle"}})


def test_generic_filter_agrees_with_the_reference():
    # The reference above is fast and so has some algebra in it; here numpy sees each window as it is.
    values = holes(read(DEM)[200:290, 150:226])
    numpy_says = {"mean": np.nanmean, "sd": np.nanstd, "sum": np.nansum, "min": np.nanmin, "max": np.nanmax}
    for shape in ("square", "circle"):
        window = footprint(7, shape)
        wanted = reference(values, window, MODES["reflect"])
        for name, function in numpy_says.items():
            plain = ndimage.generic_filter(values, lambda x: np.nan if np.isnan(x).all() else function(x), footprint=window, mode="reflect")
            np.testing.assert_allclose(np.where(np.isnan(values), np.nan, plain), wanted[name], rtol=1e-9, atol=1e-6, err_msg=name)


@pytest.mark.parametrize("shape", ["square", "circle"])
def test_the_globe_is_round(shape, tmp_path):
    rng = np.random.default_rng(3)
    values = rng.normal(280, 15, (45, 90))
    values[rng.random(values.shape) < 0.1] = np.nan
    globe = write(tmp_path / "globe.tif", values, crs="EPSG:4326", transform=(4, 0, -180, 0, -4, 90), nodata=-9999)
    values = read(globe)
    result = compute(
        tmp_path / "out",
        {"it": {"process": "focal_statistics", "data": "globe", "reducer": ALL, "size": 11, "shape": shape, "boundary": "wrap"}},
        {"globe": {"path": str(globe)}},
    )
    # Columns wrap, rows end at the poles.
    wide = np.concatenate([values[:, -20:], values, values[:, :20]], axis=1)
    wanted = reference(wide, footprint(11, shape), MODES["nodata"])
    assert_same({name: result[f"it_{name}"].values for name in ALL}, {name: layer[:, 20:-20] for name, layer in wanted.items()}, 11)


def test_large_numbers_keep_their_digits(tmp_path):
    # Pressure in Pa: the sum of squares of a window in float32 would lose the standard deviation.
    rng = np.random.default_rng(11)
    values = 101325 + rng.normal(0, 2, (80, 80))
    path = write(tmp_path / "pressure.tif", values)
    compare(tmp_path / "out", path, read(path), {"a": {"size": 5}, "b": {"size": 33}, "c": {"size": 9, "shape": "circle"}})


def test_a_real_dem(tmp_path, capfd):
    dem = REAL / "dem_vinschgau.tif"
    if not dem.exists():
        with capfd.disabled():
            print("\nNOT RUN: tests/reference/test_focal.py: scipy on a real DEM: it does not lie beside the project")
        return
    compare(tmp_path / "out", dem, read(dem), {"a": {"size": 9}, "b": {"size": 25, "shape": "circle", "boundary": "replicate"}})
