"""Terrain-like gradient noise for sample and benchmark rasters.

The same bits on every machine: only additions, multiplications and square roots on doubles, and a generator that numpy has frozen.
"""

import numpy as np

DIAGONAL = 0.5**0.5
GRADIENTS = np.array(
    [(1, 0), (-1, 0), (0, 1), (0, -1), (DIAGONAL, DIAGONAL), (-DIAGONAL, DIAGONAL), (DIAGONAL, -DIAGONAL), (-DIAGONAL, -DIAGONAL)]
)


class Noise:
    """A field of octaves over the whole plane; any window of it can be computed by itself."""

    def __init__(self, seed):
        table = np.random.RandomState(seed).permutation(256)
        self.table = np.concatenate([table, table])

    def octave(self, rows, cols, cell, turn):
        """One octave, about -0.7..0.7, with features of `cell` pixels, turned by `turn` steps of a 3-4-5 triangle's angle."""
        x = np.asarray(cols, dtype=np.float64)[None, :] / cell
        y = np.asarray(rows, dtype=np.float64)[:, None] / cell
        for _ in range(turn):
            x, y = 0.8 * x + 0.6 * y, 0.8 * y - 0.6 * x
        x, y = np.broadcast_arrays(x, y)
        col, row = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
        u, v = x - col, y - row
        weight_u, weight_v = _fade(u), _fade(v)
        top = _mix(self._corner(row, col, u, v), self._corner(row, col + 1, u - 1, v), weight_u)
        bottom = _mix(self._corner(row + 1, col, u, v - 1), self._corner(row + 1, col + 1, u - 1, v - 1), weight_u)
        return _mix(top, bottom, weight_v)

    def _corner(self, row, col, u, v):
        direction = self.table[self.table[row & 255] + (col & 255)] & 7
        return GRADIENTS[direction, 0] * u + GRADIENTS[direction, 1] * v

    def smooth(self, rows, cols, cell, octaves):
        """Rolling ground in about 0..1: octaves from `cell` pixels downwards, each half as wide and half as high."""
        total = sum(0.5**k * self.octave(rows, cols, cell / 2**k, k) for k in range(octaves))
        return np.clip(0.5 + 0.55 * total, 0, 1)

    def ridged(self, rows, cols, cell, octaves):
        """Crests and valleys in 0..1: every octave is folded at its middle."""
        total, heights = 0.0, 0.0
        for k in range(octaves):
            fold = np.maximum(0, 1 - 1.6 * np.abs(self.octave(rows, cols, cell / 2**k, k)))
            total = total + 0.45**k * fold * fold
            heights += 0.45**k
        return total / heights


def _fade(t):
    return t * t * t * (t * (t * 6 - 15) + 10)


def _mix(a, b, weight):
    return a + (b - a) * weight
