"""What runs leave behind, opened with the programs that people use, and what the other commands say of it."""

import json
import re
import shutil

import numpy as np
import pytest
import rasterio
import schema
import xarray
import yaml
import zarr
from jobs import BOUND, DEM, SCENES, SCENES_OF_A_SEASON, SOURCE, TERRAIN, gdal, opened, read, terroir, write, write_recipe

# Zarr 3 does not specify consolidated metadata yet, as the guide tells; __terroir/ is no array; rioxarray has a quarrel with affine.
pytestmark = pytest.mark.filterwarnings("ignore:Consolidated metadata", "ignore:Object at __terroir", "ignore:Use `@` matmul")

SEASON = {
    "name": "season",
    "grid": {"like": "s2", "bounds": [604000, 5180000, 607000, 5183000]},
    "inputs": SCENES_OF_A_SEASON,
    "steps": {
        "index": {"process": "spectral_index", "data": "s2", "index": ["NDVI", "EVI2"]},
        "kept": {"process": "clip", "data": "s2", "min": 0},
    },
}
FORMS = [("variables", 3), ("variables", 2), ("stacked", 3), ("stacked", 2)]


@pytest.fixture(scope="module", name="stores")
def fixture_stores(tmp_path_factory):
    """Both recipes in all forms: name, layout, version -> path of the store."""
    folder = tmp_path_factory.mktemp("stores")
    paths = {}
    for recipe in (TERRAIN, SEASON):
        outputs = {
            f"{layout}{version}": {"path": f"${{{{outputs.out}}}}/{layout}{version}.zarr", "layout": layout, "zarr_format": version}
            for layout, version in FORMS
        }
        out = folder / recipe["name"]
        path = write_recipe(folder / f"{recipe['name']}.yml", {**recipe, "outputs": outputs})
        done = terroir("run", path, *BOUND[recipe["name"]], "--output", f"out={out}", ranks=2)
        assert done.returncode == 0, done.stderr
        paths |= {(recipe["name"], layout, version): out / f"{layout}{version}.zarr" for layout, version in FORMS}
    return paths


@pytest.mark.parametrize("layout, version", FORMS)
def test_terrain_is_labelled(stores, layout, version):
    data = opened(stores["ground", layout, version])
    layers = ["slope", "relief_mean", "relief_sd"]
    if layout == "variables":
        assert list(data.data_vars) == layers
        assert all(data[name].dims == ("y", "x") for name in layers)
        assert [data[name].attrs["units"] for name in layers] == ["degree", "m", "m"]
    else:
        assert list(data.data_vars) == [f"stacked{version}"]
        assert data[f"stacked{version}"].dims == ("feature", "y", "x")
        assert list(data.feature.values) == layers
    with rasterio.open(DEM) as dem:
        np.testing.assert_array_equal(data.x.values, dem.transform.c + dem.transform.a * (np.arange(dem.width) + 0.5))
        np.testing.assert_array_equal(data.y.values, dem.transform.f + dem.transform.e * (np.arange(dem.height) + 0.5))
        assert data.rio.crs == dem.crs and data.rio.crs.to_epsg() == 32632
        assert data.rio.transform().almost_equals(dem.transform)
        first = data[list(data.data_vars)[0]]
        assert first.rio.crs.to_epsg() == 32632
        assert first.rio.transform().almost_equals(dem.transform)


@pytest.mark.parametrize("layout, version", FORMS)
def test_seasons_have_times(stores, layout, version):
    data = opened(stores["season", layout, version])
    days = ["2024-04-08", "2024-05-03", "2024-06-02", "2024-07-07", "2024-08-11", "2024-09-15"]
    np.testing.assert_array_equal(data.time.values, np.array(days, "datetime64[ns]"))
    first = data[list(data.data_vars)[0]]
    assert first.dims == (("time", "y", "x") if layout == "variables" else ("time", "feature", "y", "x"))
    # 3000 m are 100 pixels, bounds widened to whole pixels on both sides.
    assert data.rio.crs.to_epsg() == 32632
    left, bottom, right, top = data.rio.bounds()
    assert left <= 604000 < left + 30 and right - 30 < 607000 <= right and bottom <= 5180000 < bottom + 30 and top - 30 < 5183000 <= top
    with rasterio.open(SCENES / "20240408_B08.tif") as scene:
        assert (left - scene.bounds.left) % 30 == 0 and (top - scene.bounds.top) % 30 == 0
    july = data.sel(time="2024-07-07")
    near_infrared = july["kept_N"] if layout == "variables" else july[f"stacked{version}"].sel(feature="kept_N")
    stored = read(SCENES / "20240707_B08.tif")
    row, col = round((5186160 - top) / 30), round((left - 603840) / 30)
    window = stored[row : row + len(data.y), col : col + len(data.x)] * 0.0001
    np.testing.assert_allclose(near_infrared.values.squeeze(), window, rtol=1e-6)


@pytest.mark.parametrize("name", ["ground", "season"])
def test_all_forms_hold_the_same(stores, name):
    expected = opened(stores[name, "variables", 3])
    xarray.testing.assert_equal(expected, opened(stores[name, "variables", 2]))
    for version in (2, 3):
        cube = opened(stores[name, "stacked", version])[f"stacked{version}"]
        for feature in cube.feature.values:
            np.testing.assert_array_equal(cube.sel(feature=feature).values, expected[str(feature)].values)


@pytest.mark.parametrize("name", ["ground", "season"])
@pytest.mark.parametrize("layout, version", FORMS)
def test_zarr_python_reads_it_consolidated_or_not(stores, name, layout, version):
    store = stores[name, layout, version]
    group = zarr.open_group(store, mode="r", use_consolidated=True)
    plain = zarr.open_group(store, mode="r", use_consolidated=False)
    assert group.metadata.zarr_format == version
    members, others = dict(group.members()), dict(plain.members())
    assert set(members) == set(others) >= {"x", "y", "spatial_ref"}
    for key, array in members.items():
        np.testing.assert_array_equal(array[...], others[key][...])
        assert dict(array.attrs) == dict(others[key].attrs)
    recipe = json.loads(group.attrs["terroir_recipe"])
    assert recipe["name"] == name and re.fullmatch("[0-9a-f]{64}", group.attrs["terroir_plan"])
    assert str(SOURCE) not in json.dumps(dict(group.attrs))


@pytest.mark.parametrize("name, layer", [("ground", "slope"), ("ground", "relief_sd"), ("season", "index_NDVI")])
def test_gdal_opens_version_2(stores, name, layer, tmp_path):
    store = stores[name, "variables", 2]
    wanted = opened(store)[layer].values
    wanted = wanted if wanted.ndim == 3 else wanted[None]
    for time, values in enumerate(wanted):
        source = f'ZARR:"{store}":/{layer}' + (f":{time}" if len(wanted) > 1 else "")
        gdal("gdal_translate", "-q", "-of", "GTiff", source, tmp_path / "out.tif")
        with rasterio.open(tmp_path / "out.tif") as file:
            assert np.isnan(file.nodata)
            assert file.transform.almost_equals(opened(store).rio.transform())
            np.testing.assert_array_equal(file.read(1), values)


def contents(store):
    files = [file for file in sorted(store.rglob("*")) if file.is_file() and "__terroir" not in file.relative_to(store).parts]
    return {str(file.relative_to(store)): file.read_bytes() for file in files}


@pytest.mark.parametrize("name", ["ground", "season"])
@pytest.mark.parametrize("layout, version", [("variables", 3), ("stacked", 2)])
def test_a_store_makes_itself_again(stores, name, layout, version, tmp_path):
    store = stores[name, layout, version]
    done = terroir("run", store, *BOUND[name], "--output", f"out={tmp_path}")
    assert done.returncode == 0, done.stderr
    # The recipe has four outputs, and so has its repetition.
    for form in FORMS:
        again = tmp_path / f"{form[0]}{form[1]}.zarr"
        assert contents(again) == contents(stores[name, *form])


def test_inputs_may_be_moved_and_touched(stores, tmp_path):
    moved = tmp_path / "elsewhere" / "dem.tif"
    moved.parent.mkdir()
    shutil.copy(DEM, moved)
    out = stores["ground", "variables", 3].parent
    done = terroir("run", stores["ground", "variables", 3], "--input", f"dem={moved}", "--output", f"out={out}")
    assert done.returncode == 0, done.stderr
    assert "Nothing to do" in done.stdout + done.stderr


def test_a_file_of_other_pixels_is_another_plan(stores, tmp_path):
    store = stores["ground", "variables", 3]
    before = contents(store)
    write(tmp_path / "dem.tif", read(DEM) + 1, nodata=-9999)
    done = terroir("run", store, "--input", f"dem={tmp_path / 'dem.tif'}", "--output", f"out={store.parent}")
    assert done.returncode == 2
    assert "another plan" in done.stderr and "dem.tif" in done.stderr
    assert contents(store) == before


@pytest.mark.parametrize("name", ["ground", "season"])
@pytest.mark.parametrize("layout, version", FORMS)
def test_inspect_is_json(stores, name, layout, version):
    store = stores[name, layout, version]
    done = terroir("inspect", store, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["complete"] is True and told["zarr_format"] == version and told["recipe"]["name"] == name
    data = opened(store)
    assert {variable["name"] for variable in told["variables"]} == set(data.data_vars)
    spoken = terroir("inspect", store)
    assert spoken.returncode == 0
    for text in (name, "EPSG:32632", f"{len(data.y)} rows x {len(data.x)} columns", *data.data_vars):
        assert text in spoken.stdout


@pytest.mark.filterwarnings("ignore::zarr.errors.UnstableSpecificationWarning")
@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("names", [("lat", "lon"), ("latitude", "longitude")])
def test_inspect_shows_a_geographic_grid_of_others(names, version, tmp_path):
    """18 x 36 cells of 10 degrees cover the globe."""
    lat, lon = names
    rows, cols = np.arange(85.0, -90, -10), np.arange(-175.0, 180, 10)
    sides = {lat: (lat, rows, {"units": "degrees_north"}), lon: (lon, cols, {"units": "degrees_east"})}
    xarray.Dataset({"t": (names, np.ones((18, 36), "f4"))}, coords=sides).to_zarr(tmp_path / "o.zarr", zarr_format=version)
    done = terroir("inspect", tmp_path / "o.zarr")
    assert done.returncode == 0, done.stderr
    assert "  18 rows x 36 columns, pixels of 10 x 10 degrees\n  x -180 .. 180, y -90 .. 90\n" in done.stdout


def test_plan_is_json_and_writes_nothing(stores, tmp_path):
    done = terroir("plan", stores["season", "stacked", 3], *BOUND["season"], "--output", f"out={tmp_path / 'out'}", "--json")
    assert done.returncode == 0, done.stderr
    plan = json.loads(done.stdout)
    assert plan["name"] == "season" and not (tmp_path / "out").exists()
    root = json.loads((stores["season", "stacked", 3] / "zarr.json").read_text())
    assert plan["hash"] == root["attributes"]["terroir_plan"]
    assert [output["name"] for output in plan["outputs"]] == [f"{layout}{version}" for layout, version in FORMS]
    spoken = terroir("plan", stores["season", "stacked", 3], *BOUND["season"], "--output", f"out={tmp_path / 'out'}").stdout
    for layer in plan["inputs"]:
        assert re.search(rf"^  {layer['layer']}: {layer['files']} files?, {layer['times']} times, ", spoken, re.MULTILINE)
    data = opened(stores["season", "stacked", 3])
    assert plan["outputs"][0]["grid"]["shape"] == [len(data.y), len(data.x)]
    assert plan["outputs"][0]["grid"]["transform"] == list(data.rio.transform())[:6]


def test_a_plan_tells_what_a_pass_starts_from(tmp_path):
    steps = {"slope": {"process": "slope", "data": "dem"}, "z": {"process": "standardize", "data": "slope"}}
    recipe = {"inputs": {"dem": {"path": str(DEM)}}, "steps": steps, "outputs": {"o": {"path": str(tmp_path / "o.zarr"), "layers": ["z"]}}}
    words = ["plan", write_recipe(tmp_path / "r.yml", {"version": 1, **recipe})]
    passes = json.loads(terroir(*words, "--json").stdout)["passes"]
    assert [one["starts_from"] for one in passes] == [[], ["slope"]]
    assert "  starts from what pass 1 kept, where memory allowed\n" in terroir(*words).stdout


def test_a_run_says_its_summary_as_json(tmp_path):
    recipe = write_recipe(tmp_path / "r.yml", {**TERRAIN, "outputs": {"o": {"path": "${{outputs.out}}/o.zarr"}}})
    done = terroir("run", recipe, *BOUND["ground"], "--output", f"out={tmp_path}", "--json", ranks=2)
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    stored = json.loads(next((tmp_path / "o.zarr/__terroir").glob("summary-*.json")).read_text())
    assert summary == stored
    assert len(summary["ranks"]) == 2 and summary["failure"] is None
    assert sum(rank["tiles"] for rank in summary["ranks"]) == summary["tiles"]["computed"] > 0
    assert 0 < summary["memory"]["peak"] <= summary["memory"]["projected"]
    store = {key: len(data) for key, data in contents(tmp_path / "o.zarr").items() if not key.startswith("__terroir/")}
    sizes = {key: size for key, size in store.items() if re.match("(slope|relief_mean|relief_sd)/c/", key)}
    assert summary["work"]["bytes_written"] == sum(sizes.values())
    verified = json.loads(terroir("inspect", tmp_path / "o.zarr", "--json", "--verify").stdout)["verified"]
    assert verified == {"checked": len(store), "damaged": []}


def test_the_catalogue_is_json():
    done = terroir("processes", "--json")
    assert done.returncode == 0
    processes = {process["name"]: process for process in json.loads(done.stdout)}
    assert {"slope", "focal_statistics", "reduce_time", "spectral_index", "standardize", "resample"} <= set(processes)
    shown = terroir("processes").stdout
    assert all(f"  {name}" in shown for name in processes)
    kernels = {path.stem for path in (SOURCE / "kernels").glob("*/*.cpp")}
    assert set(processes) == kernels
    one = json.loads(terroir("processes", "slope", "--json").stdout)
    assert one == processes["slope"]


@pytest.fixture(scope="module", name="rules")
def fixture_rules():
    done = terroir("processes", "--schema")
    assert done.returncode == 0
    return json.loads(done.stdout)


@pytest.mark.parametrize("path", sorted((SOURCE / "configs").glob("*.yml")), ids=lambda path: path.name)
def test_the_schema_accepts_the_recipes(rules, path):
    assert schema.check(rules, yaml.safe_load(path.read_text())) == []


@pytest.mark.parametrize("block", re.findall(r"^```yaml\n(.*?)^```$", (SOURCE / "docs/recipe.md").read_text(), re.MULTILINE | re.DOTALL))
def test_the_schema_accepts_the_reference(rules, block):
    assert schema.check(rules, yaml.safe_load(block)) == []


MISTAKES = {
    "an unknown key": lambda r: r.update(outptus={}),
    "no version": lambda r: r.pop("version"),
    "an unknown process": lambda r: r["steps"]["slope"].update(process="slop"),
    "an unknown parameter": lambda r: r["steps"]["slope"].update(units="degree"),
    "no choice": lambda r: r["steps"]["slope"].update(unit="deg"),
    "a text for a number": lambda r: r["steps"]["relief"].update(size="nine"),
    "a number out of range": lambda r: r["steps"]["relief"].update(size=0),
    "a missing parameter": lambda r: r["steps"]["relief"].pop("size"),
    "a bad name": lambda r: r["steps"].update({"my slope": {"process": "slope", "data": "dem"}}),
    "a long name": lambda r: r["steps"].update({"s" * 101: {"process": "slope", "data": "dem"}}),
    "an unknown format": lambda r: r["outputs"]["o"].update(zarr_format=4),
    "an unknown codec": lambda r: r["outputs"]["o"].update(codec={"name": "lzma"}),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_schema_and_check_refuse_the_same(rules, mistake, tmp_path):
    recipe = {"version": 1, **json.loads(json.dumps(TERRAIN)), "outputs": {"o": {"path": "${{outputs.out}}/o.zarr"}}}
    words = [*BOUND["ground"], "--output", f"out={tmp_path}"]
    assert schema.check(rules, recipe) == []
    assert terroir("check", write_recipe(tmp_path / "right.yml", recipe), *words).returncode == 0
    MISTAKES[mistake](recipe)
    (tmp_path / "wrong.yml").write_text(yaml.safe_dump(recipe, sort_keys=False))
    assert schema.check(rules, recipe) != []
    assert terroir("check", tmp_path / "wrong.yml", *words).returncode == 2
