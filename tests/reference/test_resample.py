"""Resampling within and across CRSs against gdalwarp, and beside gaps against a product of matrices."""

import shutil

import numpy as np
import pytest
from jobs import DEM, compute, gdal, read, same_gaps, write

# Both sum in double and round once to float32; a weight or two of gdalwarp is of single precision.
ROUNDED = {"rtol": 2**-21, "atol": 0}
METHODS = {"nearest": "near", "bilinear": "bilinear"}
OTHERS = {"cubic": "cubic", "lanczos": "lanczos", "average": "average", "min": "min", "max": "max", "median": "med", "q1": "q1",
          "q3": "q3", "sum": "sum", "rms": "rms"}
ALL = METHODS | OTHERS | {"mode": "mode"}

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


def by_gdalwarp(folder, source, method, resolution, bounds, *words):
    path = folder / "warped.tif"
    gdal("gdalwarp", "-q", "-overwrite", "-et", 0, *words, "-r", ALL[method], "-tr", *resolution, "-te", *bounds, "-dstnodata", "nan",
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


# Of lanczos those where pixels do not grow, or centres fall on centres: see below. At the source's edge gdalwarp takes bilinear for
# cubic, and footprints that lie outside.
@pytest.mark.parametrize(("method", "case"), [(m, c) for m in OTHERS for c in ("third", "oblong", "inside")
                                              if c != "oblong" or m != "lanczos"])
def test_other_methods(source, method, case, tmp_path):
    resolution, bounds = CASES[case]
    got, wanted = by_terroir(tmp_path, source, method, resolution, bounds), by_gdalwarp(tmp_path, source, method, resolution, bounds)
    if method == "cubic" and case == "inside":  # beside a gap gdalwarp takes bilinear
        far = ~by_neighbours(wanted)
        got, wanted = np.where(far, got, 0), np.where(far, wanted, 0)
    if method in ("cubic", "lanczos"):  # as bilinear: beside a gap the valid neighbours make a pixel
        got = np.where(np.isnan(wanted), np.nan, got)
    # Some of gdalwarp's weights are of single precision.
    np.testing.assert_allclose(*same_gaps(got, wanted), rtol=3e-5 if (method, case) == ("lanczos", "inside") else 2e-6)


def test_lanczos_of_growing_pixels_is_not_moved(tmp_path):
    """gdalwarp takes the weights of the source's pixel centre at or before the position, and so gives a grid that lies a fifth of a pixel
    further the values of the first one. By definition (the kernel's own test) the values move with the grid."""
    source = write(tmp_path / "source.tif", read(DEM)[60:140, 300:380])
    resolution, bounds = CASES["third"]
    moved = (bounds[0] + 6, bounds[1] - 6, bounds[2] + 6, bounds[3] - 6)
    first = by_terroir(tmp_path, source, "lanczos", resolution, bounds)
    unmoved = by_gdalwarp(tmp_path, source, "lanczos", resolution, moved)
    inner = (slice(4, -4), slice(4, -4))
    np.testing.assert_allclose(unmoved[inner], first[inner], rtol=2e-6)
    off = np.abs(by_terroir(tmp_path / "moved", source, "lanczos", resolution, moved) - unmoved)[inner] / np.ptp(unmoved)
    assert 0.01 < off.max() < 0.05


def by_neighbours(values, reach=16):
    """Whether a pixel is missing, or one that lies near."""
    near = np.isnan(values)
    for axis in (0, 1):
        near = np.any([np.roll(near, step, axis) for step in range(-reach, reach + 1)], axis=0)
    return near


def test_mode_of_classes(tmp_path):
    # Of 3 x 3 pixels five at least share a class, so that no tie needs a rule.
    random = np.random.default_rng(5)
    majority = random.integers(1, 9, (20, 20))
    classes = np.kron(majority, np.ones((3, 3), int))
    for row, col in random.integers(0, 20, (60, 2)):
        classes[3 * row + random.integers(0, 3), 3 * col : 3 * col + 2] = 9
    cover = write(tmp_path / "cover.tif", classes, dtype="uint8")
    inputs = {"cover": {"path": str(cover), "bands": {"class": {"band": 1, "categorical": True}}, "resample": "mode"}}
    bounds = (600000, 5190000 - 1800, 601800, 5190000)
    steps = {"it": {"process": "linear_scale", "data": "cover.class"}}
    grid = {"crs": "EPSG:32632", "resolution": 90, "bounds": list(bounds), "anchor": list(bounds[:2])}
    result = compute(tmp_path / "out", steps, inputs, grid=grid)["it"].values
    np.testing.assert_array_equal(result, by_gdalwarp(tmp_path, cover, "mode", (90, 90), bounds))


DEGREES = {
    "finer": ((0.0003, 0.0003), (10.32, 46.835, 10.32 + 0.0003 * 70, 46.835 + 0.0003 * 60)),
    "coarser": ((0.0012, 0.0008), (10.32, 46.836, 10.32 + 0.0012 * 20, 46.836 + 0.0008 * 22)),
}


@pytest.mark.parametrize("case", DEGREES)
@pytest.mark.parametrize("method", [m for m in METHODS | OTHERS if m != "lanczos"])
def test_across_crs(method, case, tmp_path):
    source = write(tmp_path / "source.tif", read(DEM)[:400, :400])
    resolution, bounds = DEGREES[case]
    got = by_terroir(tmp_path, source, method, resolution, bounds, crs="EPSG:4326")
    wanted = by_gdalwarp(tmp_path, source, method, resolution, bounds, "-t_srs", "EPSG:4326")
    both = ~np.isnan(got) & ~np.isnan(wanted)
    assert both.all()
    off = np.abs(got - wanted)[both] > 1e-3 * np.ptp(wanted[both])
    # Whole pixels are chosen by the edge of a footprint, which is known to a thousandth of a pixel.
    assert off.mean() <= (0.004 if method in ("nearest", "min", "max", "median", "q1", "q3") else 0.001)
    if method == "sum":  # gdalwarp's pixels are known to 1e-4
        np.testing.assert_allclose(got, wanted, rtol=3e-4)
        assert got.sum() == pytest.approx(wanted.sum(), rel=1e-6)


def test_mode_across_crs(tmp_path):
    classes = np.kron(np.random.default_rng(6).integers(1, 9, (40, 32)), np.ones((10, 12), int))
    resolution, bounds = DEGREES["coarser"]
    grid = {"crs": "EPSG:4326", "resolution": list(resolution), "bounds": list(bounds), "anchor": list(bounds[:2])}

    def modes(numbers):
        source = write(tmp_path / "source.tif", numbers, dtype="uint8")
        inputs = {"cover": {"path": str(source), "bands": {"class": {"band": 1, "categorical": True}}, "resample": "mode"}}
        got = compute(tmp_path / "out", {"it": {"process": "linear_scale", "data": "cover.class"}}, inputs, grid=grid, words=["--overwrite"])
        return got["it"].values, by_gdalwarp(tmp_path, source, "mode", resolution, bounds, "-t_srs", "EPSG:4326")

    got, wanted = modes(classes)
    # Where two classes are as frequent the smaller number is taken: it is the other one when they are numbered from the other end.
    alone = got == 9 - modes(9 - classes)[0]
    assert alone.mean() > 0.8 and len(np.unique(wanted[alone])) == 8
    assert (got != wanted)[alone].mean() <= 0.004


def test_pixels_may_have_their_centres_on_whole_numbers(tmp_path):
    source = write(tmp_path / "source.tif", read(DEM)[:200, :200])
    grid = {"crs": "EPSG:32632", "resolution": [50, 40], "bounds": [601010, 5186030, 602990, 5187990], "anchor": "center"}
    result = compute(tmp_path, {"it": {"process": "resample", "data": "source", "method": "nearest"}}, {"source": {"path": str(source)}},
                     grid=grid)
    # The first and last of these cover the bounds: 600975 .. 603025, and 5186020 .. 5188020.
    np.testing.assert_array_equal(result.x, np.arange(601000, 603001, 50))
    np.testing.assert_array_equal(result.y, np.arange(5188000, 5186039, -40))


def test_averages_of_turned_pixels(tmp_path):
    """Around the zeroth meridian pixels of this grid are turned by 45 degrees: their first and last corner lie in one column."""
    smooth = np.add.outer(np.linspace(3, 1, 180), np.cos(np.radians(np.arange(360)))).astype(np.float32)
    source = write(tmp_path / "globe.tif", smooth, crs="EPSG:4326", transform=(1, 0, -180, 0, -1, 90))
    bounds = (1000000, -3000000, 3000000, -1000000)
    wanted = by_gdalwarp(tmp_path, source, "bilinear", (100000, 100000), bounds, "-t_srs", "EPSG:3413")
    for method in ("average", "rms"):
        got = by_terroir(tmp_path, source, method, (100000, 100000), bounds, crs="EPSG:3413")
        np.testing.assert_allclose(got, wanted, atol=0.02)
        shutil.rmtree(tmp_path / "out")
    got = by_terroir(tmp_path, source, "sum", (100000, 100000), bounds, crs="EPSG:3413")
    wanted = by_gdalwarp(tmp_path, source, "sum", (100000, 100000), bounds, "-t_srs", "EPSG:3413")
    # Of pixels that the grid's edge cuts gdalwarp takes shares in degrees, not on the sphere.
    assert got.sum() == pytest.approx(wanted.sum(), rel=1e-3)


@pytest.mark.parametrize("method", ["nearest", "bilinear", "cubic", "average", "min", "median", "conservative"])
@pytest.mark.parametrize("crs, half", [("EPSG:6933", 17367530.445161372), ("EPSG:3857", 20037508.342789244)])
def test_a_map_of_the_world_has_no_edge_at_its_seam(crs, half, method, tmp_path):
    """Columns of one degree, whose values are their longitudes, onto degrees on both sides of 180."""
    size = 2 * half / 360
    longitudes = np.tile(np.arange(-179.5, 180), (146, 1))
    source = write(tmp_path / "world.tif", longitudes, crs=crs, transform=(size, 0, -half, 0, -size, 73 * size))
    got = by_terroir(tmp_path, source, method, (1, 1), (170, 0, 190, 10), crs="EPSG:4326")
    # A millionth of a pixel of the column beside it may come in.
    np.testing.assert_allclose(got[2:8], np.tile([*np.arange(170.5, 180), *np.arange(-179.5, -170)], (6, 1)), atol=0.01)
    if method in ("average", "conservative"):
        shutil.rmtree(tmp_path / "out")
        got = by_terroir(tmp_path, source, method, (10, 10), (155, 0, 205, 10), crs="EPSG:4326")
        np.testing.assert_allclose(got, [[160, 170, 0, -170, -160]], atol=0.01)


@pytest.mark.parametrize("resolution", [(0.0002, 0.00015), (0.0003, 0.0002)])
def test_lanczos_across_crs(resolution, tmp_path):
    """Pixels do not grow here. Both are of single precision in places; positions are known to some thousandths of a pixel."""
    source = write(tmp_path / "source.tif", read(DEM)[:400, :400])
    bounds = (10.32, 46.835, 10.32 + resolution[0] * 90, 46.835 + resolution[1] * 80)
    got = by_terroir(tmp_path, source, "lanczos", resolution, bounds, crs="EPSG:4326")
    wanted = by_gdalwarp(tmp_path, source, "lanczos", resolution, bounds, "-t_srs", "EPSG:4326")
    assert np.abs(got - wanted).max() <= 1e-3 * np.ptp(wanted)


@pytest.mark.parametrize("case", [c for c in CASES if c != "beyond"])
def test_conservative_in_a_plane(case, tmp_path):
    """Areas of a projected CRS are those of its plane, by which gdalwarp takes averages too (and a pixel further, beyond the source)."""
    source = write(tmp_path / "source.tif", holes(read(DEM)[:80, :80]), nodata=-9999)
    got = by_terroir(tmp_path, source, "conservative", *CASES[case])
    wanted = by_gdalwarp(tmp_path, source, "average", *CASES[case])
    np.testing.assert_allclose(*same_gaps(got, wanted), **ROUNDED)


def test_conservative_keeps_totals(tmp_path):
    random = np.random.default_rng(8)
    values = random.normal(280, 20, (90, 180)).astype(np.float32)
    source = write(tmp_path / "globe.tif", values, crs="EPSG:4326", transform=(2, 0, 0, 0, -2, 90))
    steps = {"it": {"process": "resample", "data": "globe", "method": "conservative"}}
    result = compute(tmp_path / "out", steps, {"globe": {"path": str(source)}}, grid={"global": 5})["it"].values.astype(np.float64)

    def belts(size):
        return -np.diff(np.sin(np.radians(90 - size * np.arange(180 // size + 1))))

    def shares(size):  # of each source column (from 0) in each destination column (from -180)
        left = (-180 + size * np.arange(360 // size))[:, None]
        total = 0
        for turn in (-360, 0, 360):
            source_left = 2 * np.arange(180)[None] + turn
            total = total + np.clip(np.minimum(left + size, source_left + 2) - np.maximum(left, source_left), 0, None)
        return total

    top = np.minimum((90 - 5 * np.arange(36))[:, None], (90 - 2 * np.arange(90))[None])
    bottom = np.maximum((85 - 5 * np.arange(36))[:, None], (88 - 2 * np.arange(90))[None])
    down = np.where(top > bottom, np.sin(np.radians(top)) - np.sin(np.radians(bottom)), 0)
    wanted = down @ values.astype(np.float64) @ shares(5).T / (belts(5)[:, None] * 5)
    np.testing.assert_allclose(result, wanted, rtol=1e-6)
    before, after = (belts(2)[:, None] * 2 * values).sum(), (belts(5)[:, None] * 5 * result).sum()
    assert after == pytest.approx(before, rel=1e-6)
