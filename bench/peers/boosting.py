"""An engine's own package on flights-3m, as an expert would: polars, native categories, no copies more than needed.

    python bench/peers/boosting.py lightgbm|catboost flights-3m.parquet ROWS
"""

import json
import sys
import time

import numpy as np
import polars as pl
from sklearn.metrics import roc_auc_score

CATEGORIES, NUMBERS = ["origin", "destination"], ["distance", "dep_hour", "dow"]


def main():
    engine, path, rows = sys.argv[1], sys.argv[2], int(sys.argv[3])
    date = pl.col("date")
    table = (
        pl.scan_parquet(path).head(rows)
        .select(pl.col(CATEGORIES).cast(pl.Categorical), pl.col("distance"), date.dt.hour().alias("dep_hour"), date.dt.weekday().alias("dow"), (pl.col("delay") >= 15).alias("late"))
        .collect()
    )
    order = np.random.default_rng(1).permutation(table.height)
    cuts = [int(table.height * share) for share in (0.7, 0.85)]
    parts = [table[np.sort(part)].to_pandas() for part in np.split(order, cuts)]
    prepared = [(part[CATEGORIES + NUMBERS], part["late"].to_numpy().astype(np.int8)) for part in parts]
    begun = time.perf_counter()
    model = {"lightgbm": train_lightgbm, "catboost": train_catboost}[engine](*prepared[:2])
    training = time.perf_counter() - begun
    x, y = prepared[2]
    print(json.dumps({"training": training, "auc": roc_auc_score(y, model(x))}))


def train_lightgbm(train, validate):
    import lightgbm

    data = lightgbm.Dataset(*train)
    booster = lightgbm.train({"objective": "binary", "metric": "binary_logloss", "verbosity": -1, "deterministic": True, "force_col_wise": True}, data, 100,
                             valid_sets=[lightgbm.Dataset(*validate, reference=data)])
    return booster.predict


def train_catboost(train, validate):
    import catboost

    pools = [catboost.Pool(x, y, cat_features=CATEGORIES) for x, y in (train, validate)]
    model = catboost.CatBoostClassifier(iterations=100, learning_rate=0.1, eval_metric="Logloss", use_best_model=False, allow_writing_files=False, logging_level="Silent")
    model.fit(pools[0], eval_set=pools[1])
    return lambda x: model.predict_proba(x)[:, 1]


main()
