"""Stores of the Zarr sink as the programs see them that people read Zarr with. No test is left out where one of them is missing."""

import json
import pathlib
import shutil
import subprocess

import expected
import numpy as np
import pytest
import rasterio
import rioxarray  # noqa: F401  (adds .rio)
import tensorstore
import xarray
import zarr

HERE = pathlib.Path(__file__).parent
ALL, V2, V3 = expected.names(), expected.names(zarr_format=2), expected.names(zarr_format=3)

# Warnings are errors: a store that makes its readers complain is not right. (rioxarray has a quarrel of its own with affine. Told not to
# use consolidated metadata, zarr-python lists the folder and names what is no array: the VRT, as `__terroir` after a run.)
pytestmark = [pytest.mark.filterwarnings("error"), pytest.mark.filterwarnings("ignore::PendingDeprecationWarning"),
              pytest.mark.filterwarnings("ignore:Object at .*vrt is not recognized")]


def same(got, wanted):
    np.testing.assert_array_equal(np.asarray(got), wanted)


# cftime, which xarray needs for the calendars of models, is not among the readers; their numbers are compared instead.
def open_xarray(name):
    return xarray.open_zarr(expected.store(name), decode_times=expected.case(name)["calendar"] == "standard")


@pytest.mark.parametrize("name", ALL)
def test_xarray_sees_labelled_decoded_data(name):
    one = expected.case(name)
    with open_xarray(name) as data:
        assert set(data.data_vars) == {array["name"] for array in one["arrays"]}
        for array in one["arrays"]:
            variable = data[array["name"]]
            dimensions = (["time"] if array["times"] else []) + (["feature"] if one["stacked"] else []) + ["y", "x"]
            assert list(variable.dims) == dimensions
            same(variable, expected.decoded(one, array))
        x, y = expected.centres(one)
        same(data.x, x)
        same(data.y, y)
        if "time" in data.dims and one["calendar"] == "standard":
            same(data.time.values.astype("datetime64[s]"), np.array(expected.TIMES, "datetime64[s]"))


@pytest.mark.parametrize("name", ALL)
def test_rioxarray_sees_the_crs(name):
    one = expected.case(name)
    with open_xarray(name) as data:
        assert (data.rio.crs.to_string() if one["crs"] else data.rio.crs) == (one["crs"] or None)
        if one["crs"]:
            x0, dx, y0, dy = one["transform"]
            assert tuple(data.rio.transform())[:6] == (dx, 0, x0, 0, dy, y0)
            assert data[one["arrays"][0]["name"]].rio.crs.to_string() == one["crs"]


def test_calendars_are_those_of_cf():
    # Days from 1850-02-28 to 1970-01-01, where every year has 365 or 360.
    for name, calendar, days in (("noleap", "365_day", 120 * 365 - 58), ("day360", "360_day", 120 * 360 - 57)):
        with open_xarray("v3_" + name) as data:
            assert data.time.attrs["calendar"] == calendar
            assert data.time.attrs["units"] == "seconds since 1970-01-01 00:00:00"
            assert (int(data.time[0]), int(data.time[1])) == (-days * 86400, 0)


@pytest.mark.parametrize("name", ALL)
def test_attributes_are_flat_and_tell_statistics_and_origin(name):
    one = expected.case(name)
    group = zarr.open_group(expected.store(name), mode="r")
    for holder in (group, *group.array_values()) if hasattr(group, "array_values") else (group, *(a for _, a in group.arrays())):
        for key, value in holder.attrs.items():
            numbers = isinstance(value, list) and all(isinstance(item, (int, float, str)) for item in value)
            assert isinstance(value, (str, int, float)) and not isinstance(value, bool) or numbers, (key, value)
    assert json.loads(group.attrs["terroir_recipe"])["name"] == "conformance"
    assert json.loads(group.attrs["terroir_inputs"])[0] == {
        "name": "dem.tif", "bytes": 123456789, "head_crc32c": "0000beef", "tail_crc32c": "12345678",
    }
    for array in one["arrays"]:
        values = expected.pixels(one, array)
        attributes = group[array["name"]].attrs
        for f, feature in enumerate(array["features"]):
            layer = values[:, f]
            wanted = [np.sum(~np.isnan(layer)), np.nanmean(layer), np.nanstd(layer), np.nanmin(layer), np.nanmax(layer)]
            keys = ["valid_count", "mean", "standard_deviation", "minimum", "maximum"]
            if one["stacked"]:
                got = [group["feature_" + key][f] for key in keys]
                facts = json.loads(attributes["features"])[f]
                assert facts["feature"] == feature
            else:
                got = [attributes["statistics_" + key] for key in keys]
                facts = attributes
            np.testing.assert_allclose(got, wanted, rtol=1e-12)
            assert facts["units"] == "degree"
            assert facts["long_name"] == f"a layer named {feature} (°)"
            if feature == "flat":
                assert facts["process"] == "slope" and "Horn" in facts["references"]


@pytest.mark.parametrize("name", expected.names(stacked=True))
def test_features_have_names(name):
    with open_xarray(name) as data:
        assert list(data.feature.values) == ["flat", "steep", "B04_median"]
        assert list(data.feature_units.values) == ["degree"] * 3
        assert data.feature_long_name.values[2] == "a layer named B04_median (°)"
        assert "feature_mean" in data.coords
        z = (data.features - data.feature_mean) / data.feature_standard_deviation
        if name == "v3_stacked":
            assert abs(float(z.sel(feature="steep").std()) - 1) < 1e-5


@pytest.mark.parametrize("name", ALL)
def test_zarr_python_reads_the_stored_numbers(name):
    one = expected.case(name)
    group = zarr.open_group(expected.store(name), mode="r", use_consolidated=True)
    for array in one["arrays"]:
        got = group[array["name"]]
        same(got[...], expected.stored(one, array))
        same(got.fill_value, np.asarray(expected.nodata(array), array["dtype"]))
        assert got.chunks[-2:] == (expected.CHUNK, expected.CHUNK)
        if one["zarr_format"] == 3:
            assert got.shards[-2:] == (expected.SHARD, expected.SHARD)
            assert got.shards[0] == (6 if array["times"] else got.shards[0])


def test_only_what_holds_data_is_stored():
    shards = sorted(p.name for p in pathlib.Path(expected.store("v3_variables"), "flat/c").glob("*/*"))
    assert len(shards) == 3 * 3 - 1
    assert not pathlib.Path(expected.store("v3_variables"), "flat/c/0/1").exists()
    # 5 x 6 chunks, of which 4 lie in the empty tile and 1 in another.
    chunks = list(pathlib.Path(expected.store("v2_variables"), "flat").glob("*/*"))
    assert len(chunks) == 5 * 6 - 5


def open_tensorstore(name, array):
    one = expected.case(name)
    spec = {"driver": "zarr3" if one["zarr_format"] == 3 else "zarr",
            "kvstore": {"driver": "file", "path": f"{expected.store(name)}/{array}/"}}
    return tensorstore.open(spec, open=True, read=True).result()


@pytest.mark.parametrize("name", ALL)
def test_tensorstore_reads_the_stored_numbers(name):
    one = expected.case(name)
    for array in one["arrays"]:
        got = open_tensorstore(name, array["name"])
        same(got.read().result(), expected.stored(one, array))
        if one["zarr_format"] == 3:
            assert got.domain.labels[-2:] == ("y", "x")
    same(open_tensorstore(name, "x").read().result(), expected.centres(one)[0])


@pytest.fixture(scope="session")
def zarrita(tmp_path_factory):
    out = tmp_path_factory.mktemp("zarrita")
    subprocess.run(["node", HERE / "read_zarr.mjs", expected.folder(), out], check=True)
    return out, json.loads((out / "seen.json").read_text())


@pytest.mark.parametrize("name", ALL)
def test_zarrita_reads_the_stored_numbers(name, zarrita):
    out, seen = zarrita
    one = expected.case(name)
    assert seen[name]["title"] == "conformance"
    assert "/x" in seen[name]["contents"]
    for array in one["arrays"]:
        wanted = expected.stored(one, array)
        facts = seen[name]["arrays"][array["name"]]
        assert facts["shape"] == list(wanted.shape)
        assert facts["chunks"][-2:] == [expected.CHUNK, expected.CHUNK]
        got = np.fromfile(out / f"{name}.{array['name']}.bin", array["dtype"]).reshape(wanted.shape)
        same(got, wanted)
    if one["stacked"]:
        assert [text.rstrip("\0") for text in seen[name]["arrays"]["feature"]["texts"]] == one["arrays"][0]["features"]


@pytest.mark.parametrize("name", V2)
def test_gdal_opens_version_2(name, tmp_path):
    one = expected.case(name)
    for array in one["arrays"]:
        wanted = expected.stored(one, array)
        place = "".join(":1" for _ in wanted.shape[:-2])
        source = f'ZARR:"{expected.store(name)}":/{array["name"]}{place}'
        subprocess.run(["gdal_translate", "-q", "-of", "ENVI", source, tmp_path / "raw"], check=True)
        raw = np.fromfile(tmp_path / "raw", np.uint8)
        # GDAL before 3.7 has no signed bytes: it gives them as Int16.
        dtype = "int16" if array["dtype"] == "int8" else array["dtype"]
        same(raw.view(dtype).reshape(wanted.shape[-2:]), wanted[(1,) * (wanted.ndim - 2)])
        info = json.loads(subprocess.run(["gdalinfo", "-json", source], check=True, capture_output=True).stdout)
        x0, dx, y0, dy = one["transform"]
        np.testing.assert_allclose(info["geoTransform"], [x0, dx, 0, y0, 0, dy])


def test_newer_gdal_finds_the_crs_of_version_2():
    for name in ("v2_variables", "v2_geographic", "v2_polar"):
        with rasterio.open(f'ZARR:"{expected.store(name)}":/flat') as data:
            assert data.crs.to_string() == expected.case(name)["crs"]


@pytest.mark.parametrize("name", ["v3_variables", "v2_variables"])
def test_without_its_root_document_it_is_no_data_set(name, tmp_path):
    shutil.copytree(expected.store(name), tmp_path / "store.zarr")
    (tmp_path / "store.zarr" / ("zarr.json" if name.startswith("v3") else ".zgroup")).unlink()
    with pytest.raises(Exception):
        xarray.open_zarr(tmp_path / "store.zarr")
    with pytest.raises(Exception):
        zarr.open_group(tmp_path / "store.zarr", mode="r")


@pytest.mark.parametrize("name", ["v3_variables", "v2_variables"])
def test_it_opens_without_consolidated_metadata_too(name):
    one = expected.case(name)
    with xarray.open_zarr(expected.store(name), consolidated=False) as data:
        same(data.flat, expected.decoded(one, one["arrays"][0]))


def test_a_damaged_shard_index_is_noticed(tmp_path):
    shutil.copytree(expected.store("v3_variables"), tmp_path / "store.zarr")
    shard = tmp_path / "store.zarr/flat/c/0/0"
    damaged = bytearray(shard.read_bytes())
    damaged[-1] ^= 1
    shard.write_bytes(damaged)
    with pytest.raises(Exception):
        zarr.open_group(tmp_path / "store.zarr", mode="r")["flat"][:32, :32]


def test_excluded_readers_are_named():
    for one in expected.cases():
        excluded = " ".join(one["excluded_readers"])
        assert ("GDAL before 3.13" in excluded) == (one["zarr_format"] == 3)
        assert ("TensorStore" in excluded) == one["stacked"]
