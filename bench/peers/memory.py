"""An engine's own package on a table of floats, as an expert would: polars, one array, no copies more than needed.

    python bench/peers/memory.py xgboost|lightgbm numbers.parquet
"""

import sys

import numpy as np
import polars as pl


def main():
    engine, path = sys.argv[1:]
    table = pl.read_parquet(path)
    y = table["y"].to_numpy().astype(np.float32)
    x = table.drop("y").to_numpy()
    del table
    cut = int(len(y) * 0.7)
    {"xgboost": train_xgboost, "lightgbm": train_lightgbm}[engine](x[:cut], y[:cut])


def train_xgboost(x, y):
    import xgboost

    xgboost.train({"objective": "binary:logistic", "tree_method": "hist"}, xgboost.QuantileDMatrix(x, y), 10)


def train_lightgbm(x, y):
    import lightgbm

    lightgbm.train({"objective": "binary", "verbosity": -1}, lightgbm.Dataset(x, y), 10)


main()
