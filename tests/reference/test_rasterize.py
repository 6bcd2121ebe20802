"""Polygons as layers: against gdal_rasterize, against areas that GEOS cuts, and what wrong files and recipes are told."""

import json

import numpy as np
import pytest
import rasterio.features
import rasterio.warp
import shapely
import xarray
from jobs import DEM, compute, gdal, opened, read, terroir, write_recipe
from shapely.geometry import LineString, MultiPolygon, Polygon, box, mapping, shape

ROWS, COLS, SIZE = 90, 120, 10
BOUNDS = (600000, 5189000 - ROWS * SIZE, 600000 + COLS * SIZE, 5189000)
GRID = {"crs": "EPSG:32632", "resolution": SIZE, "bounds": list(BOUNDS)}
PLACE = rasterio.Affine(SIZE, 0, BOUNDS[0], 0, -SIZE, BOUNDS[3])


def star(random, x, y, size, corners=13):
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    far = size * random.uniform(0.4, 1, corners)
    ring = np.column_stack([x + far * np.cos(angles), y + far * np.sin(angles)])
    hole = np.column_stack([x + far / 3 * np.cos(angles), y + far / 3 * np.sin(angles)])
    return Polygon(ring, [hole] if size > 30 else [])


def scattered(count=150, seed=3):
    """Overlapping polygons of all sizes, with holes, some of several parts, some beyond the grid."""
    random = np.random.default_rng(seed)
    shapes = []
    for i in range(count):
        x, y = random.uniform(BOUNDS[0] - 50, BOUNDS[2] + 50), random.uniform(BOUNDS[1] - 50, BOUNDS[3] + 50)
        one = star(random, x, y, 10 ** random.uniform(0.5, 2.4))
        shapes.append(MultiPolygon([one, star(random, x + 600, y, 40)]) if i % 10 == 0 else one)
    return shapes


def write_geojson(path, shapes, crs=32632, **columns):
    """`columns`: of each feature; one that is None is missing."""
    features = [
        {"type": "Feature", "properties": {name: values[i] for name, values in columns.items()}, "geometry": mapping(s)}
        for i, s in enumerate(shapes)
    ]
    named = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{crs}"}}
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": named, "features": features}))
    return path


def converted(path, name, *words):
    out = path.parent / name
    gdal("ogr2ogr", *words, out, path)
    return out


def rasterized(folder, path, grid=None, steps=None, **how):
    layers = {} if steps else {"output": {"layers": ["it"]}}
    data = compute(folder, steps or {}, {"it": {"path": str(path), "rasterize": how}}, grid=grid or GRID, **layers)
    return data["it" if not steps else next(iter(steps))].values.astype(np.float64)


def by_gdal(folder, path, *words):
    out = folder / "burned.tif"
    gdal("gdal_rasterize", "-q", *words, "-a", "crop", "-init", -1, "-ot", "Float32", "-tr", SIZE, SIZE, "-te", *BOUNDS, path, out)
    values = read(out)
    return np.where(values == -1, np.nan, values)


@pytest.fixture(scope="module", name="fields")
def fixture_fields(tmp_path_factory):
    shapes = scattered()
    path = tmp_path_factory.mktemp("fields") / "fields.geojson"
    write_geojson(path, shapes, crop=list(range(1, len(shapes) + 1)))
    return converted(path, "fields.gpkg")


@pytest.mark.parametrize(("method", "words"), [("center", []), ("all_touched", ["-at"])])
def test_as_gdal_rasterize(fields, method, words, tmp_path):
    got, wanted = rasterized(tmp_path, fields, method=method, attribute="crop"), by_gdal(tmp_path, fields, *words)
    assert len(np.unique(wanted)) > 50
    np.testing.assert_array_equal(got, wanted)


def shares(shapes):
    """The share of each pixel that shapes cover, by GEOS."""
    left, top = np.meshgrid(BOUNDS[0] + SIZE * np.arange(COLS), BOUNDS[3] - SIZE * np.arange(ROWS))
    pixels = shapely.box(left, top - SIZE, left + SIZE, top)
    return sum(shapely.area(shapely.intersection(pixels, s)) for s in shapes) / SIZE**2


def test_coverage_is_the_area_of_intersections(tmp_path):
    shapes = scattered(25, seed=8)
    path = write_geojson(tmp_path / "fields.geojson", shapes)
    got, wanted = rasterized(tmp_path, path, method="coverage"), shares(shapes)
    assert ((wanted > 0) & (wanted < 1)).sum() > 500 and (wanted > 1).any()
    np.testing.assert_allclose(got, np.minimum(wanted, 1), rtol=0, atol=1e-6)


def test_coverage_adds_up_to_the_area(tmp_path):
    field = star(np.random.default_rng(2), BOUNDS[0] + 600, BOUNDS[1] + 450, 440)
    got = rasterized(tmp_path, write_geojson(tmp_path / "field.geojson", [field]), method="coverage")
    assert got.sum() * SIZE**2 / field.area == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("method", ["center", "coverage"])
def test_formats_and_options_give_one_result(fields, method, tmp_path):
    how = {"method": method} | ({} if method == "coverage" else {"attribute": "crop"})
    wanted = rasterized(tmp_path / "gpkg", fields, **how)
    again = converted(fields, f"{method}.shp", "-nlt", "MULTIPOLYGON")
    np.testing.assert_array_equal(rasterized(tmp_path / "shp", again, **how), wanted)
    again = converted(fields, f"{method}.geojson", "-lco", "COORDINATE_PRECISION=12", "-lco", "RFC7946=NO")
    np.testing.assert_array_equal(rasterized(tmp_path / "json", again, **how), wanted)


@pytest.mark.parametrize("method", ["center", "all_touched", "coverage"])
def test_cropping_changes_no_value(fields, method, tmp_path):
    how = {"method": method} | ({} if method == "coverage" else {"attribute": "crop"})
    steps = {"near": {"process": "focal_statistics", "data": "it", "size": 9, "reducer": "mean"}}
    whole = rasterized(tmp_path / "whole", fields, steps=steps, **how)
    crop = [BOUNDS[0] + 30 * SIZE, BOUNDS[1] + 20 * SIZE, BOUNDS[0] + 71 * SIZE, BOUNDS[3] - 25 * SIZE]
    part = rasterized(tmp_path / "part", fields, grid=GRID | {"bounds": crop}, steps=steps, **how)
    np.testing.assert_array_equal(part, whole[25:-20, 30:71])


def test_long_sides_bend_on_the_way_to_another_crs(tmp_path):
    field = Polygon([(10.3, 46.838), (10.34, 46.8381), (10.338, 46.8499), (10.3, 46.85)], [[(10.313, 46.84), (10.32, 46.84), (10.32, 46.846)]])
    path = write_geojson(tmp_path / "field.geojson", [field], crs=4326)
    dense = shapely.segmentize(field, 2e-4)
    there = shape(rasterio.warp.transform_geom("EPSG:4326", "EPSG:32632", mapping(dense)))
    got, wanted = rasterized(tmp_path, path, method="coverage"), shares([there])
    assert 1000 < wanted.sum() < wanted.size - 1000
    np.testing.assert_allclose(got, wanted, rtol=0, atol=2e-3)


def test_a_parallel_is_no_straight_line_on_a_map_of_europe(tmp_path):
    north = box(-40, 50.003, 60, 80)
    dense = shapely.segmentize(north, 0.05)
    there = shape(rasterio.warp.transform_geom("EPSG:4326", "EPSG:3035", mapping(dense)))
    grid = {"crs": "EPSG:3035", "resolution": 50000, "bounds": [2500000, 2000000, 6000000, 4000000]}
    path = write_geojson(tmp_path / "north.geojson", [north], crs=4326)
    got = rasterized(tmp_path, path, grid=grid, method="coverage")
    left, top = np.meshgrid(2500000 + 50000 * np.arange(70), 4000000 - 50000 * np.arange(40))
    wanted = shapely.area(shapely.intersection(shapely.box(left, top - 50000, left + 50000, top), there)) / 50000**2
    assert wanted[:, 0].sum() < wanted[:, 35].sum() - 4  # 200 km from west to the middle
    np.testing.assert_allclose(got, wanted, rtol=0, atol=2e-3)


def test_longitudes_count_round_the_globe(tmp_path):
    path = write_geojson(tmp_path / "it.geojson", [box(-12, -3, -7, 2.5), box(178, 0, 183, 1)], crs=4326)
    half = rasterized(tmp_path / "west", path, grid={"global": 1}, method="coverage")
    turned = rasterized(tmp_path / "east", path, method="coverage",
                        grid={"crs": "EPSG:4326", "resolution": 1, "bounds": [0, -90, 360, 90]})
    np.testing.assert_array_equal(turned, np.roll(half, 180, axis=1))
    assert half.sum() == 5 * 5.5 + 5
    assert half[87, 168:173].tolist() == [0.5] * 5 and half[89, 0:4].tolist() == [1, 1, 1, 0]


def test_values_and_choices_of_polygons(tmp_path):
    squares = [box(BOUNDS[0] + 100 * i, BOUNDS[1], BOUNDS[0] + 100 * i + 100, BOUNDS[3]) for i in range(6)]
    path = write_geojson(tmp_path / "it.geojson", squares, crop=["wheat", "maize", "wheat", None, "hops", "maize"],
                         year=[2023, 2024, 2024, 2024, 2024, 2024], height=[0.5, 1.5, None, 3.25, -1, 2])

    def row(**how):
        return rasterized(tmp_path / str(len(list(tmp_path.iterdir()))), path, **how)[0, 5::10].tolist()[:7]

    nan = pytest.approx(np.nan, nan_ok=True)
    assert row() == [1, 1, 1, 1, 1, 1, nan]
    assert row(value=7, where={"crop": "wheat"}) == [7, nan, 7, nan, nan, nan, nan]
    assert row(where={"crop": ["wheat", "hops"], "year": 2024}) == [nan, nan, 1, nan, 1, nan, nan]
    assert row(attribute="height") == [0.5, 1.5, nan, 3.25, -1, 2, nan]
    assert row(attribute="crop", classes={"wheat": 1, "maize": 2}) == [1, 2, 1, nan, nan, 2, nan]
    assert row(attribute="year", classes={"2024": 4}) == [nan, 4, 4, 4, 4, 4, nan]
    assert row(method="coverage", where={"crop": "maize"}) == [0, 1, 0, 0, 0, 1, 0]


def test_metadata_and_plan(fields, tmp_path):
    recipe = {"grid": GRID, "inputs": {
        "crop": {"path": str(fields), "rasterize": {"attribute": "crop", "classes": {"1": 5, "2": 6}}},
        "share": {"path": "${{inputs.fields}}", "rasterize": {"layer": "fields", "method": "coverage"}}},
        "outputs": {"out": {"path": "${{outputs.out}}/out.zarr", "layers": ["crop", "share"]}}}
    words = [write_recipe(tmp_path / "it.yml", recipe), "--input", f"fields={fields}", "--output", f"out={tmp_path}"]
    plan = terroir("plan", *words).stdout
    assert "  crop: 1 file, 2 polygons of layer 'fields', categorical\n" in plan
    assert "  share: 1 file, 1" in plan and " polygons of layer 'fields'\n" in plan
    assert "\n  polygons: " in plan
    assert terroir("run", *words).returncode == 0
    data = opened(tmp_path / "out.zarr")
    assert data.crop.attrs["long_name"] == "crop of fields"
    assert data["share"].attrs["units"] == "1"
    assert data["share"].attrs["long_name"] == "share of the pixel that lies in fields"
    # The same run again has nothing to do; the store makes itself again.
    assert "Nothing to do" in terroir("run", *words).stdout
    again = terroir("run", tmp_path / "out.zarr", "--input", f"fields={fields}", "--output", f"out={tmp_path / 'again'}")
    assert again.returncode == 0, again.stderr
    xarray.testing.assert_equal(opened(tmp_path / "again/out.zarr"), data)


def test_the_grid_of_the_only_raster_is_taken(tmp_path):
    path = write_geojson(tmp_path / "it.geojson", [box(600000, 5189000, 600300, 5190000)])
    recipe = {"inputs": {"dem": {"path": str(DEM)}, "it": {"path": str(path), "rasterize": {"method": "coverage"}}},
              "steps": {"masked": {"process": "mask_values", "data": "dem", "mask": "it", "values": [0]}},
              "outputs": {"out": {"path": str(tmp_path / "out.zarr")}}}
    done = terroir("run", write_recipe(tmp_path / "it.yml", recipe))
    assert done.returncode == 0, done.stderr
    masked = opened(tmp_path / "out.zarr")["masked"].values
    np.testing.assert_array_equal(np.isnan(masked[:33, :11]), np.repeat([[False] * 10 + [True]], 33, axis=0))


BAD = {  # what the recipe says, and the one line that it gets
    "layer": ({"layer": "field"}, "has no layer 'field'; use fields"),
    "attribute": ({"attribute": "Crop"}, "layer 'fields' has no attribute 'Crop'; use crop, name or day"),
    "where": ({"where": {"kind": 3}}, "inputs.it.rasterize.where.kind: layer 'fields' has no attribute 'kind'; use"),
    "where text": ({"where": {"crop": "wheat"}}, "'crop' holds integers, and 'wheat' is no number; give a number"),
    "text": ({"attribute": "name"}, "'name' holds text, and pixels are numbers; give classes"),
    "date": ({"attribute": "day"}, "'day' holds neither numbers nor text; use an attribute that does"),
    "coverage": ({"method": "coverage", "attribute": "crop"}, "coverage is a share of a pixel and takes no value"),
    "two values": ({"value": 3, "attribute": "crop"}, "'value' does not go with 'attribute'; remove one"),
    "classes": ({"classes": {"a": 1}}, "'classes' needs the attribute that holds them; give attribute: NAME"),
    "method": ({"method": "centre"}, "'centre' is not a choice; did you mean 'center'?"),
    "key": ({"methods": "center"}, "unknown key 'methods'; did you mean 'method'?"),
    "nothing": ({"where": {"crop": 99999}}, "no polygon of layer 'fields' is taken, of 150; check where"),
    "large": ({"value": 16777217}, "a pixel cannot keep integers beyond ±16777216"),
}


def refused(folder, spec, grid=None, words=("check",)):
    """The one line that the input gets."""
    recipe = {"grid": grid or GRID, "inputs": {"it": spec}, "outputs": {"o": {"path": str(folder / "o.zarr"), "layers": ["it"]}}}
    done = terroir(*words, write_recipe(folder / "bad.yml", recipe))
    assert done.returncode == 2, done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.mark.parametrize("case", BAD)
def test_wrong_recipes_are_told(fields, case, tmp_path):
    more = {"name": ["a"] * 150, "day": ["2024-06-01"] * 150}
    path = write_geojson(tmp_path / "fields.geojson", scattered(), crop=list(range(150)), **more)
    how, wanted = BAD[case]
    path = converted(path, "fields.gpkg", "-nln", "fields")
    assert wanted in refused(tmp_path, {"path": str(path), "rasterize": how})


def broken_files(folder):
    """Name, file, words of its line."""
    squares = [box(*BOUNDS)]
    path = write_geojson(folder / "good.geojson", squares, crop=[1])
    yield folder / "missing.gpkg", "there is no such file"
    yield DEM, "it is no file of polygons that is read here"
    (folder / "short.gpkg").write_bytes(converted(path, "whole.gpkg").read_bytes()[:5000])
    yield folder / "short.gpkg", "short.gpkg"
    (folder / "bad.geojson").write_text('{"type": "FeatureCollection", "features": [')
    yield folder / "bad.geojson", "bad.geojson"
    shapefile = converted(path, "parts.shp")
    shapefile.with_suffix(".dbf").unlink()
    yield shapefile, "its .dbf file is missing"
    bare = converted(path, "bare.shp")
    bare.with_suffix(".prj").unlink()
    yield bare, "has no CRS; give inputs.it.crs"
    cut = converted(write_geojson(folder / "many.geojson", scattered()), "cut.shp", "-nlt", "MULTIPOLYGON")
    cut.write_bytes(cut.read_bytes()[:20000])
    yield cut, "layer 'cut' cannot be read to its end"
    lines = write_geojson(folder / "lines.geojson", [LineString(squares[0].exterior)])
    yield lines, "holds features of type Line String, not polygons"
    yield write_geojson(folder / "mixed.geojson", [squares[0], LineString(squares[0].exterior)]), "feature 1: it is a LINESTRING and no polygon"
    yield write_geojson(folder / "empty.geojson", []), "has no features"
    yield write_geojson(folder / "far.geojson", [box(0, 0, 1, 1)], crs=4326), "do not meet the recipe's grid: they lie at [0, 0, 1, 1] in EPSG:4326"
    yield folder / "*.geojson", "is a pattern, and polygons come from one file"
    many = converted(path, "many.gpkg", "-nln", "one")
    gdal("ogr2ogr", "-update", many, path, "-nln", "two")
    yield many, "has several layers; give layer: one or two"
    yield "/vsiaz/box/it.gpkg", "polygons are read from folders only; mount the container, or copy the file"
    yield "/vsizip/box.zip", "/vsizip/"


def test_wrong_files_are_told(tmp_path):
    for path, wanted in broken_files(tmp_path):
        line = refused(tmp_path, {"path": str(path), "rasterize": {}})
        assert wanted in line and "inputs.it" in line, line
        assert not any(sign in line for sign in ("std::", "what()", "SQL")), line


def test_integers_that_a_pixel_cannot_keep_are_told(tmp_path):
    path = write_geojson(tmp_path / "it.geojson", [box(*BOUNDS)], crop=[123456789])
    assert "its 'crop' is 123456789, and a pixel keeps integers up to" in refused(tmp_path, {"path": str(path), "rasterize": {"attribute": "crop"}})
    assert rasterized(tmp_path, path, attribute="crop", classes={"123456789": 3})[0, 0] == 3


def test_other_uses_of_polygons_are_told(fields, tmp_path):
    assert "it holds features, not pixels; say how they become pixels, as rasterize" in refused(tmp_path, {"path": str(fields)})
    assert "'scale' is of files of pixels, and polygons have none; remove it" in refused(
        tmp_path, {"path": str(fields), "rasterize": {}, "scale": 2})
    assert "'it' holds polygons, which have no grid" in refused(tmp_path, {"path": str(fields), "rasterize": {}}, grid={"like": "it"})


def test_memory_for_polygons_is_promised(tmp_path):
    corners = np.linspace(0, 2 * np.pi, 200_000, endpoint=False)
    ring = np.column_stack([BOUNDS[0] + 600 + 400 * np.cos(corners), BOUNDS[1] + 450 + 400 * np.sin(corners)])
    text = write_geojson(tmp_path / "it.geojson", [Polygon(ring)] * 3)
    for path in (text, converted(text, "it.gpkg")):
        recipe = write_recipe(tmp_path / "it.yml", {"grid": GRID, "inputs": {"it": {"path": str(path), "rasterize": {}}},
                                                    "outputs": {"o": {"path": str(tmp_path / f"{path.suffix}.zarr"), "layers": ["it"]}}})
        done = terroir("run", recipe, "--memory", "10M")
        assert done.returncode == 5 and "its polygons take more than the 10 MiB that a rank may" in done.stderr, done.stderr
        done = terroir("run", recipe, "--json")
        assert done.returncode == 0, done.stderr
        memory = json.loads(done.stdout)["memory"]
        assert memory["peak"] <= memory["projected"]


def test_polygons_wrap_at_the_date_line(tmp_path):
    path = write_geojson(tmp_path / "it.geojson", [box(178, 0, 181, 1)], crs=4326)
    steps = {"near": {"process": "focal_statistics", "data": "it", "size": 3, "reducer": "sum", "boundary": "wrap"}}
    near = rasterized(tmp_path, path, grid={"global": 1}, steps=steps, method="coverage")
    assert near[89, [0, 1, 2, -4, -3, -2, -1]].tolist() == [2, 1, 0, 0, 1, 2, 3]
