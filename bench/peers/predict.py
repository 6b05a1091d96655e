"""Three million rows through features and model with polars and XGBoost's own package. Prints one line of JSON."""

import json
import resource
import sys
import time

start = time.perf_counter()
import polars as pl
import xgboost as xgb

rows, model, fitted, out = sys.argv[1:]
booster = xgb.Booster(model_file=model)
features = json.load(open(fitted))["features"]


def feature(of):
    column = pl.col(of["column"])
    if of["kind"] == "category":
        column = column.cast(pl.Enum(of["levels"]), strict=False).to_physical()
    return column.cast(pl.Float32)


x = pl.read_parquet(rows, columns=[of["column"] for of in features]).select(map(feature, features)).to_numpy()
probability = booster.inplace_predict(x)
pl.DataFrame({"prediction": probability > 0.5, "probability": probability}).write_parquet(out)
print(json.dumps({"seconds": time.perf_counter() - start, "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))
