#!/usr/bin/env python3
"""Writes tests/io/data/*.npy and *.npz with NumPy itself, for tests/io/test_npy.c and test_npz.c to read.

Element k of every array, in row-major order, is 37 k mod 101, less 50 where the type has a sign, plus 1/4 where it has a fraction,
and k mod 3 == 0 in a bool: the tests compute the same.
    python3 tests/oracle/io_numpy.py
"""
import pathlib

import numpy as np

DATA = pathlib.Path(__file__).resolve().parent.parent / "io" / "data"


def values(shape, dtype, order="C"):
    dtype = np.dtype(dtype)
    k = np.arange(int(np.prod(shape, dtype=int)))
    if dtype.kind == "b":
        flat = k % 3 == 0
    else:
        flat = k * 37 % 101 - (50 if dtype.kind in "if" else 0) + (0.25 if dtype.kind == "f" else 0)
    return np.array(flat.astype(dtype).reshape(shape), dtype=dtype, order=order)


def save(name, array, version=None):
    with open(DATA / name, "wb") as file:
        np.lib.format.write_array(file, array, version=version)


def main():
    DATA.mkdir(exist_ok=True)
    save("c_f8.npy", values((3, 4), "<f8"))
    save("fortran_big_f8.npy", values((2, 3, 5), ">f8", "F"))
    save("fortran_i2.npy", values((7, 3), "<i2", "F"))
    save("scalar_i4.npy", values((), "<i4"))
    save("empty_f4.npy", values((0, 5), "<f4"))
    save("half_v2.npy", values((5, 3), "<f2"), (2, 0))
    save("bool_v3.npy", values((11,), "?"), (3, 0))
    save("big_u8.npy", values((9,), ">u8"))
    types = ["?", "i1", "<i2", ">i2", "<i4", ">i4", "<i8", ">i8", "u1", "<u2", ">u2", "<u4", ">u4", "<u8", ">u8", "<f2", ">f2", "<f4", ">f4", "<f8", ">f8"]
    np.savez_compressed(DATA / "types.npz", **{"t%02d" % i: values((3, 5), t, "CF"[i % 2]) for i, t in enumerate(types)})
    np.savez(DATA / "stored.npz", x=values((4, 3), "<f8"), y=values((4,), "<i8"), none=values((0,), "<f4"))


if __name__ == "__main__":
    main()
