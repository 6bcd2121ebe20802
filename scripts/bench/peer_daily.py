"""The job of daily.yml in xarray and Dask: `peer_daily.py FILE OUTPUT CHUNKS`. Two worker processes; a task takes so many chunks of the
file along time."""

import sys

import numpy as np
import xarray as xr
from dask.distributed import Client, LocalCluster
from zarr.codecs import ZstdCodec


def main(path, output, chunks):
    tas = xr.open_dataset(path, engine="h5netcdf", chunks={"time": 73 * chunks, "lat": 60, "lon": 90}).tas
    mean = tas.mean("time", dtype=np.float64).astype(np.float32).rename("mean").to_dataset()
    encoding = {"mean": {"compressors": [ZstdCodec(level=1)]}}
    mean.to_zarr(f"{output}/mean.zarr", mode="w", encoding=encoding, zarr_format=3)


if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster):
        main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
