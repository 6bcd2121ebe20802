"""Recipes with mistakes: all are told at once, in one line each, whatever else is wrong."""

import numpy as np
import pytest
from jobs import DEM, terroir, write, write_recipe
from refusals import BOTH, MISTAKE, assert_refused, contents, fixture_earlier, recipe  # noqa: F401


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
        ["4:44: steps.m.unit: ", "5:37: outputs.o.layers: 'd' and 's2_b1' are on different grids", "5:37: outputs.o.layers: 'd' and 's2_b2' are on"],
    ),
    "a coordinate's name": (
        [D, "steps: {m: {process: slope, data: d, unit: deg}}", "outputs: {o: {path: o.zarr, layers: {x: d}}}"],
        ["3:44: steps.m.unit: ", "4:41: outputs.o.layers: a variable cannot be named 'x'"],
    ),
    "an output that is an input": ([D, "steps: {m: {process: slope, data: d, unit: deg}}", "outputs: {o: {path: d.tif, layers: [d]}}"], ["3:44: ", "4:21: outputs.o.path: d.tif is an input as well"]),
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
