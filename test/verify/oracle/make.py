"""A small XGBoost model in its two formats: `model.ubj`, and `model.json`, which says what is in the other.

Made with xgboost-cpu 3.4.1, numpy 2: python test/verify/oracle/make.py
"""

import pathlib

import numpy
import xgboost

here = pathlib.Path(__file__).parent
random = numpy.random.default_rng(1)
rows = random.normal(size=(200, 3)).astype("float32")
label = (rows[:, 0] + 0.5 * rows[:, 1] > 0).astype("float32")
data = xgboost.DMatrix(rows, label, feature_names=["a", "b", "c"])
model = xgboost.train({"max_depth": 2, "objective": "binary:logistic", "seed": 1}, data, 3)
model.save_model(here / "model.ubj")
model.save_model(here / "model.json")
