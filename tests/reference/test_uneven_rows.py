"""What pixels over uneven rows cover of them: totals, sines of latitude by hand, and rows of a degree of which uneven ones are made."""

import numpy as np
import pytest
from jobs import opened, run
from uneven_rows import gaussian, on_rows, resampled


@pytest.mark.parametrize("with_bounds", [False, True])
@pytest.mark.parametrize("south_up", [False, True])
def test_conservative_from_gaussian_rows_keeps_totals(tmp_path, with_bounds, south_up):
    lat, edges = gaussian(48)
    lon = np.arange(0, 360, 3.75)
    if not with_bounds:
        edges = np.concatenate([[90], (lat[:-1] + lat[1:]) / 2, [-90]])
    data = np.random.default_rng(4).normal(280, 20, (48, 96)).astype("f4")
    turn = slice(None, None, -1 if south_up else 1)
    on_rows(tmp_path / "in.nc", lat[turn], lon, data[turn], edges[turn] if with_bounds else None)
    result = resampled(tmp_path / "out", tmp_path / "in.nc", "conservative", {"global": 5}).values.astype("f8")
    rows = np.abs(np.diff(np.sin(np.radians(edges))))
    belts = -np.diff(np.sin(np.radians(90 - 5 * np.arange(37))))
    before, after = (rows[:, None] * data).sum() * 3.75, (belts[:, None] * result).sum() * 5
    assert after == pytest.approx(before, rel=1e-6)
    # One pixel by hand: rows that it shares in latitude, columns in longitude.
    top, bottom, left = 45, 40, 10
    down = np.clip(np.sin(np.radians(np.minimum(edges[:-1], top))) - np.sin(np.radians(np.maximum(edges[1:], bottom))), 0, None)
    across = np.clip(np.minimum(lon + 1.875, left + 5) - np.maximum(lon - 1.875, left), 0, None)
    wanted = (down[:, None] * across * data).sum() / (down.sum() * across.sum())
    assert result[9, 38] == pytest.approx(wanted, rel=1e-6)


def test_footprints_over_uneven_rows(tmp_path):
    # Rows of 1, 1, 2 and 4 degrees, each of one value; pixels of 4 degrees hold three rows, or one.
    edges = np.array([50.0, 49, 48, 46, 42])
    on_rows(tmp_path / "in.nc", (edges[:-1] + edges[1:]) / 2, np.arange(0.5, 12), np.repeat([[1.0], [2], [4], [8]], 12, 1), edges)
    grid = {"crs": "EPSG:4326", "resolution": 4, "bounds": [0, 42, 12, 50], "anchor": [0, 42]}
    assert resampled(tmp_path / "max", tmp_path / "in.nc", "max", grid).values.tolist() == [[4] * 3, [8] * 3]
    conservative = resampled(tmp_path / "mean", tmp_path / "in.nc", "conservative", grid).values
    sines = -np.diff(np.sin(np.radians(edges)))
    np.testing.assert_allclose(conservative, [[(sines[:3] @ [1, 2, 4]) / sines[:3].sum()] * 3, [8] * 3], rtol=1e-6)
    average = resampled(tmp_path / "average", tmp_path / "in.nc", "average", grid).values
    np.testing.assert_array_equal(average, conservative)
    rms = resampled(tmp_path / "rms", tmp_path / "in.nc", "rms", grid).values
    np.testing.assert_allclose(rms, [[np.sqrt((sines[:3] @ [1, 4, 16]) / sines[:3].sum())] * 3, [8] * 3], rtol=1e-6)
    assert resampled(tmp_path / "sum", tmp_path / "in.nc", "sum", grid).values.tolist() == [[28] * 3, [32] * 3]


@pytest.mark.parametrize("south_up", [False, True])
def test_sums_of_gaussian_rows_keep_totals(tmp_path, south_up):
    lat, _ = gaussian(48)
    data = np.random.default_rng(4).uniform(1, 9, (48, 96)).astype("f4")
    data[10:14, 20:40] = -999
    turn = slice(None, None, -1 if south_up else 1)
    on_rows(tmp_path / "in.nc", lat[turn], np.arange(0, 360, 3.75), data[turn])
    result = resampled(tmp_path / "out", tmp_path / "in.nc", "sum", {"global": 5}).values.astype("f8")
    assert np.nansum(result) == pytest.approx(data[data > 0].astype("f8").sum(), rel=1e-6)


# Edges of rows of whole degrees, one longitude and the width of columns, their number, and a grid that holds all of them.
UNEVEN = {
    "pole": ([90, 88, 87, 83, 82, 78, 75], 0, 5, 72, {"crs": "EPSG:3413", "resolution": 100000, "bounds": [-1800000] * 2 + [1800000] * 2}),
    "south": ([-70, -71, -75, -83, -88, -90], -180, 5, 72,
              {"crs": "EPSG:3031", "resolution": 150000, "bounds": [-2400000] * 2 + [2400000] * 2}),
    "region": ([54, 52, 51, 48, 47, 43], 4, 1, 10, {"crs": "EPSG:32632", "resolution": 30000, "bounds": [90000, 4700000, 930000, 6060000]}),
}


@pytest.mark.parametrize("case", UNEVEN)
def test_areas_of_uneven_rows_across_crs(tmp_path, case):
    """As rows of a degree give them, of which each uneven row is made."""
    edges, west, width, count, grid = UNEVEN[case]
    edges, lon = np.array(edges, float), west + width * (np.arange(count) + 0.5)
    heights = np.rint(edges[:-1] - edges[1:]).astype(int)
    data = np.random.default_rng(4).uniform(1, 9, (len(heights), count)).astype("f4")
    data[1, 2:4] = -999
    even = np.arange(edges[0], edges[-1] - 1, -1)
    rows, belts = np.repeat(np.arange(len(heights)), heights), -np.diff(np.sin(np.radians(even)))
    shares = belts / np.bincount(rows, belts)[rows]
    on_rows(tmp_path / "uneven.nc", (edges[:-1] + edges[1:]) / 2, lon, data, edges)
    on_rows(tmp_path / "even.nc", (even[:-1] + even[1:]) / 2, lon, data[rows], even)
    parts = np.where(data[rows] < 0, -999, data[rows].astype("f8") * shares[:, None])
    on_rows(tmp_path / "parts.nc", (even[:-1] + even[1:]) / 2, lon, parts, even)
    for method, same in (("conservative", "even"), ("sum", "parts")):
        got = resampled(tmp_path / method, tmp_path / "uneven.nc", method, grid, words=["--threads", "2"]).values
        wanted = resampled(tmp_path / f"wanted_{method}", tmp_path / f"{same}.nc", method, grid).values
        off = np.isnan(got) != np.isnan(wanted)  # what lies over less than a hundred thousandth of a pixel
        assert off.mean() < 0.01
        np.testing.assert_allclose(got[~off], wanted[~off], rtol=1e-4, atol=1e-4)
        if method == "sum":
            assert np.nansum(got.astype("f8")) == pytest.approx(data[data > 0].astype("f8").sum(), rel=1e-6)
            steps = {"it": {"process": "resample", "data": "source", "method": method}}
            inputs = {"source": {"path": str(tmp_path / "uneven.nc")}}
            tiles = opened(run(tmp_path / "tiles", steps, inputs, grid=grid, output={"chunk": {"y": 7, "x": 9}}))["it"].values
            np.testing.assert_array_equal(tiles, got)


@pytest.mark.parametrize("method", ["average", "sum", "rms"])
def test_footprints_where_areas_cannot_be_told_are_estimated(tmp_path, method):
    lat, _ = gaussian(48)
    for name, lon in (("columns", np.cumsum(np.linspace(2, 4, 60))), ("ends", np.arange(103, 250, 7.0))):
        # Uneven columns; and some that lie on both ends of the grid, once around no whole number of them.
        on_rows(tmp_path / f"{name}.nc", lat, lon, np.full((48, len(lon)), 3))
        result = resampled(tmp_path / f"of_{name}", tmp_path / f"{name}.nc", method, {"global": 6})
        there = result.sel(y=slice(60, -60), x=slice(110, 170) if name == "columns" else slice(-178, -120)).values
        assert np.isfinite(there).all()
        if method != "sum":
            np.testing.assert_allclose(there, 3, rtol=1e-6)
