"""Resampling by areas across CRSs against polygons, shapely's intersections of what pyproj makes of pixels' corners, and in totals."""

import numpy as np
import pyproj
import pytest
import shapely
from jobs import compute, gdal, read, write

# The source's CRS, its first corner, pixel and shape; the CRS, pixel and bounds of the result.
CASES = {
    "degrees onto UTM": (("EPSG:4326", (9, 48), 0.25, (16, 20)), ("EPSG:32632", 9000, (540000, 4980000, 756000, 5232000))),
    "UTM onto degrees": (("EPSG:32632", (600000, 5190000), 1000, (60, 70)), ("EPSG:4326", 0.0625, (10.125, 46.1875, 11.375, 46.9375))),
    "UTM onto UTM": (("EPSG:32632", (900000, 5190000), 3000, (30, 30)), ("EPSG:32633", 5000, (430000, 5110000, 530000, 5200000))),
    "over the date line": (("EPSG:4326", (178, 48), 0.25, (16, 16)), ("EPSG:32660", 9000, (567000, 4959000, 891000, 5229000))),
    "finer": (("EPSG:4326", (10, 47), 0.25, (4, 4)), ("EPSG:32632", 2000, (590000, 5120000, 640000, 5190000))),
    "beside a pole": (("EPSG:4326", (-30, 88), 2, (5, 20)), ("EPSG:3413", 40000, (0, -1000000, 800000, -200000))),
}


def plane(crs, x, y):
    """Where areas are those of the source."""
    return (np.radians(x), np.sin(np.radians(y))) if crs == "EPSG:4326" else (x, y)


def by_polygons(values, source, target):
    """Sums of value * shared area and of shared area, and the area of each pixel of the result, in the source's plane."""
    (crs, (left, top), size, _), (other, step, (west, south, east, north)) = source, target
    edges = west + step * np.arange(round((east - west) / step) + 1), north - step * np.arange(round((north - south) / step) + 1)
    x, y = np.meshgrid(*edges)
    x, y = pyproj.Transformer.from_crs(other, crs, always_xy=True).transform(x, y)
    if crs == "EPSG:4326":  # in the source's turn of the globe
        x = x - 360 * np.round((x - left - size * values.shape[1] / 2) / 360)
    corners = np.stack(plane(crs, x, y), axis=-1)
    pixels = shapely.polygons(np.stack([corners[:-1, :-1], corners[:-1, 1:], corners[1:, 1:], corners[1:, :-1]], axis=-2))
    rows, cols = values.shape
    x, _ = plane(crs, left + size * np.arange(cols + 1), 0)
    _, y = plane(crs, 0, top - size * np.arange(rows + 1))
    cells = shapely.box(x[None, :-1], y[1:, None], x[None, 1:], y[:-1, None]).ravel()
    sums, valid = np.zeros(pixels.size), np.zeros(pixels.size)
    into, of = shapely.STRtree(cells).query(pixels.ravel(), predicate="intersects")
    shared = shapely.area(shapely.intersection(pixels.ravel()[into], cells[of]))
    there = ~np.isnan(values.ravel()[of])
    np.add.at(sums, into[there], (shared * values.ravel()[of])[there])
    np.add.at(valid, into[there], shared[there])
    return sums.reshape(pixels.shape), valid.reshape(pixels.shape), shapely.area(pixels), shapely.area(cells).reshape(values.shape)


def by_terroir(folder, values, source, target, settings, output=None):
    (crs, (left, top), size, _), (other, step, bounds) = source, target
    folder.mkdir(exist_ok=True)
    path = write(folder / "source.tif", values, crs=crs, transform=(size, 0, left, 0, -size, top), nodata=-9999)
    steps = {name: {"process": "resample", "data": "source", "method": "conservative", **more} for name, more in settings.items()}
    grid = {"crs": other, "resolution": step, "bounds": list(bounds), "anchor": list(bounds[:2])}
    return compute(folder / "out", steps, {"source": {"path": str(path)}}, grid=grid, output=output)


@pytest.mark.parametrize("case", CASES)
def test_agrees_with_polygons(case, tmp_path):
    source, target = CASES[case]
    random = np.random.default_rng(3)
    values = (20 + random.normal(0, 3, source[3])).astype(np.float32)
    values[random.random(values.shape) < 0.1] = np.nan
    settings = {"means": {}, "totals": {"normalize": "destarea"}, "sure": {"min_valid": 0.6}, "sums": {"method": "sum"}}
    got = by_terroir(tmp_path, values, source, target, settings)
    sums, valid, areas, cells = by_polygons(values.astype(float), source, target)
    share = valid / areas
    clear = (share < 1e-9) | (share > 1e-3)  # less than that is where a side lies, to millionths of a pixel
    assert clear.mean() > 0.98
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(share > 0, sums / valid, np.nan)
    np.testing.assert_allclose(got["means"].values[clear], means[clear], rtol=1e-5)
    np.testing.assert_allclose(got["totals"].values[clear], np.where(share > 0, sums / areas, np.nan)[clear], rtol=1e-5, atol=1e-4)
    decided = clear & (np.abs(share - 0.6) > 1e-3)
    np.testing.assert_allclose(got["sure"].values[decided], np.where(share > 0.6, means, np.nan)[decided], rtol=1e-5)
    shares = by_polygons(values / cells, source, target)[0]
    np.testing.assert_allclose(got["sums"].values[clear], np.where(share > 0, shares, np.nan)[clear], rtol=1e-5, atol=1e-4)
    if case == "UTM onto degrees":  # all of it
        total = np.nansum(values * cells)
        assert np.nansum(got["totals"].values * areas) == pytest.approx(total, rel=1e-6)


@pytest.mark.parametrize(("shift", "wanted"), [
    ((0, 0), {(0, 0): 4, (0, 1): 3, (1, 0): 1, (1, 1): 2}),  # the pole is a corner
    ((1, 1), {(0, 0): 2.5}),  # it lies in the middle of a pixel
    ((1, 0), {(0, 0): 3.5, (1, 0): 1.5}),  # on the side between two
])
def test_around_a_pole(shift, wanted, tmp_path):
    """Columns of 90 degrees, of which each is one side of the map from the pole; and tiles of any size do not matter."""
    values = np.broadcast_to(np.array([1, 2, 3, 4], np.float32), (360, 4))
    path = write(tmp_path / "globe.tif", values, crs="EPSG:4326", transform=(90, 0, -135, 0, -0.5, 90))
    across, down = shift
    west, north = -800000 - 50000 * across, 800000 + 50000 * down
    bounds = [west, north - 1700000, west + 1700000, north]
    grid = {"crs": "EPSG:3413", "resolution": 100000, "bounds": bounds, "anchor": [west, north]}
    steps = {"it": {"process": "resample", "data": "globe", "method": "conservative", "normalize": "destarea"}}

    def run(name, chunk):
        return compute(tmp_path / name, steps, {"globe": {"path": str(path)}}, grid=grid, output={"chunk": chunk})["it"].values

    whole = run("whole", 32)
    assert not np.isnan(whole).any()
    for (row, col), value in wanted.items():
        assert whole[7 + down + row, 7 + across + col] == pytest.approx(value, rel=1e-6)
    np.testing.assert_array_equal(run("tiles", {"y": 3, "x": 1}), whole)


# All of the source lies in the grid; around the poles pixels of it are as coarse as they get.
WHOLE = {
    "north pole": (("EPSG:4326", (-180, 90), 5, (3, 72)), ("EPSG:3413", 100000, (-1800000, -1800000, 1800000, 1800000))),
    "north pole, finer": (("EPSG:4326", (-180, 90), 0.5, (30, 720)), ("EPSG:3413", 50000, (-1800000, -1800000, 1800000, 1800000))),
    "south pole": (("EPSG:4326", (0, -70), 5, (4, 72)), ("EPSG:3031", 150000, (-2400000, -2400000, 2400000, 2400000))),
    "beside a pole": (("EPSG:4326", (-30, 85), 2, (5, 20)), ("EPSG:3413", 40000, (0, -2000000, 1600000, -200000))),
    "middle latitude": (("EPSG:4326", (6, 50), 1, (6, 6)), ("EPSG:32632", 20000, (220000, 4840000, 800000, 5580000))),
    "from UTM": (("EPSG:32632", (600000, 5190000), 1000, (60, 70)), ("EPSG:4326", 0.0625, (10.125, 46.1875, 11.375, 46.9375))),
}


@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("case", WHOLE)
def test_sums_keep_totals(case, gaps, tmp_path):
    source, target = WHOLE[case]
    random = np.random.default_rng(6)
    values = random.uniform(1, 9, source[3]).astype(np.float32)
    if gaps:
        values[random.random(values.shape) < 0.2] = np.nan
    got = by_terroir(tmp_path, values, source, target, {"it": {"method": "sum"}})["it"].values.astype(float)
    total = np.nansum(values.astype(float))
    assert np.nansum(got) == pytest.approx(total, rel=1e-6)
    if "pole" in case:  # where gdalwarp loses some of it
        return
    (other, step, bounds), path = target, tmp_path / "gdalwarp.tif"
    gdal("gdalwarp", "-q", "-et", 0, "-r", "sum", "-t_srs", other, "-tr", step, step, "-te", *bounds, "-dstnodata", "nan", "-ot", "Float32",
         tmp_path / "source.tif", path)
    wanted = read(path)
    assert np.nansum(wanted) == pytest.approx(total, rel=1e-6)
    if case == "from UTM":  # of degrees gdalwarp takes shares in their plane, not on the sphere
        np.testing.assert_allclose(np.nan_to_num(got), np.nan_to_num(wanted), atol=1e-4 * np.nanmax(wanted))


def test_tiles_change_no_sum(tmp_path):
    source, target = WHOLE["north pole"]
    values = np.random.default_rng(6).uniform(1, 9, source[3]).astype(np.float32)
    whole, tiles = (by_terroir(tmp_path / str(y), values, source, target, {"it": {"method": "sum"}}, {"chunk": {"y": y, "x": y + 2}})["it"]
                    for y in (40, 7))
    np.testing.assert_array_equal(tiles.values, whole.values)
