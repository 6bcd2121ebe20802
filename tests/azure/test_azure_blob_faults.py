"""A storage that is busy, breaks off or cannot be asked: faults that pass are waited for, and those that stay are told."""

import pytest
from blob_runs import STACK, TERRAIN, WINDOW, contents, first_byte, is_get, key, run, takes_pixels, terroir, write

# rasterio has a quarrel of its own with affine.
pytestmark = pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")


FAULTS = {  # which requests, what becomes of them, how often; the file
    "busy when asked for the file": (lambda r: r.method == "HEAD", 503, 3, "dem.tif"),
    "busy when its bytes are fetched": (is_get, 503, 3, "dem.tif"),
    "cut off in the header": (is_get, "cut", 1, "dem.tif"),
    "cut off in the end that the fingerprint takes": (lambda r: is_get(r) and first_byte(r) > 13_000_000, "cut", 1, "big.tif"),
    "cut off in the pixels": (takes_pixels, "cut", 2, "big.tif"),
    "busy in the pixels": (takes_pixels, 503, 7, "big.tif"),
    "refused for a moment": (takes_pixels, 403, 4, "big.tif"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults_that_pass_are_waited_for(storage, local, tmp_path, name):
    matches, what, times, file = FAULTS[name]
    recipe = write(tmp_path, WINDOW) if file == "big.tif" else TERRAIN
    run(recipe, local / file, tmp_path / "local", {})
    with storage.failing(matches, what, times) as fault:
        run(recipe, f"/vsiaz/data/{file}", tmp_path / "remote", key(storage))
        assert fault.times == 0, "the fault has happened"
    assert contents(tmp_path / "remote") == contents(tmp_path / "local")


def test_faults_that_stay_end_the_job_and_it_resumes(storage, local, tmp_path):
    run(TERRAIN, local / "big.tif", tmp_path / "local", {})
    size = (local / "big.tif").stat().st_size
    lost = range(size * 29 // 32, size * 30 // 32)  # in the fifteenth of sixteen blocks

    def takes_what_is_lost(request):
        if not is_get(request, "big.tif"):
            return False
        first, last = (int(n) for n in request.range.removeprefix("bytes=").split("-"))
        return first < lost.stop and last >= lost.start

    with storage.failing(takes_what_is_lost, 500):
        done = terroir("run", TERRAIN, "/vsiaz/data/big.tif", tmp_path / "remote", key(storage))
    assert done.returncode == 4, done.stderr
    assert "/vsiaz/data/big.tif: band 1, rows 1536 to 2047, columns " in done.stderr
    assert "cannot be fetched (" in done.stderr and "run the same command again to resume" in done.stderr
    assert run(TERRAIN, "/vsiaz/data/big.tif", tmp_path / "remote", key(storage))["tiles"]["restored"] > 0
    assert contents(tmp_path / "remote") == contents(tmp_path / "local")


def test_access_that_ends_in_the_middle_is_told(storage, tmp_path):
    ended = []

    def after_the_first_pixels(request):
        if takes_pixels(request):
            ended.append(request)
        return bool(ended)

    with storage.failing(after_the_first_pixels, 403):
        done = terroir("run", TERRAIN, "/vsiaz/data/big.tif", tmp_path / "out", key(storage))
    assert done.returncode == 4
    assert "the container 'data' refuses access (HTTP 403); check the key or token in AZURE_STORAGE_*" in done.stderr


def test_damage_is_told_from_a_bad_network(storage, tmp_path):
    done = terroir("run", TERRAIN, "/vsiaz/data/damaged.tif", tmp_path / "out", key(storage))
    assert done.returncode == 3, done.stderr
    assert "cannot be decoded (" in done.stderr and "get a fresh copy" in done.stderr


@pytest.mark.parametrize("what, code", [(503, 4), (400, 4), (403, 2), (404, 2)])
def test_a_storage_that_cannot_be_asked(storage, tmp_path, what, code):
    with storage.failing(lambda r: True, what):
        done = terroir("run", TERRAIN, "/vsiaz/data/dem.tif", tmp_path / "out", key(storage))
    assert done.returncode == code, done.stderr
    assert "the container 'data'" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("path", ["climate/classic.nc", "climate/new.nc", "climate/n*.nc"])
@pytest.mark.parametrize("command", ["check", "run"])
def test_netcdf_and_hdf5_are_refused_with_the_remedy_before_a_run(storage, tmp_path, command, path):
    done = terroir(command, write(tmp_path, STACK), f"/vsiaz/data/{path}", tmp_path / "out", key(storage), name="stack")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert ".nc: NetCDF and HDF5 are read from folders only; mount the container, or copy the file" in done.stderr
    assert not (tmp_path / "out").exists()
