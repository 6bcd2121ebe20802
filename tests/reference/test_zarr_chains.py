"""Our own Zarr stores as inputs, so that runs chain."""

import shutil

import numpy as np
import pytest
from jobs import SCENES, opened, run, terroir, write_recipe
from zarr_copies import CHAIN, RELIEF, complaint, copied

pytestmark = pytest.mark.filterwarnings("ignore:Consolidated metadata", "ignore:Object at", "ignore:Numcodecs codecs", "ignore:Duplicate")

OWN = {"v3": {}, "v2": {"zarr_format": 2}, "gzip": {"codec": {"name": "gzip"}}, "zstd": {"codec": {"name": "zstd"}, "zarr_format": 2},
       "none": {"codec": {"name": "none"}}, "small": {"chunk": 32, "shard": 64},
       "packed": {"encoding": {"slope": {"dtype": "int16", "scale_factor": 0.01}}},
       "packed_v2": {"zarr_format": 2, "encoding": {"slope": {"dtype": "uint16", "scale_factor": 0.01, "nodata": 65535}}},
       "float64": {"encoding": {"slope": {"dtype": "float64"}}}}


def test_variables_of_our_own_come_back_as_they_were(tmp_path):
    outputs = {name: {"path": f"${{{{outputs.out}}}}/{name}.zarr"} | settings for name, settings in OWN.items()}
    recipe = write_recipe(tmp_path / "own.yml", {"inputs": CHAIN, "steps": RELIEF, "outputs": outputs})
    done = terroir("run", recipe, "--output", f"out={tmp_path}")
    assert done.returncode == 0, done.stderr
    inputs = {name: {"path": str(tmp_path / f"{name}.zarr"), "variable": "slope"} for name in OWN}
    steps = {f"copy_{name}": {"process": "linear_scale", "data": name, "factor": 1, "offset": 0} for name in OWN}
    copy = opened(run(tmp_path / "copy", steps, inputs, grid={"like": "v3"}))
    for name in OWN:
        first = opened(tmp_path / f"{name}.zarr")
        np.testing.assert_array_equal(copy[f"copy_{name}"], first.slope.astype("f4"), err_msg=name)
        assert copy[f"copy_{name}"].attrs["units"] == first.slope.attrs["units"] == "degree"
    assert copy.rio.crs == first.rio.crs and copy.rio.transform() == first.rio.transform()


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_features_of_a_stack_are_bands_with_names(tmp_path, zarr_format):
    store = run(tmp_path / "a", RELIEF, CHAIN, output={"layout": "stacked", "zarr_format": zarr_format})
    first = opened(store).out
    result = copied(tmp_path / "all", store)
    assert sorted(result.data_vars) == ["copy_relief_mean", "copy_relief_sd", "copy_slope"]
    for feature in first.feature.values:
        np.testing.assert_array_equal(result[f"copy_{feature}"], first.sel(feature=feature))
    assert result.copy_slope.attrs["units"] == "degree" and result.copy_relief_mean.attrs["units"] == "m"
    result = copied(tmp_path / "some", store, variable="out", bands={"steep": "slope", "mean": 2})
    np.testing.assert_array_equal(result.copy_steep, first.sel(feature="slope"))
    np.testing.assert_array_equal(result.copy_mean, first[1])
    assert complaint(tmp_path, path=str(store), bands={"x": "aspect"}) == (
        2, "recipe.yml:6:7: inputs.source.bands.x: out.zarr has no band 'aspect'; use 1 (slope), 2 (relief_mean) or 3 (relief_sd)\n")


@pytest.mark.parametrize("layout", ["variables", "stacked"])
@pytest.mark.parametrize("zarr_format", [2, 3])
def test_times_of_our_own_come_back(tmp_path, layout, zarr_format):
    scenes = {"s2": {"path": f"{SCENES}/{{time:%Y%m%d}}_{{band}}.tif", "bands": {"R": "B04", "N": "B08"}, "scale": 0.0001, "unit": "1"}}
    steps = {"kept": {"process": "clip", "data": "s2", "min": 0}}
    output = {"layout": layout, "zarr_format": zarr_format, "chunk": {"time": 2, "y": 64, "x": 32}}
    store = run(tmp_path / "a", steps, scenes, output=output)
    first = opened(store)
    wanted = first.out.sel(feature="kept_N") if layout == "stacked" else first.kept_N
    result = copied(tmp_path / "b", store, bands={"N": "kept_N"})["copy"]
    np.testing.assert_array_equal(result, wanted)
    np.testing.assert_array_equal(result.time, first.time)


def files_of(store):
    return {str(f.relative_to(store)): f.read_bytes() for f in sorted(store.rglob("*")) if f.is_file() and "__terroir" not in f.parts}


def test_a_chain_gives_the_same_bytes_for_any_ranks(tmp_path):
    store = run(tmp_path / "a", RELIEF, CHAIN, output={"layout": "stacked", "chunk": 64, "shard": 128})
    shutil.copytree(store, store.parent / "same.zarr")  # of several stores in a folder the other ranks open only the first at once
    inputs = {"source": {"path": str(store)}, "same": {"path": str(store.parent / "same.zarr"), "bands": {"steep": "slope"}}}
    steps = {"z": {"process": "standardize", "data": "source"},
             "rough": {"process": "focal_statistics", "data": "same.steep", "size": 3, "reducer": "sd"}}
    results = [files_of(run(tmp_path / str(ranks), steps, inputs, grid={"like": "source"}, ranks=ranks)) for ranks in (0, 2, 3)]
    assert results[0] == results[1] == results[2] and len(results[0]) > 5
