"""Runs of the program on inputs in Azure Blob Storage, and the rasters that they read."""

import json
import os
import pathlib
import subprocess

import blob_storage
import numpy as np
import rasterio
import rasterio.shutil
from rasterio.windows import Window

SOURCE = pathlib.Path(os.environ["TERROIR_SOURCE"])
TERRAIN, SCENES = SOURCE / "configs/terrain.yml", SOURCE / "configs/scenes.yml"
SIDE = 2048  # pixels of big.tif

WINDOW = """
version: 1
name: window
grid: {like: dem, bounds: [618000, 5163000, 627000, 5172000]}
inputs: {dem: {path: "${{inputs.dem}}", unit: m}}
steps: {slope: {process: slope, data: dem}}
outputs: {features: {path: "${{outputs.features}}/window.zarr"}}
"""

STACK = """
version: 1
grid: {global: 1}
inputs: {stack: {path: "${{inputs.stack}}", resample: bilinear}}
steps: {mean: {process: reduce_time, data: stack, reducer: mean}}
outputs: {features: {path: "${{outputs.features}}/mean.zarr"}}
"""

MOSAIC = """
version: 1
name: mosaic
grid: {crs: "EPSG:32632", resolution: 30, bounds: [600000, 5174640, 615360, 5190000]}
inputs: {dem: {path: "${{inputs.dem}}", unit: m}}
steps: {slope: {process: slope, data: dem}}
outputs: {features: {path: "${{outputs.features}}/mosaic.zarr"}}
"""


def make_climate(folder):
    """The first bytes of a classic NetCDF and an HDF5 file."""
    folder.mkdir()
    (folder / "classic.nc").write_bytes(b"CDF\x01" + bytes(60))
    (folder / "new.nc").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(60))


def make_big(path):
    """A terrain that does not compress away, cloud optimized: 4 x 4 blocks of 512."""
    row, col = np.mgrid[0:SIDE, 0:SIDE].astype("float32")
    heights = 900 + 200 * np.sin(row / 90) * np.cos(col / 120) + np.random.default_rng(7).standard_normal((SIDE, SIDE), "float32")
    with rasterio.MemoryFile() as memory:
        with memory.open(driver="GTiff", width=SIDE, height=SIDE, count=1, dtype="float32", crs="EPSG:32632",
                         transform=rasterio.Affine(30, 0, 600000, 0, -30, 5190000)) as plain:
            plain.write(heights, 1)
        with memory.open() as plain:
            rasterio.shutil.copy(plain, path, driver="COG", COMPRESS="DEFLATE", BLOCKSIZE=512, OVERVIEWS="NONE")


def make_tiles(dem, folder):
    for name, top in (("north", 0), ("south", 256)):
        (folder / name).mkdir(parents=True)
        for left in (0, 256):
            window = Window(left, top, 256, 256)
            profile = {**dem.profile, "width": 256, "height": 256, "transform": dem.window_transform(window)}
            with rasterio.open(folder / name / f"part_{left}.tif", "w", **profile) as part:
                part.write(dem.read(window=window))


def make_masked(dem, path):
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=False), rasterio.open(path, "w", **{**dem.profile, "nodata": None}) as masked:
        masked.write(dem.read())
        masked.write_mask(np.indices((512, 512)).sum(axis=0) % 512 > 100)


def make_damaged(path, big):
    stored = bytearray(big.read_bytes())
    with rasterio.open(big) as data:
        offset = int(data.get_tag_item("BLOCK_OFFSET_1_2", "TIFF", bidx=1))
    stored[offset + 1000 : offset + 1100] = bytes(100)
    path.write_bytes(stored)


def environment(**settings):
    """That of this process without settings of Azure or proxies; GDAL waits a hundredth of a second instead of one."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AZURE_", "GDAL_", "CPL_")) and not k.lower().endswith("_proxy")}
    # No settings of Azure's command line, no token of a virtual machine.
    nothing = {"AZURE_CONFIG_DIR": "", "CPL_AZURE_VM_API_ROOT_URL": "disabled", "GDAL_HTTP_RETRY_DELAY": "0.01"}
    return {**kept, **nothing, **settings}


def key(storage):
    return {"AZURE_STORAGE_CONNECTION_STRING": blob_storage.connection(storage.port)}


def sas(storage, kind):
    credential = f"SharedAccessSignature={storage.tokens[kind]}"
    return {"AZURE_STORAGE_CONNECTION_STRING": blob_storage.connection(storage.port, credential)}


def terroir(command, recipe, value, out, settings, name="dem", ranks=0, arguments=()):
    words = [os.environ["TERROIR"], command, str(recipe), "--input", f"{name}={value}", "--output", f"features={out}", *arguments]
    if ranks:
        words = ["mpirun", "-n", str(ranks), "--bind-to", "none", *words]
    return subprocess.run(words, capture_output=True, text=True, timeout=120, check=False, env=environment(**settings))


def run(*arguments, **more):
    done = terroir("run", *arguments, **more)
    assert done.returncode == 0, done.stderr
    return summary(arguments[2])


def summary(out):
    return json.loads(max(out.glob("*/__terroir/summary-*.json")).read_text())


def contents(out):
    """All data and metadata of a result; what differs between runs stands in __terroir."""
    files = {str(f.relative_to(out)): f.read_bytes() for f in sorted(out.rglob("*")) if f.is_file() and "__terroir" not in f.parts}
    assert files
    return files


def write(folder, text):
    (folder / "recipe.yml").write_text(text)
    return folder / "recipe.yml"


def same_as_local(storage, local, tmp_path, recipe, path, name="dem", **more):
    """Runs a recipe on a path below the container and on the same local files; both give the same plan and the same bytes."""
    here = run(recipe, local / path if path else local, tmp_path / "local", {}, name=name)
    storage.clear()
    there = run(recipe, f"/vsiaz/data/{path}".rstrip("/"), tmp_path / "remote", key(storage), name=name, **more)
    assert contents(tmp_path / "remote") == contents(tmp_path / "local")
    assert there["plan"] == here["plan"]
    assert there["memory"]["peak"] <= there["memory"]["projected"]
    return there


def is_get(request, path=".tif"):
    return request.method == "GET" and path in request.path and "comp=list" not in request.path


def first_byte(request):
    return int(request.range.removeprefix("bytes=").split("-")[0])


def takes_pixels(request):
    """Of big.tif, between the ends that the fingerprint takes."""
    return is_get(request, "big.tif") and 65536 <= first_byte(request) < 13_000_000
