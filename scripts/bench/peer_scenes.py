"""The job of scenes.yml in xarray and Dask: `peer_scenes.py FOLDER OUTPUT BLOCK`. Two worker processes, float32, Blosc zstd 1 byte shuffle."""

import pathlib
import sys

import numpy as np
import rioxarray
import xarray as xr
from dask.distributed import Client, LocalCluster
from zarr.codecs import BloscCodec

BANDS = {"B": "B02", "G": "B03", "R": "B04", "N": "B08", "S1": "B11", "S2": "B12"}
UNCLEAR = [0, 1, 3, 8, 9, 10]


def stack(folder, band, block):
    files = sorted(pathlib.Path(folder).glob(f"*_{band}.tif"))
    times = [np.datetime64(f"{f.name[:4]}-{f.name[4:6]}-{f.name[6:8]}", "ns") for f in files]
    scenes = [rioxarray.open_rasterio(f, chunks={"x": block, "y": block}, lock=False).squeeze("band", drop=True) for f in files]
    return xr.concat(scenes, xr.DataArray(times, dims="time", name="time"), join="override")


def index_layers(m):
    def normalized(a, b):
        return (m[a] - m[b]) / (m[a] + m[b])

    return {
        "index_NDVI": normalized("N", "R"),
        "index_GNDVI": normalized("N", "G"),
        "index_EVI2": 2.5 * (m["N"] - m["R"]) / (m["N"] + 2.4 * m["R"] + 1),
        "index_SAVI": 2 * (m["N"] - m["R"]) / (m["N"] + m["R"] + 1),
        "index_NDWI": normalized("G", "N"),
        "index_NDMI": normalized("N", "S1"),
        "index_NBR": normalized("N", "S2"),
        "index_NDBI": normalized("S1", "N"),
    }


def main(folder, output, block):
    codec = BloscCodec(cname="zstd", clevel=1, shuffle="shuffle", typesize=4)
    clear = ~stack(folder, "SCL", block).isin(UNCLEAR)
    median = {}
    for name, band in BANDS.items():
        values = stack(folder, band, block)
        reflectance = values.astype(np.float32) * np.float32(0.0001)
        series = reflectance.where(clear & (values != 0)).chunk(time=-1)
        median[name] = series.median("time", skipna=True).astype(np.float32)
    layers = {f"median_{name}": layer for name, layer in median.items()} | index_layers(median)
    result = xr.Dataset(layers)
    encoding = {name: {"compressors": [codec], "chunks": (block, block)} for name in layers}
    result.to_zarr(f"{output}/scenes.zarr", mode="w", encoding=encoding, zarr_format=3)
    # The composite is read back for the scores, as users do, instead of being computed twice.
    written = xr.open_zarr(f"{output}/scenes.zarr", chunks={})[list(layers)]
    scores = (written - written.mean()) / written.std()
    cube = scores.to_array("feature").astype(np.float32).rename("cube").to_dataset()
    chunks = (len(layers), block, block)
    cube.chunk(feature=-1).to_zarr(f"{output}/cube.zarr", mode="w", encoding={"cube": {"compressors": [codec], "chunks": chunks}}, zarr_format=3)


if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster):
        main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
