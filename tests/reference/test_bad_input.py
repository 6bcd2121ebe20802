"""Bad input, alone and under mpirun: one clear message, the exit code of its kind, nothing half-published, an earlier result untouched."""

import shutil

import netCDF4
import numpy as np
import pytest
import rasterio
from jobs import DEM, REAL, SCENES, opened, terroir, write, write_recipe
from refusals import BOTH, DATA, MISTAKE, assert_refused, contents, fixture_earlier, recipe, said, unpublished  # noqa: F401


def text_file(folder):
    (folder / "text.tif").write_text("elevation,slope\n1,2\n")
    return folder / "text.tif"


def headless(folder):
    (folder / "short.tif").write_bytes(DEM.read_bytes()[:100])
    return folder / "short.tif"


def rotated(folder):
    return write(folder / "rotated.tif", np.ones((64, 64)), transform=(20, 5, 600000, 5, -20, 5190000))


def placeless(folder):
    return write(folder / "placeless.tif", np.ones((64, 64)), crs=None)


def by_plug_in(folder):
    with netCDF4.Dataset(folder / "plug_in.nc", "w") as file:
        for name, unit in (("lat", "degrees_north"), ("lon", "degrees_east")):
            file.createDimension(name, 8)
            file.createVariable(name, "f8", (name,))[:] = np.arange(8)
            file[name].units = unit
        file.createVariable("t", "f4", ("lat", "lon"), compression="zstd")[:] = 1
    return folder / "plug_in.nc"


# What the input `dem` is bound to, and phrases of the one message; all are found before anything is read.
FILES = {
    "missing": (lambda folder: folder / "missing.tif", ["inputs.dem.path", "missing.tif", "there is no such file", "check the path"]),
    "folder": (lambda folder: folder, ["inputs.dem.path", "it is a folder", "name a file"]),
    "glob": (lambda folder: folder / "none*.tif", ["inputs.dem.path", "no file matches", "none*.tif"]),
    "text": (text_file, ["inputs.dem.path", "text.tif", "its format is none that is read here", "gdal_translate"]),
    "headless": (headless, ["inputs.dem.path", "short.tif"]),
    "rotated": (rotated, ["inputs.dem", "rotated.tif", "rotated"]),
    "plug_in": (by_plug_in, ["inputs.dem", "plug_in.nc", "'t'", "zstd, filter 32015", "HDF5_PLUGIN_PATH"]),
    "placeless": (placeless, ["inputs.dem", "placeless.tif", "CRS"]),
    "complex": (
        lambda folder: write(folder / "complex.tif", np.ones((64, 64)), dtype="complex64"), ["inputs.dem", "complex.tif", "omplex"],
    ),
}


@BOTH
@pytest.mark.filterwarnings("ignore:Dataset has no geotransform")
@pytest.mark.parametrize("case", FILES)
def test_files(case, ranks, earlier, tmp_path, monkeypatch):
    monkeypatch.delenv("HDF5_PLUGIN_PATH", raising=False)  # which netCDF4 sets to its own
    make, phrases = FILES[case]
    path = write_recipe(tmp_path / "recipe.yml", recipe())
    before = contents(earlier)
    done = terroir("run", path, "--input", f"dem={make(tmp_path)}", "--output", f"out={earlier}", "--overwrite", ranks=ranks)
    assert_refused(done, MISTAKE, ["recipe.yml:", *phrases])
    assert contents(earlier) == before


def test_nothing_is_made_for_a_mistake(tmp_path):
    path = write_recipe(tmp_path / "recipe.yml", recipe())
    done = terroir("run", path, "--input", f"dem={tmp_path / 'missing.tif'}", "--output", f"out={tmp_path / 'out'}")
    assert done.returncode == MISTAKE and not (tmp_path / "out").exists()


def misaligned(folder):
    other = write(folder / "other.tif", np.ones((512, 512)), transform=(30, 0, 600015, 0, -30, 5190000))
    steps = {"sum": {"process": "expression", "data": ["dem", "other"], "formula": "dem + other"}}
    return recipe({"dem": {"path": str(DEM)}, "other": {"path": str(other)}}, steps, grid={"like": "dem"})


def other_crs(folder):
    other = write(folder / "other.tif", np.ones((2, 64, 64)), crs="EPSG:32633", transform=(30, 0, 300000, 0, -30, 5190000))
    steps = {"sum": {"process": "expression", "data": ["dem", "other"], "formula": "dem + other_b1"}}
    return recipe({"dem": {"path": str(DEM)}, "other": {"path": str(other), "resample": "bilinear"}}, steps, grid={"like": "dem"})


def no_datum(folder):
    sphere = "+proj=longlat +a=6370000 +b=6370000 +no_defs"
    other = write(folder / "other.tif", np.ones((64, 64)), crs=sphere, transform=(0.01, 0, 10, 0, -0.01, 47))
    steps = {"sum": {"process": "expression", "data": ["dem", "other"], "formula": "dem + other"}}
    return recipe({"dem": {"path": str(DEM)}, "other": {"path": str(other), "resample": "bilinear"}}, steps, grid={"like": "dem"})


def unknown_number(_):
    return recipe({"dem": {"path": str(DEM), "bands": {"z": 7}}})


def unknown_description(_):
    return recipe({"dem": {"path": str(DEM), "bands": {"z": "elevation"}}})


def date_without_band(folder):
    for file in SCENES.glob("*_B0[48].tif"):
        shutil.copy(file, folder)
    (folder / "20240602_B08.tif").unlink()
    scenes = {"path": f"{folder}/{{time:%Y%m%d}}_{{band}}.tif", "bands": {"R": "B04", "N": "B08"}, "scale": 0.0001}
    return recipe({"s2": scenes}, {"mean": {"process": "reduce_time", "data": "s2", "reducer": "mean"}})


def unknown_crs(_):
    return recipe({"dem": {"path": str(DEM), "crs": "EPSG:99999"}})


def no_globe(_):
    steps = {"mean": {"process": "focal_statistics", "data": "dem", "size": 3, "reducer": "mean", "boundary": "wrap"}}
    return recipe({"dem": {"path": str(DEM)}}, steps)


RECIPES = {
    "unknown CRS": (unknown_crs, ["recipe.yml:", "inputs.dem.crs: ", "EPSG:99999"]),
    "no globe": (no_globe, ["recipe.yml:", "steps.mean.boundary: ", "around the globe"]),
    "misaligned": (misaligned, ["sum", "other", "grid", "resample"]),
    "other CRS, elsewhere": (other_crs, ["inputs.other: ", "does not overlap", "in EPSG:32632"]),
    "only a ballpark operation": (no_datum, ["inputs.other: ", "no exact way", "shift grids"]),
    "unknown band number": (unknown_number, ["inputs.dem.bands", "7", "1"]),
    "unknown band description": (unknown_description, ["inputs.dem.bands", "elevation"]),
    "a date without a band": (date_without_band, ["inputs.s2", "B08", "2024", "on_error: nodata"]),
}


@BOTH
@pytest.mark.parametrize("case", RECIPES)
def test_inputs_that_do_not_fit(case, ranks, earlier, tmp_path):
    make, phrases = RECIPES[case]
    path = write_recipe(tmp_path / "recipe.yml", make(tmp_path))
    before = contents(earlier)
    assert_refused(terroir("run", path, "--output", f"out={earlier}", "--overwrite", ranks=ranks), MISTAKE, ["recipe.yml:", *phrases])
    assert contents(earlier) == before


@pytest.mark.parametrize("text", ["", "version: 1\nsteps: [", "\x00\x01\x02", "- a\n- b\n", "version: 1\n\tinputs: {}\n", "&a [*a, *a]"])
def test_what_is_no_recipe(text, tmp_path):
    (tmp_path / "recipe.yml").write_text(text)
    done = terroir("run", tmp_path / "recipe.yml")
    assert done.returncode == MISTAKE
    assert said(done) and all(line.startswith(f"{tmp_path}/recipe.yml") for line in said(done)), done.stderr


@BOTH
def test_a_truncated_file(ranks, tmp_path):
    (tmp_path / "short.tif").write_bytes(DEM.read_bytes()[:200000])
    path = write_recipe(tmp_path / "recipe.yml", recipe())
    done = terroir("run", path, "--input", f"dem={tmp_path / 'short.tif'}", "--output", f"out={tmp_path / 'out'}", ranks=ranks)
    assert_refused(done, DATA, ["tile ", "short.tif: band 1, rows 256 to 511", "get a fresh copy"])
    assert unpublished(tmp_path / "out")


@BOTH
def test_a_damaged_file_that_opens_well(ranks, tmp_path, capfd):
    corrupt = REAL / "corrupt.tif"
    if not corrupt.exists():
        with capfd.disabled():
            print("\nNOT RUN: tests/reference/test_bad_input.py: corrupt.tif: it does not lie beside the project")
        return
    path = write_recipe(tmp_path / "recipe.yml", recipe({"dem": {"path": "${{inputs.dem}}", "band": 1}}))
    done = terroir("run", path, "--input", f"dem={corrupt}", "--output", f"out={tmp_path / 'out'}", ranks=ranks)
    assert_refused(done, DATA, ["tile ", "corrupt.tif: band 1, rows ", "the file is damaged"])
    assert unpublished(tmp_path / "out")


@BOTH
@pytest.mark.parametrize("hidden", [False, True])
def test_integers_that_float32_cannot_keep(ranks, hidden, tmp_path):
    # Exact up to 2^24; that a file holds larger ones shows when it is read. Beside a mask they are read as doubles.
    large = write(tmp_path / "large.tif", np.full((64, 64), 2**26 + 1), dtype="uint32")
    if hidden:
        with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(large, "r+") as file:
            file.write_mask(np.eye(64) > 0)
    path = write_recipe(tmp_path / "recipe.yml", recipe())
    done = terroir("run", path, "--input", f"dem={large}", "--output", f"out={tmp_path / 'out'}", ranks=ranks)
    assert_refused(done, DATA, ["tile ", "large.tif: band 1", "integers beyond ±16777216", "bits: [lo, hi]"])
    assert unpublished(tmp_path / "out")


def test_doubles_that_float32_cannot_keep(tmp_path):
    least = float(np.finfo("float64").min)  # what some programs write where there is nothing
    wide = write(tmp_path / "wide.tif", np.where(np.eye(64) > 0, least, 7), dtype="float64")
    path = write_recipe(tmp_path / "recipe.yml", recipe({"dem": {"path": str(wide)}}))
    done = terroir("run", path, "--output", f"out={tmp_path / 'out'}")
    assert_refused(done, DATA, ["tile ", "wide.tif: band 1", "numbers beyond ±3.4e38", "nodata: NUMBER"])
    told = recipe({"dem": {"path": str(wide), "nodata": least}}, {"s": {"process": "clip", "data": "dem", "min": 0}})
    assert terroir("run", write_recipe(tmp_path / "told.yml", told), "--output", f"out={tmp_path / 'told'}").returncode == 0
    np.testing.assert_array_equal(opened(tmp_path / "told/o.zarr").s.values, np.where(np.eye(64) > 0, np.nan, 7))


@BOTH
def test_damage_may_become_nodata(ranks, tmp_path):
    (tmp_path / "short.tif").write_bytes(DEM.read_bytes()[:200000])
    shortened = recipe({"dem": {"path": str(tmp_path / "short.tif"), "on_error": "nodata"}})
    done = terroir("run", write_recipe(tmp_path / "recipe.yml", shortened), "--output", f"out={tmp_path}", ranks=ranks)
    assert done.returncode == 0, done.stderr
    assert "could not be read and became nodata" in done.stdout + done.stderr
    assert "short.tif" in done.stdout + done.stderr
    whole = recipe({"dem": {"path": str(DEM)}})
    assert terroir("run", write_recipe(tmp_path / "whole.yml", whole), "--output", f"out={tmp_path / 'whole'}").returncode == 0
    got, wanted = opened(tmp_path / "o.zarr").slope.values, opened(tmp_path / "whole/o.zarr").slope.values
    # The upper tiles of 256 rows are there; their last row misses its neighbours.
    np.testing.assert_array_equal(got[:255], wanted[:255])
    assert np.isnan(got[255:, :255]).all()


@BOTH
@pytest.mark.parametrize(
    "words, phrases",
    [
        (["run"], ["recipe"]),
        (["run", "recipe.yml", "--frobnicate"], ["--frobnicate"]),
        (["run", "recipe.yml", "--memory", "lots"], ["--memory", "lots"]),
        (["run", "recipe.yml", "--input", "dem"], ["dem", "NAME=VALUE"]),
        (["run", "nowhere.yml"], ["nowhere.yml", "No such file"]),
        (["rnu", "recipe.yml"], ["rnu", "run"]),
    ],
)
def test_wrong_commands(words, phrases, ranks, tmp_path):
    write_recipe(tmp_path / "recipe.yml", recipe())
    assert_refused(terroir(*words, ranks=ranks, cwd=tmp_path), MISTAKE, phrases)
