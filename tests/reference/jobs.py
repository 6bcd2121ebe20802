"""Whole runs of the program: a recipe in a file, the real command, the result as xarray reads it."""

import json
import os
import pathlib
import subprocess

import numpy as np
import rasterio
import rioxarray  # noqa: F401  (adds .rio)
import xarray
import yaml

SOURCE = pathlib.Path(os.environ.get("TERROIR_SOURCE", pathlib.Path(__file__).parents[2]))
TERROIR = os.environ.get("TERROIR", str(SOURCE / "build/release/terroir"))
DEM = SOURCE / "data-samples/dem.tif"
SCENES = SOURCE / "data-samples/scenes"
REAL = SOURCE.parent / "shared/real-data"  # public rasters that may lie beside the project

# What lets Open MPI run as root with more ranks than cores, as in scripts/mpi-env.sh; what is set is kept.
OPEN_MPI = {
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_pml": "ob1",
    "OMPI_MCA_btl": "self,vader,tcp",
    "OMPI_MCA_btl_vader_single_copy_mechanism": "none",
    "PMIX_MCA_gds": "hash",
}

# Recipes of several tests, without outputs: terrain, and what a season's scenes are; and how their names are bound.
TERRAIN = {
    "name": "ground",
    "inputs": {"dem": {"path": "${{inputs.dem}}", "unit": "m"}},
    "steps": {
        "slope": {"process": "slope", "data": "dem"},
        "relief": {"process": "focal_statistics", "data": "dem", "size": 5, "reducer": ["mean", "sd"]},
    },
}
SCENES_OF_A_SEASON = {
    "s2": {"path": "${{inputs.scenes}}/{time:%Y%m%d}_{band}.tif", "bands": {"R": "B04", "N": "B08"}, "scale": 0.0001, "unit": "1"}
}
BOUND = {"ground": ["--input", f"dem={DEM}"], "season": ["--input", f"scenes={SCENES}"]}


def terroir(*words, ranks=0, seconds=60, program=TERROIR, **process):
    """Runs the program; `ranks` 0: without mpirun. A run that takes longer than `seconds` is a failure."""
    launcher = ["mpirun", "--bind-to", "none", "-n", str(ranks)] if ranks else []
    process = {"env": OPEN_MPI | os.environ, "stdin": subprocess.DEVNULL, "capture_output": True, "text": True, **process}
    return subprocess.run([*launcher, program, *map(str, words)], timeout=seconds, check=False, **process)


class Plain(yaml.SafeDumper):
    """Writes a value that stands twice two times: recipes have no aliases."""

    def ignore_aliases(self, data):
        return True


def write_recipe(path, recipe):
    path.write_text(yaml.dump({"version": 1, **recipe}, Dumper=Plain, sort_keys=False))
    return path


def run(folder, steps, inputs, grid=None, output=None, ranks=0, words=()):
    """The path of the store that a recipe with these steps and inputs makes in `folder`."""
    recipe = {"inputs": inputs, "steps": steps, "outputs": {"out": {"path": "${{outputs.out}}/out.zarr", **(output or {})}}}
    if grid:
        recipe["grid"] = grid
    folder.mkdir(parents=True, exist_ok=True)
    path = write_recipe(folder / "recipe.yml", recipe)
    done = terroir("run", path, "--output", f"out={folder}", *words, ranks=ranks)
    assert done.returncode == 0, done.stderr
    return folder / "out.zarr"


def opened(store):
    """A store in memory, packed numbers decoded, as people open it."""
    with xarray.open_zarr(store, consolidated=True) as data:
        return data.load()


def compute(folder, steps, inputs, **more):
    return opened(run(folder, steps, inputs, **more))


def read(path, band=1):
    """A band of a raster as float64 with NaN for nodata."""
    with rasterio.open(path) as source:
        values = source.read(band).astype(np.float64)
        nodata = source.nodata
    return values if nodata is None else np.where(values == nodata, np.nan, values)


def write(path, values, crs="EPSG:32632", transform=(30, 0, 600000, 0, -30, 5190000), nodata=None, dtype="float32", **more):
    """Writes (row, col) or (band, row, col) values as a GeoTIFF; NaN becomes `nodata`."""
    values = np.asarray(values)
    values = values[None] if values.ndim == 2 else values
    if nodata is not None:
        values = np.where(np.isnan(values), nodata, values)
    shape = {"count": values.shape[0], "height": values.shape[1], "width": values.shape[2]}
    where = {"crs": crs, "transform": rasterio.Affine(*transform)} if crs else {}
    with rasterio.open(path, "w", driver="GTiff", dtype=dtype, nodata=nodata, **shape, **where, **more) as file:
        file.write(values.astype(dtype))
    return path


def gdal(*words):
    subprocess.run([str(word) for word in words], check=True, capture_output=True)


def cf_complaints(path, folder):
    """What compliance-checker finds wrong with a NetCDF file by CF-1.10; its report comes into `folder`."""
    from compliance_checker.runner import CheckSuite, ComplianceChecker

    CheckSuite.load_all_available_checkers()
    report = folder / "report.json"
    ComplianceChecker.run_checker(str(path), ["cf:1.10"], 0, "normal", output_filename=str(report), output_format="json")
    found = json.loads(report.read_text())["cf:1.10"]
    assert found["scored_points"] > 0 and found["high_priorities"]
    return [text for level in ("high_priorities", "medium_priorities") for one in found[level] for text in one["msgs"]]


def same_gaps(got, wanted):
    """Both miss the same pixels; returns the others of each."""
    np.testing.assert_array_equal(np.isnan(got), np.isnan(wanted))
    valid = ~np.isnan(wanted)
    assert valid.any()
    return got[valid], wanted[valid]
