"""What floor.cpp reads: `prepare_floor.py DEM STORE FOLDER` writes FOLDER/tiles.txt and FOLDER/layers/NAME.raw from a finished result."""

import pathlib
import sys

import numpy as np
import tifffile
import zarr

CHUNK, SHARD = 256, 2048


def tile_list(dem, path):
    with tifffile.TiffFile(dem) as file:
        page = file.pages[0]
        lines = [f"{page.tilewidth} {len(page.dataoffsets)}"]
        lines += [f"{offset} {count}" for offset, count in zip(page.dataoffsets, page.databytecounts)]
    path.write_text("\n".join(lines) + "\n")


def in_shard_order(array):
    """Chunks of 256 x 256 as they follow one another in shards of 2048 x 2048."""
    for top in range(0, array.shape[0], SHARD):
        for left in range(0, array.shape[1], SHARD):
            block = array[top : top + SHARD, left : left + SHARD].astype(np.float32)
            side = SHARD // CHUNK
            yield block.reshape(side, CHUNK, side, CHUNK).swapaxes(1, 2).tobytes()


def main(dem, store, folder):
    layers = folder / "layers"
    layers.mkdir(parents=True, exist_ok=True)
    tile_list(dem, folder / "tiles.txt")
    for name, array in zarr.open_group(store, mode="r").arrays():
        if array.ndim == 2 and array.shape[0] % SHARD == 0:
            with open(layers / f"{name}.raw", "wb") as file:
                file.writelines(in_shard_order(array))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]))
