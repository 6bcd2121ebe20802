"""Memory is a promise: what a rank takes at its peak (VmHWM) is at most what the plan projects, and on incompressible data of some size
the projection is at most half as much again."""
import json
import os
import pathlib
import subprocess

import numpy
import pytest
import rasterio

TERROIR = os.environ.get("TERROIR", "build/release/terroir")
ROOT = pathlib.Path(os.environ.get("TERROIR_SOURCE", "."))


def write(path, pixels, **options):
    count, height, width = pixels.shape
    profile = dict(driver="GTiff", count=count, height=height, width=width, dtype=pixels.dtype, crs="EPSG:32632", tiled=True,
                   transform=rasterio.transform.from_origin(600000, 5200000, 30, 30), blockxsize=512, blockysize=512, compress="deflate")
    with rasterio.open(path, "w", **{**profile, **options}) as file:
        file.write(pixels)


def summary(recipe, folder, ranks, *bindings, threads=1):
    """Runs a recipe with `ranks` ranks (0: alone) and returns its summary."""
    command = [TERROIR, "run", str(recipe), "--json", "--threads", str(threads), "--output", f"o={folder / 'out'}"]
    for binding in bindings:
        command += ["--input", binding]
    if ranks > 0:
        command = ["mpirun", "--bind-to", "none", "-n", str(ranks)] + command
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def check(report, tight=False):
    projected = report["memory"]["projected"]
    for rank in report["ranks"]:
        assert 0 < rank["peak_memory"] <= projected, f"a rank took {rank['peak_memory']} of {projected} bytes"
    if tight:
        assert projected >= 200e6, "the case is too small to tell"
        assert projected <= 1.5 * report["memory"]["peak"], f"{projected} projected, {report['memory']['peak']} taken"


TERRAIN = """
version: 1
inputs: {dem: {path: "${{inputs.dem}}"}}
steps:
  slope: {process: slope, data: dem}
  aspect: {process: aspect, data: dem}
  rough: {process: focal_statistics, data: dem, size: 31, reducer: [mean, sd, min, max]}
  z: {process: standardize, data: [slope, rough]}
outputs:
  layers: {path: "${{outputs.o}}/l.zarr", layers: [aspect, rough], codec: LAYERS}
  cube: {path: "${{outputs.o}}/c.zarr", layers: [z], layout: stacked, shard: 1024}
"""


@pytest.mark.parametrize("ranks", [0, 2])
@pytest.mark.parametrize("codec", ["{name: blosc}", "{name: gzip, level: 1}", "{name: none}"])
def test_noise_of_some_size(tmp_path, ranks, codec):
    noise = numpy.random.default_rng(1).normal(size=(1, 3072, 3072)).astype("float32")
    write(tmp_path / "dem.tif", noise)
    recipe = tmp_path / "r.yml"
    recipe.write_text(TERRAIN.replace("LAYERS", codec))
    check(summary(recipe, tmp_path, ranks, f"dem={tmp_path / 'dem.tif'}"))


FILES = """
version: 1
inputs: {dem: {path: "${{inputs.dem}}"}}
steps:
  slope: {process: slope, data: dem}
  rough: {process: focal_statistics, data: dem, size: 9, reducer: [mean, sd]}
outputs:
  file: {path: "${{outputs.o}}/f.nc", layers: [slope, rough], format: netcdf, chunk: 64, shard: 256}
  maps: {path: "${{outputs.o}}/maps", layers: [slope, rough], format: geotiff, chunk: 64, shard: 256, encoding: {slope: {dtype: int16}}}
  bands: {path: "${{outputs.o}}/b.tif", layers: [rough], format: geotiff, layout: stacked, chunk: 64, shard: 256,
          codec: {name: zstd, level: 3}}
"""


@pytest.mark.parametrize("threads, size", [(1, 4096), (2, 2048)])
def test_files(tmp_path, threads, size):
    """What GDAL and HDF5 take to write files of one after the other output."""
    noise = numpy.random.default_rng(6).normal(size=(1, size, size)).astype("float32")
    write(tmp_path / "dem.tif", noise)
    recipe = tmp_path / "r.yml"
    recipe.write_text(FILES)
    check(summary(recipe, tmp_path, 0, f"dem={tmp_path / 'dem.tif'}", threads=threads))


@pytest.mark.parametrize("format", [2, 3])
def test_many_small_chunks(tmp_path, format):
    """A shard of 409,600 chunks: its index is memory, too, and so is what is known of each chunk. One of 67 million is more than is
    allowed."""
    write(tmp_path / "dem.tif", numpy.ones((1, 640, 640), "float32"), nodata=1)
    recipe = tmp_path / "r.yml"
    text = """
version: 1
inputs: {dem: {path: "${{inputs.dem}}"}}
steps: {a: {process: clip, data: dem, min: 0}}
outputs: {o: {path: "${{outputs.o}}/o.zarr", zarr_format: FORMAT, chunk: 1, shard: SHARD}}
"""
    recipe.write_text(text.replace("FORMAT", str(format)).replace("SHARD", "640"))
    check(summary(recipe, tmp_path, 0, f"dem={tmp_path / 'dem.tif'}"))
    if format == 3:
        recipe.write_text(text.replace("FORMAT", "3").replace("SHARD", "8192"))
        done = subprocess.run([TERROIR, "run", recipe, "--memory", "300M", "--output", f"o={tmp_path / 'o'}", "--input",
                               f"dem={tmp_path / 'dem.tif'}"], capture_output=True, text=True, timeout=240)
        assert done.returncode == 5
        assert "open objects" in done.stderr


STACK = """
version: 1
inputs: {s: {path: "${{inputs.s}}/{time:%Y%m%d}.tif", bands: {a: 1, b: 2}}}
steps:
  median: {process: reduce_time, data: s, reducer: [median, mean, count]}
  z: {process: standardize, data: median}
outputs:
  cube: {path: "${{outputs.o}}/c.zarr", layers: [z, median], layout: stacked}
"""


@pytest.mark.parametrize("interleave", ["pixel", "band"])
def test_a_stack_of_noise(tmp_path, interleave):
    random = numpy.random.default_rng(2)
    for day in range(1, 13):
        pixels = random.integers(0, 60000, (2, 2304, 2304), dtype="uint16")
        write(tmp_path / f"202401{day:02d}.tif", pixels, interleave=interleave)
    recipe = tmp_path / "r.yml"
    recipe.write_text(STACK)
    check(summary(recipe, tmp_path, 2, f"s={tmp_path}"), tight=interleave == "band")


SERIES = """
version: 1
inputs: {s: {path: "${{inputs.s}}/{time:%Y%m%d}.tif"}}
steps:
  mean: {process: reduce_time, data: s, reducer: mean}
  anomaly: {process: expression, data: [s, mean], formula: "s - mean"}
outputs:
  days: {path: "${{outputs.o}}/d.zarr", layers: [anomaly]}
"""


def test_layers_with_time(tmp_path):
    random = numpy.random.default_rng(3)
    for day in range(1, 29):
        write(tmp_path / f"202402{day:02d}.tif", random.normal(size=(1, 1024, 1024)).astype("float32"))
    recipe = tmp_path / "r.yml"
    recipe.write_text(SERIES)
    check(summary(recipe, tmp_path, 2, f"s={tmp_path}"))


def test_through_gdal(tmp_path):
    """Files that the direct reader leaves to GDAL: an internal mask, large blocks."""
    noise = numpy.random.default_rng(4).normal(size=(1, 2048, 2048)).astype("float32")
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        write(tmp_path / "dem.tif", noise, blockxsize=2048, blockysize=1024)
        with rasterio.open(tmp_path / "dem.tif", "r+") as file:
            file.write_mask(numpy.ones((2048, 2048), bool))
    recipe = tmp_path / "r.yml"
    recipe.write_text(TERRAIN.replace("LAYERS", "zstd"))
    check(summary(recipe, tmp_path, 2, f"dem={tmp_path / 'dem.tif'}"))


TURNED = """
version: 1
inputs: {s: {path: "${{inputs.s}}"}}
steps: {mean: {process: reduce_time, data: s, reducer: mean}}
outputs: {o: {path: "${{outputs.o}}/o.zarr"}}
"""


@pytest.mark.parametrize("dimensions", ["time lat lon", "lat lon time", "time level lat lon"])
def test_chunks_that_are_turned_around(tmp_path, dimensions):
    """Rows from the south, times last, and a level of many: each thread holds compressed, shuffled and turned numbers of a chunk."""
    import netCDF4

    sizes = {"time": 24, "level": 4, "lat": 240, "lon": 480}
    chunks = {"time": 24, "level": 4, "lat": 240, "lon": 480}
    names = dimensions.split()
    noise = numpy.random.default_rng(5)
    with netCDF4.Dataset(tmp_path / "in.nc", "w") as file:
        for name in names:
            file.createDimension(name, sizes[name])
            file.createVariable(name, "f8", (name,))[:] = numpy.arange(sizes[name]) * {"lat": 0.25, "lon": 0.25}.get(name, 1)
            file[name].units = {"time": "days since 2000-01-01", "level": "hPa", "lat": "degrees_north", "lon": "degrees_east"}[name]
        variable = file.createVariable("t", "f4", names, zlib=True, complevel=1, shuffle=True, chunksizes=[chunks[n] for n in names])
        variable[:] = noise.normal(size=[sizes[n] for n in names]).astype("f4")
    text = TURNED if "level" not in names else TURNED.replace('inputs.s}}"}', 'inputs.s}}", select: {level: 3}}')
    (tmp_path / "r.yml").write_text(text)
    check(summary(tmp_path / "r.yml", tmp_path, 0, f"s={tmp_path / 'in.nc'}"))


OCEAN = """
version: 1
grid: {global: 0.5}
inputs: {s: {path: "${{inputs.s}}", resample: bilinear}}
steps: {copy: {process: linear_scale, data: s, factor: 1, offset: 0}}
outputs: {o: {path: "${{outputs.o}}/o.zarr"}}
"""


def test_positions_of_cells(tmp_path):
    """Two million cells, each with a longitude and a latitude of its own."""
    import netCDF4

    lon, lat = numpy.meshgrid(73 + numpy.arange(2000) * 0.18, numpy.linspace(-80, 80, 1000))
    lat = lat + numpy.sin(numpy.radians(3 * lon))
    with netCDF4.Dataset(tmp_path / "in.nc", "w") as file:
        file.createDimension("j", 1000)
        file.createDimension("i", 2000)
        for name, values, unit in (("lon", lon, "degrees_east"), ("lat", lat, "degrees_north"), ("t", lat, "K")):
            file.createVariable(name, "f8" if name != "t" else "f4", ("j", "i"))[:] = values
            file[name].units = unit
        file["t"].coordinates = "lon lat"
    (tmp_path / "r.yml").write_text(OCEAN)
    report = summary(tmp_path / "r.yml", tmp_path, 0, f"s={tmp_path / 'in.nc'}")
    check(report)
    assert report["memory"]["projected"] <= 2 * report["memory"]["peak"]


def test_the_samples(tmp_path):
    scenes = ROOT / "data-samples" / "scenes"
    recipe = ROOT / "configs" / "scenes.yml"
    text = recipe.read_text().replace("${{outputs.features}}", "${{outputs.o}}")
    (tmp_path / "r.yml").write_text(text)
    check(summary(tmp_path / "r.yml", tmp_path, 2, f"scenes={scenes}"))
