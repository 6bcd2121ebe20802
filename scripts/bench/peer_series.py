"""The job of series.yml in xarray and Dask: `peer_series.py FILE OUTPUT`. Two worker processes; maps are rechunked into series between them."""

import sys

import numpy as np
import xarray as xr
from dask.distributed import Client, LocalCluster
from zarr.codecs import BloscCodec


def main(path, output):
    codec = BloscCodec(cname="zstd", clevel=1, shuffle="shuffle", typesize=4)
    with xr.open_dataset(path, engine="h5netcdf", chunks={"time": 100}) as maps:
        series = maps.tas.chunk(time=-1, lat=60, lon=90)
        median = series.median("time").astype(np.float32).to_dataset(name="median")
        encoding = {"median": {"compressors": [codec], "chunks": (60, 90)}}
        median.to_zarr(f"{output}/series.zarr", mode="w", encoding=encoding, zarr_format=3)


if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster):
        main(sys.argv[1], sys.argv[2])
