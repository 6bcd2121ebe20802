"""Zarr stores of zarr-python and xarray as inputs."""

import json
import pathlib
import shutil

import numpy as np
import pytest
import xarray
import zarr
from jobs import opened, run, terroir, write_recipe
from zarr.codecs import BloscCodec, BytesCodec, Crc32cCodec, GzipCodec, ShardingCodec, TransposeCodec, ZstdCodec
from zarr_copies import CHAIN, COPY, RELIEF, complaint, copied

pytestmark = pytest.mark.filterwarnings("ignore:Consolidated metadata", "ignore:Object at", "ignore:Numcodecs codecs", "ignore:Duplicate")

LAT, LON = np.linspace(59.75, 50.25, 20), np.linspace(0.25, 14.75, 30)


def values(dtype="f4", shape=(7, 20, 30)):
    return np.random.default_rng(3).integers(-100 if np.dtype(dtype).kind != "u" else 0, 100, shape).astype(dtype)


def add_coordinates(group, time=True):
    """Coordinates of `t` by zarr-python alone."""
    v2 = group.metadata.zarr_format == 2
    axes = {"lat": (LAT, {"units": "degrees_north"}), "lon": (LON, {"units": "degrees_east"}),
            "time": (np.arange(7), {"units": "days since 2000-01-01", "calendar": "noleap"})}
    for name, (numbers, attributes) in axes.items():
        if name == "time" and not time:
            continue
        more = {} if v2 else {"dimension_names": [name]}
        array = group.create_array(name, shape=numbers.shape, dtype=numbers.dtype, chunks=(4,), fill_value=None if v2 else 0, **more)
        array[:] = numbers
        array.attrs.update(attributes | ({"_ARRAY_DIMENSIONS": [name]} if v2 else {}))


def made(path, data, zarr_format=3, dims=("time", "lat", "lon"), attributes=None, **array):
    """A store whose array `t` has just these codecs, by zarr-python."""
    group = zarr.create_group(path, zarr_format=zarr_format)
    add_coordinates(group, "time" in dims)
    more = {} if zarr_format == 2 else {"dimension_names": dims}
    t = group.create_array("t", shape=data.shape, dtype=array.pop("dtype", data.dtype), **({"chunks": (3, 7, 8)} | array), **more)
    t.attrs.update((attributes or {}) | ({"_ARRAY_DIMENSIONS": list(dims)} if zarr_format == 2 else {}))
    t[:] = data
    return path


V3 = {
    "plain": {"compressors": None},
    "big_endian": {"compressors": None, "serializer": BytesCodec(endian="big")},
    "zstd": {"compressors": ZstdCodec(level=3, checksum=True)},
    "gzip": {"compressors": GzipCodec(level=4)},
    "blosc_lz4": {"compressors": BloscCodec(cname="lz4", shuffle="shuffle")},
    "blosc_bits": {"compressors": BloscCodec(cname="zstd", shuffle="bitshuffle")},
    "blosc_blosclz": {"compressors": BloscCodec(cname="blosclz", shuffle="noshuffle")},
    "crc32c": {"compressors": (Crc32cCodec(), ZstdCodec(), Crc32cCodec())},
    "transposed": {"filters": TransposeCodec(order=(2, 0, 1)), "compressors": ZstdCodec(), "serializer": BytesCodec(endian="big")},
    "v2_names": {"chunk_key_encoding": {"name": "v2", "separator": "."}},
    "dotted_names": {"chunk_key_encoding": {"name": "default", "separator": "."}},
    "shards": {"chunks": (3, 7, 8), "shards": (6, 14, 32)},
    "shards_transposed": {"chunks": (3, 7, 8), "shards": (3, 21, 16), "filters": TransposeCodec(order=(1, 2, 0))},
    "index_first": {"chunks": (6, 14, 16), "compressors": None, "serializer": ShardingCodec(chunk_shape=(3, 7, 8), index_location="start")},
    "index_unchecked": {"chunks": (6, 14, 16), "compressors": None,
                        "serializer": ShardingCodec(chunk_shape=(3, 7, 8), index_codecs=[BytesCodec()], codecs=[BytesCodec(endian="big"), GzipCodec()])},
}


def copies_of(folder, stores):
    """Copies of the array `t` of several stores, by the name of the store."""
    inputs = {name: {"path": str(path)} for name, path in stores.items()}
    steps = {f"copy_{name}": {"process": "linear_scale", "data": name, "factor": 1, "offset": 0} for name in stores}
    return opened(run(folder, steps, inputs, grid={"like": next(iter(stores))}))


def test_any_storage_of_version_3(tmp_path):
    data = {name: values("i2" if name in ("gzip", "shards") else "f8" if name == "zstd" else "f4") for name in V3}
    result = copies_of(tmp_path / "out", {name: made(tmp_path / f"{name}.zarr", data[name], **V3[name]) for name in V3})
    for name in V3:
        np.testing.assert_array_equal(result[f"copy_{name}"], data[name].astype("f4"), err_msg=name)
    assert result.time.dt.calendar == "noleap" and str(result.time.values[-1])[:10] == "2000-01-07"
    np.testing.assert_allclose(result.y, LAT)


def numcodec(name, **settings):
    import numcodecs

    return getattr(numcodecs, name)(**settings)


V2 = {
    "plain": {"compressors": None},
    "big_endian": {"compressors": None, "dtype": ">i2"},
    "zlib": {"compressors": lambda: numcodec("Zlib")},
    "gzip": {"compressors": lambda: numcodec("GZip"), "chunk_key_encoding": {"name": "v2", "separator": "/"}},
    "zstd": {"compressors": lambda: numcodec("Zstd"), "dtype": ">f8"},
    "blosc": {"compressors": lambda: numcodec("Blosc", cname="lz4hc", shuffle=2)},
    "blosc_zlib": {"compressors": lambda: numcodec("Blosc", cname="zlib", shuffle=1), "order": "F"},
    "filters": {"filters": lambda: [numcodec("Delta", dtype="<i4"), numcodec("Shuffle", elementsize=4)], "dtype": "<i4",
                "compressors": lambda: numcodec("Zlib")},
    "fortran": {"compressors": None, "order": "F", "dtype": ">f4"},
}


def test_any_storage_of_version_2(tmp_path):
    data, stores = {}, {}
    for name, given in V2.items():
        settings = {key: value() if callable(value) else value for key, value in given.items()}
        data[name] = values(settings.get("dtype", "f4"))
        stores[name] = made(tmp_path / f"{name}.zarr", data[name], zarr_format=2, fill_value=None, **settings)
    result = copies_of(tmp_path / "out", stores)
    for name in V2:
        np.testing.assert_array_equal(result[f"copy_{name}"], data[name].astype("f4"), err_msg=name)


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_any_type(tmp_path, zarr_format):
    data = {dtype: values(dtype) for dtype in ("i1", "u1", "u2", "i4", "u4", "f2")} | {"bool": values("u1") % 2 == 0}
    data["f2"] = (data["f2"] / 3).astype("f2")
    data["f2"][0, 0, :6] = [np.inf, -np.inf, 6e-8, -65504, 0.1, 6.1e-5]
    stores = {}
    for dtype, numbers in data.items():
        fill = None if zarr_format == 2 else False if dtype == "bool" else 0
        stores[dtype] = made(tmp_path / f"{dtype}.zarr", numbers, zarr_format, fill_value=fill)
    result = copies_of(tmp_path / "out", stores)
    for dtype, numbers in data.items():
        np.testing.assert_array_equal(result[f"copy_{dtype}"], numbers.astype("f4"), err_msg=dtype)


@pytest.mark.parametrize("dims", [("lat", "lon", "time"), ("time", "one", "lon", "lat")])
@pytest.mark.parametrize("zarr_format", [2, 3])
def test_any_order_of_dimensions_and_of_latitudes(tmp_path, dims, zarr_format):
    data = xarray.DataArray(values(), dims=("time", "lat", "lon"), name="t", coords={
        "lat": ("lat", LAT, {"units": "degrees_north"}), "lon": ("lon", LON + 350, {"units": "degrees_east"})})
    stored = data.isel(lat=slice(None, None, -1))
    stored = (stored.expand_dims("one") if "one" in dims else stored).transpose(*dims)
    stored = stored.assign_coords(time=("time", np.arange(7), {"units": "hours since 2001-02-03"}))
    chunks = tuple({"time": 3, "lat": 7, "lon": 8}.get(d, 1) for d in dims)
    stored.to_dataset().to_zarr(tmp_path / "in.zarr", zarr_format=zarr_format, encoding={"t": {"chunks": chunks}})
    result = copied(tmp_path / "out", tmp_path / "in.zarr")["copy"]
    np.testing.assert_array_equal(result, data)
    np.testing.assert_allclose(result.y, LAT)
    assert str(result.time.values[-1])[:13] == "2001-02-03T06"


def climate(path, calendar="standard", first=0, zarr_format=3, consolidated=None, dtype="i2", **more):
    """What xarray writes of a packed variable with times, some of it missing."""
    data = np.where(values(shape=(7, 20, 30)) > 90, np.nan, values(shape=(7, 20, 30)))
    time = xarray.date_range("2000-02-27", periods=7, calendar=calendar, use_cftime=True)
    set_ = xarray.Dataset({"t": (("time", "lat", "lon"), data, {"units": "degC", "long_name": "warmth"})}, {
        "time": time, "lat": ("lat", LAT, {"units": "degrees_north"}), "lon": ("lon", LON, {"units": "degrees_east"})})
    set_ = set_.assign_coords(time=time.shift(first, "D"))
    encoding = {"dtype": dtype, "scale_factor": 0.5, "add_offset": 10.0, "_FillValue": -999 if dtype == "i2" else -999.0, "chunks": (4, 7, 16)}
    set_.to_zarr(path, zarr_format=zarr_format, consolidated=consolidated, encoding={"t": encoding | more, "time": {"chunks": (3,)}})
    return path


@pytest.mark.parametrize("calendar, zarr_format, consolidated, dtype", [
    ("standard", 2, True, "i2"), ("noleap", 2, False, "f4"), ("360_day", 3, True, "f4"), ("all_leap", 3, False, "i2"),
    ("julian", 3, True, "i2"), ("proleptic_gregorian", 2, True, "f4")])
def test_packed_numbers_and_times_are_what_xarray_reads(tmp_path, calendar, zarr_format, consolidated, dtype):
    path = climate(tmp_path / "in.zarr", calendar, 0, zarr_format, consolidated, dtype)
    coder = xarray.coders.CFDatetimeCoder(use_cftime=True)
    with xarray.open_zarr(path, decode_times=coder, consolidated=consolidated) as wanted, \
            xarray.open_zarr(run(tmp_path / "out", COPY, {"source": {"path": str(path)}}), decode_times=coder) as got:
        np.testing.assert_allclose(got["copy"], wanted.t, rtol=1e-6)
        assert np.isnan(got["copy"]).sum() > 100
        assert [str(t) for t in got.time.values] == [str(t) for t in wanted.time.values]
        assert got["copy"].attrs["units"] == "degC"


@pytest.mark.parametrize("zarr_format, shards", [(2, None), (3, None), (3, (7, 14, 16))])
def test_what_is_not_stored_is_the_fill_value(tmp_path, zarr_format, shards):
    data = np.full((7, 20, 30), -5, "i2")
    data[:, 7:14, 8:16] = 4
    more = {"attributes": {"_FillValue": -5}} if zarr_format == 3 else {}
    made(tmp_path / "in.zarr", data, zarr_format, fill_value=-5, chunks=(7, 7, 8), shards=shards, **more)
    assert len([f for f in (tmp_path / "in.zarr/t").rglob("*") if f.is_file()]) < 4  # the others are not there
    result = copied(tmp_path / "out", tmp_path / "in.zarr")["copy"]
    np.testing.assert_array_equal(result, xarray.open_zarr(tmp_path / "in.zarr", consolidated=False).t)
    assert np.isnan(result).sum() == 7 * (600 - 56) and (result[:, 7:14, 8:16] == 4).all()


def test_the_fill_value_of_version_3_is_a_number_as_any_other(tmp_path):
    data = np.zeros((7, 20, 30), "i2")
    data[0, 0, 0], data[1, 1, 1] = -32767, 7  # NetCDF's default is no nodata here
    result = copied(tmp_path / "out", made(tmp_path / "in.zarr", data, fill_value=0))["copy"]
    np.testing.assert_array_equal(result, data)


def test_many_stores_make_one_axis_in_order(tmp_path):
    for name, first in (("b", 0), ("a", 14), ("c", 7)):
        climate(tmp_path / f"{name}.zarr", first=first)
    result = copied(tmp_path / "out", tmp_path / "*.zarr")
    assert result.sizes["time"] == 21 and str(result.time.values[-1])[:10] == "2000-03-18"
    np.testing.assert_array_equal(result["copy"][:7], result["copy"][7:14])


def test_a_store_of_another_content_is_another_input(tmp_path):
    def plan(path):
        recipe = {"inputs": {"source": {"path": str(path)}}, "steps": COPY, "outputs": {"out": {"path": "${{outputs.out}}/o.zarr"}}}
        done = terroir("plan", write_recipe(tmp_path / "recipe.yml", recipe), "--output", f"out={tmp_path}", "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["hash"]

    store = made(tmp_path / "in.zarr", values(), fill_value=0.0)
    before = plan(store)
    (tmp_path / "else").mkdir()
    store.rename(tmp_path / "else/in.zarr").rename(store)
    assert plan(store) == before
    chunk = store / "t/c/0/0/0"
    kept = chunk.read_bytes()
    chunk.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
    changed = plan(store)
    chunk.unlink()
    assert len({before, changed, plan(store)}) == 3


def spoil(path, at, byte=None):
    content = bytearray(path.read_bytes())
    content[at] = content[at] ^ 1 if byte is None else byte
    path.write_bytes(bytes(content))


@pytest.mark.parametrize("where, text", [
    (-1, "its index has a wrong checksum"), (20, "damaged zstd frame"), ("cut", "its index has a wrong checksum"), ("short", "the shard is shorter than its index")])
def test_a_damaged_shard_ends_with_one_message(tmp_path, where, text):
    data = np.random.default_rng(1).random((7, 20, 30)).astype("f4")
    made(tmp_path / "in.zarr", data, chunks=(7, 10, 15), shards=(7, 20, 30), compressors=ZstdCodec(checksum=True))
    shard = tmp_path / "in.zarr/t/c/0/0/0"
    if where in ("cut", "short"):
        shard.write_bytes(shard.read_bytes()[: -9 if where == "cut" else 30])
    else:
        spoil(shard, where)
    code, message = complaint(tmp_path, "run", path=str(tmp_path / "in.zarr"))
    assert code == 3 and len(message.splitlines()) == 1, message
    assert f"in.zarr: chunk (0, " in message and text in message and "get a fresh copy of the store" in message
    shutil.rmtree(tmp_path / "o.zarr")
    assert np.isnan(copied(tmp_path / "gaps", tmp_path / "in.zarr", on_error="nodata")["copy"]).any()


def test_an_unfinished_store_of_our_own_is_refused(tmp_path):
    for zarr_format, root in ((2, ".zgroup"), (3, "zarr.json")):
        store = run(tmp_path / f"v{zarr_format}", RELIEF, CHAIN, output={"zarr_format": zarr_format})
        (store / root).unlink()
        code, text = complaint(tmp_path, path=str(store), variable="slope")
        assert code == 2 and len(text.splitlines()) == 1
        assert "it is the output of a run that has not ended and has no root document yet; run its recipe again, which finishes it" in text
    for note in (store / "__terroir").glob("published-*"):
        note.unlink()
    shutil.move(store, tmp_path / "folder")
    code, text = complaint(tmp_path, path=str(tmp_path / "folder"), variable="slope")
    assert code == 2 and "run that has not ended" in text


def edited(store, change):
    document = store / "t/zarr.json"
    content = json.loads(document.read_text())
    change(content)
    document.write_text(json.dumps(content))


REFUSED = {
    "its codec 'lzma' is not known here; write it again with blosc, zstd, gzip or none": lambda d: d["codecs"].append({"name": "lzma"}),
    "its type 'complex64' is none of numbers that are read here": None,
    "its 'shape' has 9000000000, and at most 2147483647 can be read": lambda d: d["shape"].__setitem__(0, 9000000000),
    "its chunks are larger than 2 GiB": lambda d: d["chunk_grid"]["configuration"].__setitem__("chunk_shape", [70000, 7000, 8000]),
    "its chunks have not as many dimensions as its shape": lambda d: d["chunk_grid"]["configuration"].__setitem__("chunk_shape", [7, 7]),
    "its 'chunk_shape' has 0, which is too small": lambda d: d["chunk_grid"]["configuration"].__setitem__("chunk_shape", [7, 7, 0]),
    "its chunks are 'rectilinear'": lambda d: d["chunk_grid"].__setitem__("name", "rectilinear"),
    "it has no 'data_type'": lambda d: d.pop("data_type"),
    "its values are nested deeper than 64": lambda d: d["attributes"].__setitem__("deep", json.loads("[" * 80 + "]" * 80)),
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_known_is_told_before_the_run(tmp_path, text):
    made(tmp_path / "in.zarr", values())
    change = REFUSED[text] or (lambda d: d.update(data_type="complex64", fill_value=[0, 0]))
    edited(tmp_path / "in.zarr", change)
    code, message = complaint(tmp_path, path=str(tmp_path / "in.zarr"), variable="t")
    assert code == 2 and len(message.splitlines()) == 1, message
    assert text in message, message


def test_other_stores_that_are_refused(tmp_path):
    made(tmp_path / "in.zarr", values(), 2, compressors=numcodec("LZ4"), fill_value=None)
    assert complaint(tmp_path, path=str(tmp_path / "in.zarr")) == (
        2, "recipe.yml:4:11: inputs.source.path: in.zarr: array 't': its compressor 'lz4' is not known here; write it again with blosc, zstd, gzip or none\n")
    code, text = complaint(tmp_path, path=str(tmp_path / "in.zarr/t"))
    assert code == 2 and "it is a single array, without coordinates; name the group around it and give variable: t" in text
    (tmp_path / "empty.zarr").mkdir()
    code, text = complaint(tmp_path, path=str(tmp_path / "empty.zarr"))
    assert code == 2 and "empty.zarr: it has no root document (zarr.json or .zgroup)" in text
    code, text = complaint(tmp_path, path="/vsiaz/data/a.zarr")
    assert code == 2 and "Zarr stores are read from folders only; mount the container, or copy the store" in text
    (tmp_path / "in.zarr/.zgroup").write_text("{")
    code, text = complaint(tmp_path, path=str(tmp_path / "in.zarr"))
    assert code == 2 and "in.zarr/.zgroup: it is no JSON document" in text


def test_metadata_lead_nowhere_outside_of_the_store(tmp_path):
    store = climate(tmp_path / "in.zarr", consolidated=True)
    root = json.loads((store / "zarr.json").read_text())
    arrays = root["consolidated_metadata"]["metadata"]
    arrays["../secret"] = arrays["t"]
    (store / "zarr.json").write_text(json.dumps(root))
    code, text = complaint(tmp_path, path=str(store))
    assert code == 2 and "its metadata name an array '../secret' outside of it" in text


def test_arrays_in_groups(tmp_path):
    climate(tmp_path / "in.zarr", consolidated=False)
    whole = tmp_path / "whole.zarr"
    zarr.create_group(whole)
    pathlib.Path(tmp_path / "in.zarr").rename(whole / "deep")
    result = copied(tmp_path / "out", whole, variable="deep/t")
    assert result.sizes == {"time": 7, "y": 20, "x": 30}


def test_the_crs_of_other_conventions(tmp_path):
    for name, attributes in (("gdal", {"_CRS": {"url": "http://www.opengis.net/def/crs/EPSG/0/32632"}}), ("geozarr", {"proj:code": "EPSG:32632"})):
        axes = {"y": ("y", [25.0, 15, 5], {"units": "m"}), "x": ("x", [5.0, 15, 25, 35], {"units": "m"})}
        data = xarray.Dataset({"t": (("y", "x"), np.arange(12, dtype="f4").reshape(3, 4), attributes)}, axes)
        data.to_zarr(tmp_path / f"{name}.zarr", zarr_format=2)
        assert copied(tmp_path / name, tmp_path / f"{name}.zarr").rio.crs.to_epsg() == 32632


def test_names_of_bands_by_xarray(tmp_path):
    axes = {"y": ("y", [25.0, 15, 5], {"units": "m"}), "x": ("x", [5.0, 15, 25, 35], {"units": "m"}), "band": ["red", "near infrared"]}
    data = np.arange(24, dtype="f4").reshape(2, 3, 4)
    for zarr_format in (2, 3):
        store = tmp_path / f"{zarr_format}.zarr"
        xarray.Dataset({"r": (("band", "y", "x"), data), "m": (("y", "x"), data[0])}, axes).to_zarr(
            store, zarr_format=zarr_format, encoding={"r": {"chunks": (1, 2, 2)}})
        result = copied(tmp_path / f"out{zarr_format}", store, variable="r", crs="EPSG:32632")
        np.testing.assert_array_equal(result.copy_red, data[0])
        np.testing.assert_array_equal(result.copy_b2, data[1])
