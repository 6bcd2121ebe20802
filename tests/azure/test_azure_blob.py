"""Inputs read from Azure Blob Storage give the same bytes as local files, by byte ranges; so do those of a web server."""

import http.server
import pathlib
import shutil
import ssl
import subprocess
import threading

import pytest
from blob_runs import MOSAIC, SCENES, TERRAIN, WINDOW, contents, key, run, same_as_local, terroir, write

# rasterio has a quarrel of its own with affine.
pytestmark = pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")


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
