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


TEN = """\
version: 2
nmae: x
grid: {like: dme}
inputs:
  dem: {path: "${{inputs.dem}}", scal: 2}
steps:
  slope: {process: slop, data: dem}
  a: {process: slope, data: dem, unit: deg}
  b: {process: slope, data: gone}
  c: {process: focal_statistics, data: dem, size: 4, reducer: mean}
  d: {process: expression, data: dem, formula: "dem +"}
outputs:
  o: {path: "${{outputs.out}}/o.zarr", zarr_format: 4, codec: {name: lzma}}
"""
TEN_FAULTS = [
    ["ten.yml:1:10: version", "write version: 1"],
    ["ten.yml:2:1: nmae: unknown key", "did you mean 'name'?"],
    ["ten.yml:3:14: grid.like: there is no input 'dme'", "did you mean 'dem'?"],
    ["ten.yml:5:34: inputs.dem.scal: unknown key", "did you mean 'scale'?"],
    ["ten.yml:7:20: steps.slope.process: there is no process 'slop'", "did you mean 'slope'?"],
    ["ten.yml:8:40: steps.a.unit: 'deg' is not a choice", "use degree, percent or radian"],
    ["ten.yml:9:29: steps.b.data: there is no input or step 'gone'", "use dem"],
    ["ten.yml:10:51: steps.c.size: 4 is even", "use 5 or 3"],
    ["ten.yml:11:48: steps.d.formula: column 6 of the formula", "write the name of a layer"],
    ["ten.yml:13:53: outputs.o.zarr_format: '4'", "give a whole number from 2 to 3"],
    ["ten.yml:13:70: outputs.o.codec.name: 'lzma' is not a choice", "use blosc, zstd, gzip or none"],
]


@BOTH
@pytest.mark.parametrize("command", ["run", "check", "plan"])
def test_all_faults_of_a_recipe_are_told_at_once(command, ranks, earlier, tmp_path):
    (tmp_path / "ten.yml").write_text(TEN)
    before = contents(earlier)
    words = [command, tmp_path / "ten.yml", "--input", f"dem={DEM}", "--output", f"out={earlier}"]
    if command == "run":
        words.append("--overwrite")
    assert_refused(terroir(*words, ranks=ranks), MISTAKE, *TEN_FAULTS)
    assert contents(earlier) == before


@BOTH
def test_faults_of_the_text_and_of_files_are_told_at_once(ranks, tmp_path):
    faulty = {"dem": {"path": str(DEM), "bands": {"z": 7}}, "gone": {"path": str(tmp_path / "gone.tif")}}
    text = recipe(faulty, {"s": {"process": "slop", "data": "gone"}}, grid={"like": "dem"})
    done = terroir("run", write_recipe(tmp_path / "recipe.yml", text), "--output", f"out={tmp_path / 'out'}", ranks=ranks)
    assert_refused(done, MISTAKE, "inputs.dem.bands.z: ", "inputs.gone.path: ", "steps.s.process: ")


SCATTERED = """version: 1
grid: {GRID}
inputs:
  s2: {path: PATH, bands: {R: 1, N: 2}}
  odd: {path: gone.tif, scal: 2}
steps:
  a: {process: slope, data: s2.R, unit: deg}
  b: {process: slope, data: s2.B}
  c: {process: expression, data: s2, formula: "R + SWIR"}
  d: {process: linear_scale, data: [a.aspect, odd.x, c, nothing]}
  e: {process: mask_values, data: s2.N, mask: b.z, values: [0]}
  f: {process: focal_statistics, data: s2.R, size: 3, reducer: [mean, sd]}
  g: {process: linear_scale, data: [f.maen, a, d]}
  h: {process: slope, data: s2.N, boundary: wrap}
  i: {process: clip, data: ALIAS, min: 0}
outputs:
  o: {path: "${{outputs.out}}/o.zarr", layers: {same: s2.G, x: f.sd, y: i.N}}
"""


@BOTH
@pytest.mark.parametrize("grid", ["like: s2", "like: s3", "like: odd"])
def test_faults_of_layers_are_told_beside_those_of_the_text(grid, ranks, tmp_path):
    """Each once, and nothing of what may be right when these are mended: layers of a, b, c, odd and i are not known."""
    write(tmp_path / "s2.tif", np.ones((2, 64, 64)))
    text = SCATTERED.replace("{GRID}", "{" + grid + "}").replace("PATH", str(tmp_path / "s2.tif"))
    (tmp_path / "recipe.yml").write_text(text.replace("i: {", "i: &here {").replace("ALIAS", "*here"))
    done = terroir("run", tmp_path / "recipe.yml", "--output", f"out={tmp_path / 'out'}", ranks=ranks)
    known = [
        [":5:", "inputs.odd.scal: unknown key"],
        [":7:", "steps.a.unit: 'deg' is not a choice"],
        [":8:", "steps.b.data: 's2' has no layer 'B'", "Layers: R and N"],
        [":9:", "steps.c.data: 'expression' needs a layer 'SWIR'", "data has R and N"],
        [":10:", "steps.d.data: there is no input or step 'nothing'"],
        [":13:", "steps.g.data: 'f' has no layer 'maen'", "did you mean 'f.mean'?"],
        [":15:6", "an anchor (&) is not allowed"],
        [":15:34", "an alias (*) is not allowed"],
        [":17:", "outputs.o.layers: 's2' has no layer 'G'"],
    ]
    if grid == "like: s2":  # else it is not known what is around the globe
        known.insert(6, [":14:", "steps.h.boundary: 's2_N' does not go once around the globe"])
    if grid == "like: s3":
        known.insert(0, [":2:", "grid.like: there is no input 's3'"])
    assert_refused(done, MISTAKE, *known)


C = "inputs: {c: {path: c.tif, categorical: true}}"
D = "inputs: {d: {path: d.tif}}"
O = "outputs: {o: {path: o.zarr}}"  # noqa: E741
SMALL = {
    "a categorical input": ([C, "steps: {m: {process: slop, data: c}}", O], ["3:22: steps.m.process: there is no process 'slop'"]),
    "a circle over classes": (
        [C, "steps:", "  a: {process: resample, data: [c, b], method: nearest}", "  b: {process: resample, data: a}", O],
        ["4:3: steps.a: steps form a circle: a uses b uses a"],
    ),
    "classes only": (
        ["inputs: {c: {path: s2.tif, categorical: true}}", "steps: {m: {process: clip, data: c, min: 0}}", O],
        ["3:34: steps.m.data: 'c' holds classes only, which are taken by their names; name one, as c.b1"],
    ),
    "a misspelt grid": ([D, "girid: {like: d}", "steps: {m: {process: slope, data: d}}", O], ["3:1: girid: unknown key 'girid'"]),
    "misspelt inputs": (["input: {d: {path: d.tif}}", "steps: {m: {process: slope, data: d.q}}", O], ["2:1: input: ", "3:35: steps.m.data: 'd' has no layer 'q'"]),
    "misspelt steps": ([D, "step: {m: {process: slope, data: d}}", "outputs: {o: {path: o.zarr, layers: [m]}}"], ["3:1: step: "]),
    "misspelt outputs": ([D, "steps: {m: {process: slope, data: d}}", "output: {o: {path: o.zarr}}"], ["4:1: output: "]),
    "a misspelt process": ([D, "steps: {m: {proces: slope, data: d}}", O], ["3:13: steps.m.proces: unknown key 'proces'; did you mean 'process'?"]),
    "a misspelt port": ([D, "steps: {m: {process: slope, dta: d}}", O], ["3:29: steps.m.dta: unknown parameter 'dta'; did you mean 'data'?"]),
    "a misspelt parameter": (
        [D, "steps: {m: {process: expression, data: d, formla: d + 1}}", O],
        ["3:43: steps.m.formla: unknown parameter 'formla'; did you mean 'formula'?"],
    ),
    "a misspelt path": ([D, "steps: {m: {process: slope, data: d}}", "outputs: {o: {pth: o.zarr}}"], ["4:15: outputs.o.pth: unknown key 'pth'; did you mean 'path'?"]),
    "a misspelt layer and its encoding": (
        [D, "steps: {m: {process: slope, data: d}}", "outputs: {o: {path: o.zarr, layers: [n], encoding: {m: {dtype: int16}}}}"],
        ["4:38: outputs.o.layers: there is no input or step 'n'"],
    ),
    "a layer twice": ([D, "steps: {m: {process: slope, data: d}}", "outputs: {o: {path: o.zarr, layers: [m, m]}}"], ["4:41: outputs.o.layers: 'm' is named twice"]),
    "names that are not declared": (
        [D, "steps: {m: {process: mask_values, data: d, mask: d, values: [\"${{inputs.v}}\"]}}", O],
        ["3:62: steps.m.values: '${{inputs.v}}' is not declared"],
    ),
    "a name in the grid": (
        [D, "grid: {crs: \"${{inputs.c}}\", resolution: 30, bounds: [0, 0, 90, 90]}", "steps: {m: {process: slope, data: d}}", O],
        ["3:13: grid.crs: '${{inputs.c}}' is not declared"],
    ),
    "an output without its path": (
        [D, "steps: {m: {process: slope, data: d}}", "outputs: {o: {path: \"${{outputs.out}}/o.nc\", codec: deflate}}"],
        ["4:21: outputs.o.path: nothing is given for ${{outputs.out}}"],
    ),
    "a misspelt chunk and its shard": (
        [D, "steps: {m: {process: slope, data: d}}", "outputs: {o: {path: o.zarr, layers: [m], chunks: 100, shard: 300}}"],
        ["4:42: outputs.o.chunks: unknown key 'chunks'; did you mean 'chunk'?"],
    ),
    "a misspelt format": (
        [D, "steps: {m: {process: slope, data: d}}", "outputs: {o: {path: r.yml, formt: netcdf}}"],
        ["4:28: outputs.o.formt: unknown key 'formt'; did you mean 'format'?"],
    ),
    "a doubled key in misspelt outputs": (
        [D, "steps: {m: {process: slope, data: d}}", "output: {o: {path: d.tif, path: fine.tif}}"],
        ["4:1: output: ", "4:27: 'path' is given twice"],
    ),
    "merged inputs": (
        ["name: &base {a: {path: d.tif}}", "inputs: {<<: *base, d: {path: d.tif}}", "steps: {m: {process: slope, data: a}}", O],
        ["2:7: an anchor (&) is not allowed", "3:14: an alias (*) is not allowed"],
    ),
    "a failed resample": (
        ["inputs: {s2: {path: s2.tif}}", "grid: {crs: \"EPSG:4326\", resolution: 1, bounds: [-60, 10, -50, 20]}",
         "steps: {r: {process: resample, data: s2.b1}, m: {process: clip, data: s2.b1, min: 0}}", "outputs: {o: {path: o.zarr, layers: [r, m]}}"],
        ["4:9: steps.r: 's2_b1' does not overlap the recipe's grid"],
    ),
    "a wrap over a resampled input": (
        ["inputs: {g: {path: g.tif, resample: nearest}}", "grid: {global: 1}",
         "steps: {m: {process: focal_statistics, data: g, size: 3, reducer: mean, boundary: wrap}}", O],
        ["2:37: inputs.g.resample: 'g' does not go once around the globe, so what is made of it cannot wrap"],
    ),
    "a doubled name": ([D, "name: a", "name: b", "steps: {m: {process: slop, data: d}}", O], ["4:1: 'name' is given twice", "5:22: steps.m.process: "]),
    "no alias": ([D, "steps: {m: {process: slope, data: *d}}", O], ["3:35: an alias (*) is not allowed; write the value out, or put a text"]),
    "an output's grids": (
        ["inputs: {d: {path: d.tif}, s2: {path: s2.tif}}", "grid: {like: d}", "steps: {m: {process: slope, data: d, unit: deg}}",
         "outputs: {o: {path: o.zarr, layers: [d, s2]}}"],
        ["4:44: steps.m.unit: ", "5:11: outputs.o.layers: 'd' and 's2_b1' are on different grids", "5:11: outputs.o.layers: 'd' and 's2_b2' are on"],
    ),
    "a coordinate's name": (
        [D, "steps: {m: {process: slope, data: d, unit: deg}}", "outputs: {o: {path: o.zarr, layers: {x: d}}}"],
        ["3:44: steps.m.unit: ", "4:41: outputs.o.layers: a variable cannot be named 'x'"],
    ),
    "an output that is an input": ([D, "steps: {m: {process: slope, data: d, unit: deg}}", "outputs: {o: {path: d.tif, layers: [d]}}"], ["3:44: ", "4:11: outputs.o.path: d.tif is an input as well"]),
    "bounds beside the input": (
        [D, "grid: {like: d, bounds: [0, 0, 1, 1]}", "steps: {m: {process: slope, data: d, unit: deg}}", "outputs: {o: {path: o.zarr, layers: [d]}}"],
        ["3:7: grid.bounds: output 'o' would hold nothing", "4:44: steps.m.unit: "],
    ),
}


@pytest.mark.parametrize("case", SMALL)
def test_one_line_for_each_mistake(case, tmp_path):
    lines, told = SMALL[case]
    write(tmp_path / "d.tif", np.ones((64, 64)))
    write(tmp_path / "c.tif", np.ones((64, 64)), nodata=0, dtype="uint8")
    write(tmp_path / "s2.tif", np.ones((2, 64, 64)), transform=(20, 0, 600000, 0, -20, 5190000))
    write(tmp_path / "g.tif", np.ones((180, 359)), crs="EPSG:4326", transform=(359.2 / 359, 0, -179.6, 0, -1, 90))
    (tmp_path / "r.yml").write_text("\n".join(["version: 1", *lines]) + "\n")
    assert_refused(terroir("check", "r.yml", cwd=tmp_path), MISTAKE, *[f"r.yml:{line}" for line in told])


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
