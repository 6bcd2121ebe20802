"""Chains of windows that are wider than chunks, computed in blocks of several chunks or in passes of their own: against SciPy,
with 1, 2 and 3 ranks, within the memory that the plan projects."""
import json
import os
import subprocess

import numpy
import pytest
import rasterio
import xarray
from scipy import ndimage

TERROIR = os.environ.get("TERROIR", "build/release/terroir")
SIDE = 2048

RECIPE = """
version: 1
inputs: {dem: {path: "${{inputs.dem}}"}}
steps:
  level: {process: focal_statistics, data: dem, size: SIZE, reducer: mean}
  peak:  {process: focal_statistics, data: level, size: SIZE, reducer: max}
  even:  {process: focal_statistics, data: peak, size: SIZE, reducer: mean}
  z:     {process: standardize, data: even}
outputs: {o: {path: "${{outputs.o}}/o.zarr", layers: [even, z], chunk: 128, shard: SHARD, zarr_format: 2}}
"""


@pytest.fixture(scope="module", name="dem")
def noise(tmp_path_factory):
    path = tmp_path_factory.mktemp("wide") / "dem.tif"
    pixels = numpy.random.default_rng(5).normal(1000, 100, (SIDE, SIDE)).astype("float32")
    place = rasterio.transform.from_origin(600000, 5200000, 30, 30)
    with rasterio.open(path, "w", driver="GTiff", count=1, height=SIDE, width=SIDE, dtype="float32", crs="EPSG:32632", tiled=True,
                       transform=place, blockxsize=256, blockysize=256) as file:
        file.write(pixels, 1)
    return path, pixels.astype(float)


def run(verb, recipe, dem, folder, ranks, *options):
    command = [TERROIR, verb, str(recipe), "--json", "--input", f"dem={dem}", "--output", f"o={folder}", *options]
    if ranks > 0:
        command = ["mpirun", "--bind-to", "none", "-n", str(ranks)] + command
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("size, shard, block, own", [(65, 512, [256, 512], []), (201, 256, [128, 256], ["level", "peak"])])
def test_a_chain_of_wide_windows(tmp_path, dem, size, shard, block, own):
    path, pixels = dem
    recipe = tmp_path / "r.yml"
    recipe.write_text(RECIPE.replace("SIZE", str(size)).replace("SHARD", str(shard)))
    plan = run("plan", recipe, path, tmp_path, 0, "--threads", "2")["passes"][0]
    assert (plan["block"], [p["layer"] for p in plan["own_passes"]]) == (block, own), plan
    wanted = ndimage.uniform_filter(ndimage.maximum_filter(ndimage.uniform_filter(pixels, size), size), size)
    inside = slice(3 * (size // 2), -3 * (size // 2))  # beyond the edge SciPy mirrors, and here there is nothing
    first = None
    for ranks in (0, 2, 3):
        folder = tmp_path / str(ranks)
        report = run("run", recipe, path, folder, ranks, "--threads", "1" if ranks else "2")
        for rank in report["ranks"]:
            assert 0 < rank["peak_memory"] <= report["memory"]["projected"], rank
        with xarray.open_zarr(folder / "o.zarr", consolidated=False) as result:
            got = {name: result[name].values for name in ("even", "z")}
        numpy.testing.assert_allclose(got["even"][inside, inside], wanted[inside, inside], rtol=3e-6)
        assert abs(got["z"].mean(dtype=float)) < 1e-4 and abs(got["z"].std(dtype=float) - 1) < 1e-4
        first = first or got
        for name, values in got.items():
            assert values.tobytes() == first[name].tobytes(), f"{ranks} ranks: {name}"
