"""What the tests of Azure's storage share: rasters, and an emulator that has them."""

import json
import os
import shutil
import subprocess

import blob_storage
import pytest
import rasterio
from blob_runs import SOURCE, make_big, make_climate, make_damaged, make_masked, make_tiles


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
    make_climate(folder / "climate")
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
