"""What the storage refuses is told in one sentence, and no key or token is shown or kept."""

import blob_storage
import pytest
from blob_runs import SCENES, SOURCE, TERRAIN, contents, key, run, sas, terroir

# rasterio has a quarrel of its own with affine.
pytestmark = pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")


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
