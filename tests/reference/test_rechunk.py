"""Archives of maps, one stored chunk for each hour, read as series: each chunk is decoded once on a node, whatever the number of ranks,
and the files are those of a run that reads as it is stored."""

import hashlib
import json
import os
import pathlib
import signal
import subprocess
import time

import netCDF4
import numpy as np
import pytest
from jobs import OPEN_MPI, TERROIR, opened, terroir, write_recipe

HOURS, ROWS, COLS = 1101, 90, 180
MEDIAN = {"middle": {"process": "reduce_time", "data": "tas", "reducer": ["median", "count"]}}


def values():
    random = np.random.default_rng(5)
    maps = (280 + 10 * random.standard_normal((HOURS, ROWS, COLS))).astype("f4")
    maps[random.random(maps.shape) < 0.05] = np.nan
    maps[:, 10, 20:40] = np.nan
    return np.round(maps, 2)


def write_maps(path, maps, first=0):
    with netCDF4.Dataset(path, "w") as file:
        for name, axis, unit in (
            ("time", first + np.arange(len(maps)), "hours since 2001-01-01"),
            ("lat", np.arange(89, -90, -2.0), "degrees_north"),
            ("lon", np.arange(-179, 180, 2.0), "degrees_east"),
        ):
            file.createDimension(name, len(axis))
            file.createVariable(name, "f8", (name,))[:] = axis
            file[name].units = unit
        tas = file.createVariable("tas", "f4", ("time", "lat", "lon"), zlib=True, complevel=1, shuffle=True, chunksizes=(1, ROWS, COLS),
                                  fill_value=np.float32(np.nan))
        tas.units = "K"
        tas[:] = maps


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("archive")
    maps = values()
    write_maps(folder / "hourly.nc", maps)
    return folder / "hourly.nc", maps


class Run:
    """A run of a recipe on an archive: its summary, its files, and the folder that it may use for scratch."""

    def __init__(self, folder, path, steps=None, ranks=0, words=(), grid=None, **source):
        self.folder, self.scratch = folder, folder / "scratch"
        self.scratch.mkdir(parents=True, exist_ok=True)
        recipe = {"inputs": {"tas": {"path": str(path), **source}}, "steps": steps or MEDIAN}
        recipe |= {"grid": grid} if grid else {}
        recipe["outputs"] = {"out": {"path": "${{outputs.out}}/out.zarr"}}
        self.words = ["run", write_recipe(folder / "recipe.yml", recipe), "--output", f"out={folder}", "--json", "--threads", 1, *words]
        self.environment = OPEN_MPI | os.environ | {"TMPDIR": str(self.scratch)}
        self.ranks = ranks

    def end(self):
        done = terroir(*self.words, ranks=self.ranks, env=self.environment)
        assert done.returncode == 0, done.stderr
        # What Open MPI keeps in TMPDIR is its own.
        assert not [name for name in os.listdir(self.scratch) if name.startswith("terroir")]
        self.summary = json.loads(done.stdout)
        return self

    def start(self):
        return subprocess.Popen([TERROIR, *map(str, self.words)], env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def plan(self):
        done = terroir("plan", *self.words[1:], env=self.environment)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def digest(self):
        files = sorted(f for f in (self.folder / "out.zarr").rglob("*") if f.is_file() and "__terroir" not in f.parts)
        return hashlib.sha256(b"".join(str(f.relative_to(self.folder)).encode() + f.read_bytes() for f in files)).hexdigest()

    def data(self):
        return opened(self.folder / "out.zarr")


@pytest.fixture(scope="module")
def as_stored(archive, tmp_path_factory):
    run = Run(tmp_path_factory.mktemp("stored"), archive[0], ranks=2, words=["--no-rechunk"]).end()
    assert run.summary["read_amplification"] == pytest.approx(2, abs=0.01), "each of two ranks decodes all"
    return run.digest()


@pytest.mark.parametrize("ranks", [1, 2, 3, 5])
def test_each_map_is_decoded_once_on_a_node(tmp_path, archive, as_stored, ranks):
    run = Run(tmp_path, archive[0], ranks=ranks).end()
    assert run.summary["work"]["chunks_read"] == HOURS
    assert run.summary["read_amplification"] == pytest.approx(1, abs=1e-9)
    memory = run.summary["memory"]
    assert all(0 < rank["peak_memory"] <= memory["projected"] for rank in run.summary["ranks"])
    assert run.digest() == as_stored


def test_the_median_is_numpys(tmp_path, archive):
    path, maps = archive
    run = Run(tmp_path, path).end()
    with np.errstate(all="ignore"), pytest.warns(RuntimeWarning, match="All-NaN"):
        wanted = np.nanmedian(maps.astype("f8"), axis=0)
    data = run.data()
    np.testing.assert_allclose(data.middle_median.values, wanted, rtol=1e-7)
    np.testing.assert_array_equal(data.middle_count.values, np.isfinite(maps).sum(axis=0))


def test_the_plan_tells_of_it(tmp_path, archive):
    plan = Run(tmp_path, archive[0]).plan()
    assert plan["passes"][0]["read_amplification"] == 1
    rechunk = plan["rechunk"]
    assert rechunk["folder"] == str(tmp_path / "scratch")
    # Output chunks of 32 x 32: 3 x 6 of them cover the maps, each with room for its last rows and columns.
    assert rechunk["bytes"] == HOURS * (3 * 32) * (6 * 32) * 4
    assert rechunk["layers"] == [{"layer": "tas", "stored": [1, ROWS, COLS], "chunk": [1024, 32, 32]}]


def test_only_what_is_read_is_decoded(tmp_path, archive):
    path, maps = archive
    # Hours 24 to 1079; rows 20 to 69 and columns 50 to 99.
    source = {"select": {"time": ["2001-01-02", "2001-02-14"]}}
    grid = {"like": "tas", "bounds": [-80, -50, 20, 50]}
    steps = {"middle": {"process": "reduce_time", "data": "tas", "reducer": "mean"}}
    run = Run(tmp_path, path, steps, ranks=2, grid=grid, **source).end()
    assert run.summary["work"]["chunks_read"] == 1056
    wanted = np.nanmean(maps[24:1080, 20:70, 50:100].astype("f8"), axis=0)
    np.testing.assert_allclose(run.data().middle.values, wanted, rtol=1e-6)


def test_many_files_on_another_grid(tmp_path, archive):
    maps = archive[1]
    (tmp_path / "in").mkdir()
    for number, first in enumerate(range(0, HOURS, 367)):
        write_maps(tmp_path / "in" / f"{number}.nc", maps[first : first + 367], first)
    more = {"grid": {"global": 3}, "resample": "nearest"}
    run = Run(tmp_path / "a", tmp_path / "in" / "*.nc", ranks=2, **more).end()
    assert run.summary["work"]["chunks_read"] == HOURS
    other = Run(tmp_path / "b", tmp_path / "in" / "*.nc", words=["--no-rechunk"], **more).end()
    assert run.digest() == other.digest()
    rows, cols = (3 * np.arange(60) + 1.5) // 2, (3 * np.arange(120) + 1.5) // 2
    with np.errstate(all="ignore"):
        wanted = np.nanmedian(maps[:, rows.astype(int)][:, :, cols.astype(int)].astype("f8"), axis=0)
    np.testing.assert_allclose(run.data().middle_median.values, wanted, rtol=1e-7)


def has_scratch_open(process):
    try:
        return any("(deleted)" in os.readlink(f) for f in pathlib.Path(f"/proc/{process.pid}/fd").iterdir())
    except OSError:
        return False


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGUSR1])
def test_a_run_that_is_ended_leaves_nothing_and_is_resumed(tmp_path, archive, as_stored, number):
    run = Run(tmp_path, archive[0])
    process = run.start()
    try:
        until = time.monotonic() + 30
        while not has_scratch_open(process) and process.poll() is None and time.monotonic() < until:
            time.sleep(0.005)
        process.send_signal(number)
        _, errors = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == {signal.SIGKILL: -9}.get(number, 75), errors
    assert os.listdir(run.scratch) == []
    assert run.end().digest() == as_stored


def test_scratch_that_is_not_there_is_said(tmp_path, archive):
    run = Run(tmp_path, archive[0])
    nowhere = tmp_path / "nowhere"
    done = terroir(*run.words, env=run.environment | {"TMPDIR": str(nowhere)})
    assert done.returncode == 4
    assert f"cannot make the scratch file {nowhere}/terroir-scratch-" in done.stderr
    assert "name another folder by TMPDIR" in done.stderr


def test_a_coarse_layer_under_a_fine_grid_is_computed_once_on_a_node(tmp_path):
    """A median on 2 degrees under a grid of 0.05 degrees: all tiles need the same few coarse pixels."""
    maps = values()[:48]
    path = tmp_path / "coarse.nc"
    write_maps(path, maps)
    grid = {"crs": "OGC:CRS84", "resolution": 0.05, "bounds": [-8.0, 30.0, 17.6, 55.6]}
    steps = MEDIAN | {"fine": {"process": "resample", "data": "middle.median", "method": "bilinear"}}
    digests = set()
    for ranks in (1, 3):
        run = Run(tmp_path / str(ranks), path, steps=steps, ranks=ranks, grid=grid).end()
        assert run.summary["work"]["chunks_read"] == len(maps), "three ranks decode as much as one"
        digests.add(run.digest())
    assert len(digests) == 1
