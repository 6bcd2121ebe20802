"""Climate files of which a piece is damaged: a run ends with one message, or the piece becomes nodata."""

import h5py
import numpy as np
import pytest
from climate_files import COPY, made
from jobs import opened, terroir, write_recipe
from refusals import BOTH, DATA, assert_refused, unpublished

DAMAGED = 3  # the map whose chunk is overwritten


@pytest.fixture(name="damaged")
def fixture_damaged(tmp_path):
    """A NetCDF-4 file of seven maps, a chunk each, and its values before one of them was overwritten."""
    path = tmp_path / "maps.nc"
    values = made(path, chunksizes=(1, 20, 30))
    with h5py.File(path) as file:
        chunk = file["t"].id.get_chunk_info_by_coord((DAMAGED, 0, 0))
    with open(path, "r+b") as file:
        file.seek(chunk.byte_offset)
        file.write(b"\xff" * chunk.size)
    return path, values


def finish(path, folder, ranks, **source):
    recipe = {"inputs": {"source": {"path": str(path), **source}}, "steps": COPY, "outputs": {"out": {"path": "${{outputs.out}}/o.zarr"}}}
    return terroir("run", write_recipe(folder / "recipe.yml", recipe), "--output", f"out={folder / 'out'}", ranks=ranks)


@BOTH
def test_a_damaged_chunk_ends_the_run(ranks, damaged, tmp_path):
    done = finish(damaged[0], tmp_path, ranks)
    assert_refused(done, DATA, ["maps.nc", "a chunk of 't' cannot be decoded", "get a fresh copy of the file"])
    assert unpublished(tmp_path / "out")


@BOTH
def test_a_damaged_chunk_may_become_nodata(ranks, damaged, tmp_path):
    path, values = damaged
    done = finish(path, tmp_path, ranks, on_error="nodata")
    assert done.returncode == 0, done.stderr
    assert "could not be read and became nodata" in done.stdout + done.stderr and "maps.nc" in done.stdout + done.stderr
    got = opened(tmp_path / "out/o.zarr")["copy"].values
    assert np.isnan(got[DAMAGED]).all()
    others = [time for time in range(len(values)) if time != DAMAGED]
    np.testing.assert_array_equal(got[others], values[others])
