"""flights-3m as an expert writes it: polars, QuantileDMatrix, native categories. Prints one line of JSON."""

import json
import resource
import sys
import time

start = time.perf_counter()
import numpy as np
import polars as pl
import xgboost as xgb
from sklearn.metrics import average_precision_score, roc_auc_score

KEY = ["date", "origin", "destination"]
CATEGORICAL = ["origin", "destination"]

data = (
    pl.read_parquet(sys.argv[1])
    .unique(KEY, keep="first", maintain_order=True)
    .filter(pl.col("distance") > 0)
    .select(
        *[pl.col(name).cast(pl.Categorical).to_physical().cast(pl.Float32) for name in CATEGORICAL],
        pl.col("distance").cast(pl.Float32),
        dep_hour=pl.col("date").dt.hour().cast(pl.Float32),
        dow=pl.col("date").dt.weekday().cast(pl.Float32),
        late=(pl.col("delay") >= 15).cast(pl.Float32),
    )
)
y = data["late"].to_numpy()
x = data.drop("late").to_numpy()
draw = np.random.default_rng(1).random(len(y))
train, validate, test = draw < 0.7, (draw >= 0.7) & (draw < 0.85), draw >= 0.85
types = ["c", "c", "q", "q", "q"]
dtrain = xgb.QuantileDMatrix(x[train], y[train], feature_types=types, enable_categorical=True)
dvalidate = xgb.QuantileDMatrix(x[validate], y[validate], ref=dtrain, feature_types=types, enable_categorical=True)

training = time.perf_counter()
parameters = {"max_depth": 6, "eta": 0.1, "tree_method": "hist", "objective": "binary:logistic", "eval_metric": "auc"}
model = xgb.train(parameters, dtrain, 100, evals=[(dvalidate, "validate")], early_stopping_rounds=20, verbose_eval=False)
trained = time.perf_counter()

scores = model.inplace_predict(x[test], iteration_range=(0, model.best_iteration + 1))
result = {
    "seconds": time.perf_counter() - start,
    "training": trained - training,
    "auc": float(roc_auc_score(y[test], scores)),
    "auc_pr": float(average_precision_score(y[test], scores)),
    "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
}
print(json.dumps(result))
