"""GRIB files of several variables, levels and times."""

import subprocess
import sys

import numpy as np
import pytest
from climate_files import COPY
from jobs import opened, run, terroir, write_recipe


# Temperature and geopotential height on two levels, in one file for each day, messages of later times first.
LEVELS = """
import os, sys, numpy, eccodes
for day in (2, 1):
    with open(f"{sys.argv[1]}/day{day}.grib", "wb") as file:
        for hour in (12, 0):
            for level in (850, 500):
                for parameter in (11, 7):
                    message = eccodes.codes_grib_new_from_samples("regular_ll_pl_grib1")
                    for key, value in {"Ni": 6, "Nj": 4, "latitudeOfFirstGridPointInDegrees": 53, "longitudeOfFirstGridPointInDegrees": 5,
                                       "latitudeOfLastGridPointInDegrees": 50, "longitudeOfLastGridPointInDegrees": 10,
                                       "iDirectionIncrementInDegrees": 1, "jDirectionIncrementInDegrees": 1, "centre": 7, "table2Version": 2,
                                       "indicatorOfParameter": parameter, "level": level, "dataDate": 20190300 + day,
                                       "dataTime": 100 * hour, "bitsPerValue": 16}.items():
                        eccodes.codes_set(message, key, value)
                    eccodes.codes_set_values(message, numpy.arange(24.0) + level + 100 * parameter + 10 * day + hour)
                    eccodes.codes_write(message, file)
os._exit(0)
"""


@pytest.fixture(scope="module", name="levels")
def fixture_levels(tmp_path_factory):
    folder = tmp_path_factory.mktemp("levels")
    subprocess.run([sys.executable, "-c", LEVELS, folder], check=True, capture_output=True)
    return folder


@pytest.mark.parametrize("variable, parameter", [("TMP", 11), ("HGT", 7)])
@pytest.mark.parametrize("level", [500, 850])
def test_variables_and_levels_of_grib_files_are_chosen(levels, tmp_path, variable, parameter, level):
    result = opened(run(tmp_path, COPY, {"source": {"path": f"{levels}/day*.grib", "variable": variable, "select": {"level": level}}}))["copy"]
    assert [str(time)[:13] for time in result.time.values] == [f"2019-03-0{day}T{hour:02}" for day in (1, 2) for hour in (0, 12)]
    start = level + 100 * parameter
    wanted = np.arange(24.0).reshape(4, 6) + np.array([start + 10 * day + hour for day in (1, 2) for hour in (0, 12)])[:, None, None]
    np.testing.assert_allclose(result.values, wanted, atol=0.01)
    # GDAL would give temperatures in degrees Celsius.
    assert result.attrs["units"] == {"TMP": "K", "HGT": "gpm"}[variable]


@pytest.mark.parametrize("source, told", [
    ({"variable": "TMP"}, "is on the levels 850-ISBL and 500-ISBL; give select: {level: NUMBER}"),
    ({"variable": "TMP", "select": {"level": 700}}, "is on the levels 850-ISBL and 500-ISBL; give select: {level: NUMBER}"),
    ({"variable": "RH", "select": {"level": 500}}, "'RH'")])
def test_what_a_grib_file_does_not_hold_is_told(levels, tmp_path, source, told):
    recipe = {"inputs": {"source": {"path": str(levels / "day1.grib"), **source}}, "steps": COPY,
              "outputs": {"out": {"path": f"{tmp_path}/o.zarr"}}}
    done = terroir("check", write_recipe(tmp_path / "recipe.yml", recipe))
    assert done.returncode == 2
    assert told in done.stdout + done.stderr and "TMP" in done.stdout + done.stderr


def test_a_message_that_is_cut_off_is_damage(levels, tmp_path):
    (tmp_path / "cut.grib").write_bytes((levels / "day1.grib").read_bytes()[:-40])  # the last one: HGT on 500 hPa at midnight
    for on_error, code in (("fail", 3), ("nodata", 0)):
        source = {"path": f"{tmp_path}/cut.grib", "variable": "HGT", "select": {"level": 500}, "on_error": on_error}
        recipe = {"inputs": {"source": source}, "steps": COPY, "outputs": {"out": {"path": f"{tmp_path}/{on_error}.zarr"}}}
        done = terroir("run", write_recipe(tmp_path / "recipe.yml", recipe))
        assert done.returncode == code, done.stderr
        assert "cut.grib" in done.stderr + done.stdout
    got = opened(tmp_path / "nodata.zarr")["copy"].values
    assert np.isnan(got[0]).all()
    np.testing.assert_allclose(got[1], np.arange(24.0).reshape(4, 6) + 1222, atol=0.01)
    assert not (tmp_path / "fail.zarr/zarr.json").exists()
