"""Which libraries a run loads, as the dynamic loader tells: none for files that the run does not have, for loading GDAL takes longer
than all that a run does before its first tile."""

import os
import re
import subprocess

import numpy as np
from jobs import DEM, OPEN_MPI, TERROIR, write, write_recipe

LATE = {"libgdal", "libproj", "libnetcdf", "libhdf5_serial", "libcurl"}


def loaded(folder, *words):
    """Those of LATE that a run of the program loads."""
    env = OPEN_MPI | os.environ | {"LD_DEBUG": "files", "LD_DEBUG_OUTPUT": str(folder / "loader")}
    done = subprocess.run([TERROIR, *words], env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    (log,) = folder.glob("loader.*")
    return LATE & set(re.findall(r"calling init: \S*/(lib\w+)\.so", log.read_text()))


def doubled(folder, path, output):
    """A recipe that doubles the numbers of a file."""
    steps = {"twice": {"process": "linear_scale", "data": "map", "factor": 2}}
    recipe = {"inputs": {"map": {"path": str(path)}}, "steps": steps, "outputs": {"maps": {"path": str(folder / output)}}}
    return write_recipe(folder / "r.yml", recipe)


def test_help_needs_none(tmp_path):
    assert loaded(tmp_path, "processes", "slope") == set()


def test_geotiff_to_zarr_needs_that_of_coordinate_systems(tmp_path):
    assert loaded(tmp_path, "run", doubled(tmp_path, DEM, "out.zarr")) == {"libproj"}


def test_netcdf_is_written_by_netcdf(tmp_path):
    assert loaded(tmp_path, "run", doubled(tmp_path, DEM, "out.nc")) == {"libproj", "libnetcdf", "libhdf5_serial", "libcurl"}


def test_what_our_reader_does_not_know_is_read_by_gdal(tmp_path):
    write(tmp_path / "packed.tif", np.ones((20, 30)), compress="packbits")
    assert "libgdal" in loaded(tmp_path, "run", doubled(tmp_path, tmp_path / "packed.tif", "out.zarr"))
