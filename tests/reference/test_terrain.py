"""Terrain against gdaldem, and on geographic grids against float64 with the metres of PROJ's geodesics."""

import numpy as np
import pyproj
import pytest
from jobs import DEM, REAL, compute, gdal, read, same_gaps, write

REAL_DEM = REAL / "dem_vinschgau.tif"
DEMS = [path for path in (DEM, REAL_DEM) if path.exists()]

# gdaldem adds eight elevations in float32 before it subtracts: at 4000 m each of its two sums (4 elevations) has an error of up to
# some 2^-11 m. Divided by 8 pixels of 30 m that is a gradient wrong by about 4e-6; 1e-5 covers both programs.
GRADIENT = 1e-5
# Its TPI, TRI and roughness subtract as ours do; sums of eight differences of up to 300 m are rounded at 2^-15 m a few times.
METRES = 1e-3

ZT = {"method": "zevenbergen_thorne"}
CASES = {
    "slope": ({"process": "slope"}, ["slope"]),
    "slope_zt": ({"process": "slope", **ZT}, ["slope", "-alg", "ZevenbergenThorne"]),
    "percent": ({"process": "slope", "unit": "percent"}, ["slope", "-p"]),
    "percent_zt": ({"process": "slope", "unit": "percent", **ZT}, ["slope", "-p", "-alg", "ZevenbergenThorne"]),
    "exaggerated": ({"process": "slope", "z_factor": 4}, ["slope", "-s", "0.25"]),
    "aspect": ({"process": "aspect"}, ["aspect"]),
    "aspect_zt": ({"process": "aspect", **ZT}, ["aspect", "-alg", "ZevenbergenThorne"]),
    "shade": ({"process": "hillshade"}, ["hillshade"]),
    "shade_zt": ({"process": "hillshade", **ZT}, ["hillshade", "-alg", "ZevenbergenThorne"]),
    "evening": (
        {"process": "hillshade", "azimuth": 250, "altitude": 12, "z_factor": 2},
        ["hillshade", "-az", "250", "-alt", "12", "-z", "2"],
    ),
    "tpi": ({"process": "tpi"}, ["TPI"]),
    "riley": ({"process": "tri"}, ["TRI", "-alg", "Riley"]),
    "wilson": ({"process": "tri", "method": "wilson"}, ["TRI", "-alg", "Wilson"]),
    "roughness": ({"process": "roughness"}, ["roughness"]),
}


def gdaldem(folder, dem, mode, *options):
    path = folder / "gdaldem.tif"
    gdal("gdaldem", mode, dem, path, "-q", *options)
    values = read(path)
    return np.where(values == 0, np.nan, values) if mode == "hillshade" else values


def assert_same(name, got, wanted, slope_percent):
    got, wanted = got.astype(np.float64), wanted.astype(np.float64)
    steepness = slope_percent[~np.isnan(wanted)] / 100
    got, wanted = same_gaps(got, wanted)
    error = np.abs(got - wanted)
    if name.startswith("slope"):
        assert error.max() <= np.degrees(GRADIENT) + 90 * 2**-23
    elif name == "exaggerated":
        assert error.max() <= np.degrees(4 * GRADIENT) + 90 * 2**-23
    elif name.startswith("percent"):
        assert error.max() <= 100 * GRADIENT + wanted.max() * 2**-22
    elif name.startswith("aspect"):
        # A wrong gradient turns the flatter ground the more.
        error = np.minimum(error, 360 - error)
        assert (np.radians(error) * steepness).max() <= 2 * GRADIENT
    elif name.startswith(("shade", "evening")):
        # gdaldem rounds to whole numbers, and its inverse square root is approximate.
        assert error.max() <= 0.5 + 1e-3
    else:
        assert error.max() <= METRES


@pytest.fixture(scope="module", params=DEMS, ids=lambda path: path.stem)
def terrain(request, tmp_path_factory):
    """A raster, and all cases of it out of one run, at the edges nodata and extrapolated."""
    steps = {name: step for name, (step, _) in CASES.items()}
    steps |= {name + "_edges": {**step, "edges": "extrapolate"} for name, step in steps.items()}
    steps = {name: {"data": "dem", **step} for name, step in steps.items()}
    return request.param, compute(tmp_path_factory.mktemp("terrain"), steps, {"dem": {"path": str(request.param), "unit": "m"}})


@pytest.mark.parametrize("name", CASES)
def test_like_gdaldem(terrain, name, tmp_path):
    dem, result = terrain
    percent = result["percent_zt" if name.endswith("_zt") else "percent"].values
    assert_same(name, result[name].values, gdaldem(tmp_path, dem, *CASES[name][1]), percent)


def inside_gaps(values):
    """Where no pixel of the 3 x 3 window is missing; what lies beyond the raster does not count."""
    around = np.pad(values, 1, constant_values=0)
    windows = np.lib.stride_tricks.sliding_window_view(around, (3, 3))
    return ~np.isnan(windows).any(axis=(2, 3))


@pytest.mark.parametrize("name", CASES)
def test_edges_like_gdaldem(terrain, name, tmp_path):
    # Beside gaps that are wider than a pixel the definitions differ: see the next test for narrow ones.
    dem, result = terrain
    there = inside_gaps(read(dem))
    wanted = np.where(there, gdaldem(tmp_path, dem, *CASES[name][1], "-compute_edges"), np.nan)
    got = np.where(there, result[name + "_edges"].values, np.nan)
    assert_same(name, got, wanted, result["percent_zt_edges" if name.endswith("_zt") else "percent_edges"].values)


@pytest.mark.parametrize("name", CASES)
def test_single_missing_pixels_like_gdaldem(name, tmp_path):
    values = read(DEM)[100:180, 90:190]
    values[5:-5:7, 4:-4:9] = np.nan
    dem = write(tmp_path / "dem.tif", values, nodata=-9999)
    both = {"data": "dem", "edges": "extrapolate"}
    gradient = ZT if name.endswith("_zt") else {}
    steps = {"it": {**CASES[name][0], **both}, "percent": {"process": "slope", "unit": "percent", **gradient, **both}}
    result = compute(tmp_path / "out", steps, {"dem": {"path": str(dem)}})
    wanted = gdaldem(tmp_path, dem, *CASES[name][1], "-compute_edges")
    assert_same(name, result["it"].values, wanted, result["percent"].values)


def test_flat_ground_faces_nowhere(tmp_path):
    dem = write(tmp_path / "flat.tif", np.full((20, 20), 1234.5))
    result = compute(tmp_path / "out", {"aspect": {"process": "aspect", "data": "dem"}}, {"dem": {"path": str(dem)}})
    assert np.isnan(gdaldem(tmp_path, dem, "aspect")).all()
    assert np.isnan(result.aspect.values).all()


def metres(latitudes, step, geod):
    """Lengths of a pixel of `step` degrees at latitudes: to the east and to the north, along geodesics."""
    zero = np.zeros_like(latitudes)
    east = geod.inv(zero, latitudes, zero + step, latitudes)[2]
    north = geod.inv(zero, latitudes - step / 2, zero, latitudes + step / 2)[2]
    return east[:, None], north[:, None]


@pytest.mark.parametrize("crs, north", [("EPSG:4326", 68.5), ("EPSG:4326", 0.01), ("EPSG:4326", -43.2), ("EPSG:4230", 46.9)])
def test_geographic_grids_are_measured_on_the_ellipsoid(crs, north, tmp_path):
    step = 1 / 1200
    rows, cols = np.mgrid[0:90, 0:70]
    z = 2000 + 300 * np.sin(rows / 7) * np.cos(cols / 5) + 2 * rows - cols
    dem = write(tmp_path / "dem.tif", z, crs=crs, transform=(step, 0, 11.25, 0, -step, north))
    steps = {
        "slope": {"process": "slope"},
        "percent": {"process": "slope", "unit": "percent", **ZT},
        "aspect": {"process": "aspect"},
        "shade": {"process": "hillshade"},
    }
    result = compute(tmp_path / "out", {name: {"data": "dem", **step} for name, step in steps.items()}, {"dem": {"path": str(dem)}})

    z = read(dem)
    (a, b, c), (d, _, f), (g, h, i) = [[z[r : 88 + r, k : 68 + k] for k in range(3)] for r in range(3)]
    east, south = metres(north - step * (np.arange(1, 89) + 0.5), step, pyproj.CRS(crs).get_geod())
    x, y = (c + 2 * f + i - a - 2 * d - g) / (8 * east), (g + 2 * h + i - a - 2 * b - c) / (8 * south)
    zenith, azimuth = np.radians(45), np.radians(315)
    facing = np.degrees(np.arctan2(-x, y)) % 360  # downhill
    tilt = np.arctan(np.hypot(x, y))
    light = np.cos(zenith) * np.cos(tilt) + np.sin(zenith) * np.sin(tilt) * np.cos(azimuth - np.radians(facing))

    # The sums of float32 differences of up to 200 m are rounded at 2^-16 m; the sides of a pixel are geodesics here and arcs of the
    # ellipsoid there, which differ by less than 1e-8 of their length.
    inner = {name: result[name].values[1:-1, 1:-1].astype(np.float64) for name in steps}
    np.testing.assert_allclose(inner["slope"], np.degrees(tilt), rtol=2e-6, atol=5e-6)
    np.testing.assert_allclose(inner["percent"], 100 * np.hypot((f - d) / (2 * east), (h - b) / (2 * south)), rtol=2e-6, atol=1e-5)
    turned = np.abs(inner["aspect"] - facing)
    assert (np.minimum(turned, 360 - turned) * np.tan(tilt)).max() < 5e-5
    np.testing.assert_allclose(inner["shade"], 1 + 254 * np.maximum(light, 0), rtol=0, atol=1e-4)


def test_real_data_is_told(capfd):
    if not REAL_DEM.exists():
        with capfd.disabled():
            print("\nNOT RUN: tests/reference/test_terrain.py: gdaldem on a real DEM: it does not lie beside the project")
