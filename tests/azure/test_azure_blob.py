"""Inputs read from Azure Blob Storage: the same bytes as from local files, by byte ranges, through faults, and with clear refusals."""

import http.server
import json
import os
import pathlib
import shutil
import ssl
import subprocess
import threading

import blob_storage
import numpy as np
import pytest
import rasterio
import rasterio.shutil
from rasterio.windows import Window

SOURCE = pathlib.Path(os.environ["TERROIR_SOURCE"])
TERRAIN, SCENES = SOURCE / "configs/terrain.yml", SOURCE / "configs/scenes.yml"
SIDE = 2048  # pixels of big.tif

# rasterio has a quarrel of its own with affine.
pytestmark = pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")

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


@pytest.fixture(scope="session", name="local")
def fixture_local(tmp_path_factory):
    folder = tmp_path_factory.mktemp("local")
    shutil.copy(SOURCE / "data-samples/dem.tif", folder)
    shutil.copytree(SOURCE / "data-samples/scenes", folder / "scenes")
    make_big(folder / "big.tif")
    with rasterio.open(folder / "dem.tif") as dem:
        make_tiles(dem, folder / "tiles")
        make_masked(dem, folder / "masked.tif")
    assert (folder / "masked.tif.msk").exists()
    make_damaged(folder / "damaged.tif", folder / "big.tif")
    (folder / "climate").mkdir()
    (folder / "climate/classic.nc").write_bytes(CLASSIC_NETCDF)
    (folder / "climate/new.nc").write_bytes(HDF5)
    return folder


@pytest.fixture(scope="session", name="storage")
def fixture_storage(local):
    azurite = blob_storage.Azurite()
    proxy = blob_storage.Proxy(azurite.port)
    upload = [os.environ["AZURE_PYTHON"], SOURCE / "tests/azure/upload.py", blob_storage.connection(azurite.port), local, "data"]
    proxy.tokens = json.loads(subprocess.run(upload, check=True, capture_output=True, text=True).stdout)
    yield proxy
    proxy.shutdown()
    azurite.stop()


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


@pytest.mark.parametrize("ranks", [0, 2])
def test_a_geotiff_gives_the_same_bytes(storage, local, tmp_path, ranks):
    same_as_local(storage, local, tmp_path, TERRAIN, "dem.tif", ranks=ranks)
    assert all(r.range for r in storage.pixels())


def test_stacks_by_date_and_band_are_found_and_give_the_same_bytes(storage, local, tmp_path):
    same_as_local(storage, local, tmp_path, SCENES, "scenes", name="scenes")
    assert len({r.path for r in storage.pixels()}) == 36
    assert not [r for r in storage.requests if r.method == "HEAD"], "one list tells size and name of all files"


def test_wildcards_are_found_in_every_part(storage, local, tmp_path):
    same_as_local(storage, local, tmp_path, write(tmp_path, MOSAIC), "tiles/*th/part_?*.tif")
    assert len({r.path for r in storage.pixels()}) == 4


def test_a_long_list_comes_in_pages(storage, local, tmp_path):
    # The page of 36 names that fails first is not taken for the end of the list.
    with storage.failing(lambda r: "marker=" in r.path, 503, times=1) as fault:
        run(SCENES, "/vsiaz/data/scenes", tmp_path / "remote", {**key(storage), "AZURE_MAX_RESULTS": "10"}, name="scenes")
        assert fault.times == 0
    run(SCENES, local / "scenes", tmp_path / "local", {}, name="scenes")
    assert contents(tmp_path / "remote") == contents(tmp_path / "local")


def test_only_the_blocks_of_the_window_are_fetched(storage, local, tmp_path):
    # The window of rows and columns 600 to 900 and its border lie in the block of rows and columns 512 to 1023, one of 4 x 4.
    same_as_local(storage, local, tmp_path, write(tmp_path, WINDOW), "big.tif")
    size = (local / "big.tif").stat().st_size
    fetched = sum(r.sent for r in storage.pixels())
    assert all(r.range and r.status == 206 for r in storage.pixels())
    ends = 2 * 65536 + 3 * 16384  # the header, and what the fingerprint takes
    assert size / 16 * 0.9 < fetched < size / 16 * 1.1 + ends


def test_a_fingerprint_takes_no_more_than_the_ends_of_a_file(storage, local, tmp_path):
    storage.clear()
    done = terroir("check", write(tmp_path, WINDOW), "/vsiaz/data/big.tif", tmp_path / "out", key(storage))
    assert done.returncode == 0, done.stderr
    assert 2 * 65536 <= sum(r.sent for r in storage.pixels()) <= 2 * 65536 + 3 * 16384 < (local / "big.tif").stat().st_size / 10


def test_a_whole_file_keeps_the_promise_of_memory(storage, local, tmp_path):
    same_as_local(storage, local, tmp_path, TERRAIN, "big.tif")


def test_a_mask_beside_the_file_counts(storage, local, tmp_path):
    same_as_local(storage, local, tmp_path, TERRAIN, "masked.tif")
    (tmp_path / "plain").mkdir()
    shutil.copy(local / "masked.tif", tmp_path / "plain")
    run(TERRAIN, tmp_path / "plain/masked.tif", tmp_path / "unmasked", {})
    assert contents(tmp_path / "remote") != contents(tmp_path / "unmasked")


def is_get(request, path=".tif"):
    return request.method == "GET" and path in request.path and "comp=list" not in request.path


def first_byte(request):
    return int(request.range.removeprefix("bytes=").split("-")[0])


def takes_pixels(request):
    """Of big.tif, between the ends that the fingerprint takes."""
    return is_get(request, "big.tif") and 65536 <= first_byte(request) < 13_000_000


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


CLASSIC_NETCDF = b"CDF\x01" + bytes(60)
HDF5 = b"\x89HDF\r\n\x1a\n" + bytes(60)


@pytest.mark.parametrize("path", ["climate/classic.nc", "climate/new.nc", "climate/n*.nc"])
@pytest.mark.parametrize("command", ["check", "run"])
def test_netcdf_and_hdf5_are_refused_with_the_remedy_before_a_run(storage, tmp_path, command, path):
    done = terroir(command, write(tmp_path, STACK), f"/vsiaz/data/{path}", tmp_path / "out", key(storage), name="stack")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert ".nc: NetCDF and HDF5 are read from folders only; mount the container, or copy the file" in done.stderr
    assert not (tmp_path / "out").exists()


WRONG_KEY = "AAAA" + blob_storage.KEY[4:]
REFUSALS = {
    "no such file": ("/vsiaz/data/none.tif", None, "there is no such file in the container 'data'; check its name"),
    "a name in other letters": ("/vsiaz/data/DEM.tif", None, "there is no such file in the container 'data'"),
    "no such container": ("/vsiaz/nothing/dem.tif", None, "nor does the container 'nothing' let itself be listed; check the names"),
    "a folder": ("/vsiaz/data/scenes", None, "it is a folder; name a file, or a pattern like /vsiaz/data/scenes/*.tif"),
    "no match": ("/vsiaz/data/scenes/*.jp2", None, "no file matches '/vsiaz/data/scenes/*.jp2'"),
    "no folder to match in": ("/vsiaz/data/none/*.tif", None, "no file matches '/vsiaz/data/none/*.tif'"),
    "no container to match in": ("/vsiaz/nothing/*.tif", None, "nor does the container 'nothing' let itself be listed"),
    "a wrong key": ("/vsiaz/data/dem.tif", WRONG_KEY, "the container 'data' refuses access (HTTP 403); check the key or token"),
    "a wrong key, and a pattern": ("/vsiaz/data/*.tif", WRONG_KEY, "the container 'data' refuses access (HTTP 403)"),
    "no key": ("/vsiaz/data/dem.tif", "", "there are no credentials for the container 'data'; set AZURE_STORAGE_CONNECTION_STRING"),
    "no key, and a pattern": ("/vsiaz/data/*.tif", "", "there are no credentials for the container 'data'"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_refusals_are_one_sentence_with_its_remedy(storage, tmp_path, name):
    path, account_key, sentence = REFUSALS[name]
    settings = key(storage)
    if account_key is not None:
        credential = f"AccountName={blob_storage.ACCOUNT};AccountKey={account_key}"
        settings = {"AZURE_STORAGE_CONNECTION_STRING": blob_storage.connection(storage.port, credential)} if account_key else {}
    done = terroir("check", TERRAIN, path, tmp_path / "out", settings)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1 and sentence in done.stderr, done.stderr
    assert blob_storage.KEY not in done.stderr and WRONG_KEY not in done.stderr


def test_the_guide_shows_a_refusal_as_it_is(storage, tmp_path):
    (tmp_path / "terrain.yml").write_text(TERRAIN.read_text())
    credential = f"AccountName={blob_storage.ACCOUNT};AccountKey={WRONG_KEY}"
    settings = {"AZURE_STORAGE_CONNECTION_STRING": blob_storage.connection(storage.port, credential)}
    done = terroir("check", tmp_path / "terrain.yml", "/vsiaz/data/dem.tif", tmp_path / "out", settings)
    assert done.stderr.replace(f"{tmp_path}/", "") in (SOURCE / "docs/guide.md").read_text()


def test_an_account_and_its_key_in_variables_of_their_own(storage, local, tmp_path):
    settings = {"AZURE_STORAGE_ACCOUNT": blob_storage.ACCOUNT, "AZURE_STORAGE_ACCESS_KEY": blob_storage.KEY,
                "CPL_AZURE_ENDPOINT": f"http://127.0.0.1:{storage.port}/{blob_storage.ACCOUNT}"}
    run(TERRAIN, local / "dem.tif", tmp_path / "local", {})
    run(TERRAIN, "/vsiaz/data/dem.tif", tmp_path / "remote", settings)
    assert contents(tmp_path / "remote") == contents(tmp_path / "local")


def test_a_token_opens_the_container_and_is_found_nowhere(storage, local, tmp_path):
    run(SCENES, local / "scenes", tmp_path / "local", {}, name="scenes")
    done = terroir("run", SCENES, "/vsiaz/data/scenes", tmp_path / "remote", sas(storage, "good"), name="scenes")
    assert done.returncode == 0, done.stderr
    assert contents(tmp_path / "remote") == contents(tmp_path / "local")
    assert "sig=" not in done.stdout + done.stderr
    for file in (tmp_path / "remote").rglob("*"):
        assert not file.is_file() or b"sig=" not in file.read_bytes(), file


def test_a_token_that_may_not_list_reads_files_that_are_named(storage, local, tmp_path):
    run(TERRAIN, local / "dem.tif", tmp_path / "local", {})
    run(TERRAIN, "/vsiaz/data/dem.tif", tmp_path / "remote", sas(storage, "unlisted"))
    assert contents(tmp_path / "remote") == contents(tmp_path / "local")
    done = terroir("check", TERRAIN, "/vsiaz/data/*.tif", tmp_path / "out", sas(storage, "unlisted"))
    assert done.returncode == 2
    assert "the container 'data'" in done.stderr and "list" in done.stderr


@pytest.mark.parametrize("path", ["/vsiaz/data/dem.tif", "/vsiaz/data/*.tif"])
def test_a_token_that_has_expired_is_refused_and_not_shown(storage, tmp_path, path):
    done = terroir("check", TERRAIN, path, tmp_path / "out", sas(storage, "expired"))
    assert done.returncode == 2
    assert "the container 'data' refuses access (HTTP 403)" in done.stderr
    assert "sig=" not in done.stderr


FORBIDDEN = ["/vsistdin/", "/vsizip//vsiaz/data/a.zip/dem.tif", "/vsicurl/http://127.0.0.1:{port}/a.tif", "/vsis3/b/dem.tif"]


@pytest.mark.parametrize("path", FORBIDDEN)
def test_other_virtual_file_systems_ask_nobody(storage, tmp_path, path):
    storage.clear()
    done = terroir("check", TERRAIN, path.format(port=storage.port), tmp_path / "out", key(storage))
    assert done.returncode == 2
    assert "this virtual file system of GDAL may not be used" in done.stderr
    assert not storage.requests


class Ranges(http.server.SimpleHTTPRequestHandler):
    """A web server that knows byte ranges."""

    def log_message(self, *_):
        pass

    def send_head(self):
        file = pathlib.Path(self.translate_path(self.path))
        if not file.is_file():
            self.send_error(404)
            return None
        stored, wanted = file.read_bytes(), self.headers.get("Range")
        first, last = (int(n) for n in wanted[6:].split("-")) if wanted else (0, len(stored) - 1)
        part = stored[first : last + 1]
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(part)))
        if wanted:
            self.send_header("Content-Range", f"bytes {first}-{first + len(part) - 1}/{len(stored)}")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(part)
        return None


def test_https_gives_the_same_bytes(local, tmp_path):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=IP:127.0.0.1", "-keyout", tmp_path / "key.pem", "-out", tmp_path / "certificate.pem"],
                   check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "certificate.pem", tmp_path / "key.pem")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), lambda *a: Ranges(*a, directory=local)) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"/vsicurl/https://127.0.0.1:{server.server_address[1]}"
        trusted = {"SSL_CERT_FILE": str(tmp_path / "certificate.pem")}
        run(TERRAIN, local / "masked.tif", tmp_path / "local", {})
        run(TERRAIN, f"{address}/masked.tif", tmp_path / "remote", trusted)
        missing = terroir("check", TERRAIN, f"{address}/none.tif", tmp_path / "out", trusted)
        unknown = terroir("check", TERRAIN, f"{address}/dem.tif", tmp_path / "out", {})
        server.shutdown()
    assert contents(tmp_path / "remote") == contents(tmp_path / "local")
    assert missing.returncode == 2 and "there is no such file in the server '127.0.0.1:" in missing.stderr
    assert unknown.returncode == 4 and "certificate" in unknown.stderr, "who the server is must be known"
