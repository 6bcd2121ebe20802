"""The VRT in a store of version 2: what GDAL's own programs see by it."""

import json
import shutil
import subprocess

import numpy as np
import pytest
import rasterio
import xarray
from jobs import DEM, SCENES, gdal, opened, run, terroir, write, write_recipe

pytestmark = pytest.mark.filterwarnings("ignore:Consolidated metadata", "ignore:Object at", "ignore:Duplicate")

DEM_INPUT = {"dem": {"path": str(DEM), "unit": "m"}}
RELIEF = {"slope": {"process": "slope", "data": "dem"},
          "relief": {"process": "focal_statistics", "data": "dem", "size": 5, "reducer": ["mean", "sd"]}}
SCENE_INPUT = {"s2": {"path": f"{SCENES}/{{time:%Y%m%d}}_{{band}}.tif", "bands": {"R": "B04", "N": "B08"}, "scale": 0.0001, "unit": "1"}}
KEPT = {"kept": {"process": "clip", "data": "s2", "min": 0}, "most": {"process": "reduce_time", "data": "s2", "reducer": "max"}}


def info(path, cwd):
    return json.loads(subprocess.run(["gdalinfo", "-json", path], check=True, capture_output=True, cwd=cwd, text=True).stdout)


def pixels(vrt, to):
    """All bands of a VRT, as GDAL's own program reads them."""
    gdal("gdal_translate", "-q", vrt, to)
    with rasterio.open(to) as file:
        return file.read()


CASES = {
    "layers": (RELIEF, DEM_INPUT, {"chunk": 64}),
    "packed": (RELIEF, DEM_INPUT, {"chunk": 48, "encoding": {
        layer: {"dtype": "int16", "scale_factor": 0.01, "add_offset": 5} for layer in ("slope", "relief_mean", "relief_sd")}}),
    "stack": (RELIEF, DEM_INPUT, {"layout": "stacked", "chunk": 96, "codec": {"name": "zstd"}}),
    "dates": (KEPT, SCENE_INPUT, {"layers": ["kept"], "chunk": {"time": 2, "y": 64, "x": 32}}),
    "dated_stack": (KEPT, SCENE_INPUT, {"layers": ["kept"], "layout": "stacked", "chunk": {"time": 2, "y": 56, "x": 40}, "codec": {"name": "gzip"}}),
    "mixed": (KEPT, SCENE_INPUT, {"layers": ["most", "kept"], "codec": {"name": "none"}}),
}


def bands_of(store, stacked):
    """Names and stored planes in the order of the VRT's bands."""
    out = []
    with xarray.open_zarr(store, mask_and_scale=False) as data:
        for name in [n for n in json.loads((store / ".zmetadata").read_text())["metadata"] if n.endswith("/.zarray")]:
            variable = data[name.split("/")[0]]
            if "y" not in variable.dims or "x" not in variable.dims:
                continue
            days = [str(t)[:10] + " " for t in variable.time.values] if "time" in variable.dims else [""]
            for i, day in enumerate(days):
                at_time = variable[i] if "time" in variable.dims else variable
                for feature in variable.feature.values if stacked else [variable.name]:
                    out.append((f"{day}{feature}", (at_time.sel(feature=feature) if stacked else at_time).values))
    return out


@pytest.mark.parametrize("name", CASES)
def test_gdal_sees_georeferenced_bands_with_names(tmp_path, name):
    steps, inputs, output = CASES[name]
    store = run(tmp_path / "made", steps, inputs, output={"zarr_format": 2} | output)
    moved = tmp_path / "elsewhere"
    shutil.move(tmp_path / "made", moved)  # its sources are relative
    vrt = moved / "out.zarr/out.vrt"
    seen = info(vrt, cwd="/")
    wanted = bands_of(moved / store.name, output.get("layout") == "stacked")
    with rasterio.open(DEM if inputs is DEM_INPUT else next(SCENES.glob("*_B04.tif"))) as source:
        assert seen["size"] == [source.width, source.height]
        assert seen["geoTransform"] == list(source.transform.to_gdal())
        assert "ID[\"EPSG\",32632]]" in seen["coordinateSystem"]["wkt"]
    assert [band["description"] for band in seen["bands"]] == [name for name, _ in wanted]
    got = pixels(vrt, tmp_path / "pixels.tif")
    np.testing.assert_array_equal(got, np.stack([plane for _, plane in wanted]))
    if name == "packed":
        assert {(band["scale"], band["offset"], band["noDataValue"]) for band in seen["bands"]} == {(0.01, 5, -32768)}
    assert seen["bands"][0]["unit"] == ("degree" if inputs is DEM_INPUT else "1")


def test_the_vrt_is_part_of_the_output(tmp_path):
    """It is no foreign file: a run resumes beside it, and starts over without it."""
    outputs = {"out": {"path": "${{outputs.out}}/out.zarr", "zarr_format": 2, "layout": "stacked", "chunk": 64}}
    recipe = write_recipe(tmp_path / "recipe.yml", {"inputs": DEM_INPUT, "steps": RELIEF, "outputs": outputs})

    def again(*words, ranks=0):
        done = terroir("run", recipe, "--output", f"out={tmp_path}", *words, ranks=ranks)
        assert done.returncode == 0, done.stderr
        return {str(f.relative_to(store)): f.read_bytes() for f in store.rglob("*") if f.is_file() and "__terroir" not in f.parts}

    store = tmp_path / "out.zarr"
    first = again()
    (store / ".zgroup").unlink()
    assert again(ranks=2) == first and "out.vrt" in first and "out/0/.zarray" in first
    assert again("--overwrite", ranks=3) == first
    (store / "other.vrt").write_text("<VRTDataset/>")
    done = terroir("run", recipe, "--output", f"out={tmp_path}", "--overwrite")
    assert done.returncode == 2 and "other.vrt" in done.stderr


def test_names_and_units_are_escaped(tmp_path):
    with rasterio.open(write(tmp_path / "odd.tif", np.ones((40, 40))), "r+") as file:
        file.units = ["m & <\"ft\">"]
    inputs = {"dem": {"path": str(tmp_path / "odd.tif")}}
    store = run(tmp_path, {"copy": {"process": "clip", "data": "dem", "min": 0}}, inputs, output={"zarr_format": 2})
    assert info(store / "out.vrt", cwd="/")["bands"][0]["unit"] == "m & <\"ft\">"


def test_degrees_stand_as_x_and_y(tmp_path):
    grid = {"crs": "EPSG:4326", "resolution": 0.001, "bounds": [10.30, 46.75, 10.36, 46.78]}
    inputs = {"dem": {"path": str(DEM), "resample": "bilinear"}}
    store = run(tmp_path, {"copy": {"process": "clip", "data": "dem", "min": 0}}, inputs, grid=grid, output={"zarr_format": 2})
    seen = info(store / "out.vrt", cwd="/")
    assert seen["geoTransform"][0] == 10.30 and seen["geoTransform"][3] == 46.78
    assert seen["cornerCoordinates"]["upperLeft"] == [10.30, 46.78]
    np.testing.assert_array_equal(pixels(store / "out.vrt", tmp_path / "p.tif")[0], opened(store)["copy"].values)
