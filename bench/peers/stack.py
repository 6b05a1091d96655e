"""scikit-learn's StackingClassifier with three members on flights, as an expert would: polars, folds side by side.

    python bench/peers/stack.py flights-3m.parquet ROWS
"""

import sys

import numpy as np
import polars as pl
from lightgbm import LGBMClassifier
from sklearn.ensemble import StackingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from xgboost import XGBClassifier


def main():
    path, rows = sys.argv[1], int(sys.argv[2])
    date = pl.col("date")
    table = (
        pl.scan_parquet(path).head(rows)
        .select(pl.col("distance"), date.dt.hour().alias("dep_hour"), date.dt.weekday().alias("dow"), date.dt.month().alias("month"),
                (pl.col("origin").hash() % 1000).alias("from_code"), (pl.col("destination").hash() % 1000).alias("to_code"), (pl.col("delay") >= 15).alias("late"))
        .collect()
    )
    y = table["late"].to_numpy().astype(np.int8)
    x = table.drop("late").to_numpy().astype(np.float32)
    order = np.random.default_rng(1).permutation(len(y))
    train, test = order[: int(len(y) * 0.7)], order[int(len(y) * 0.85) :]
    members = [
        ("trees", XGBClassifier(n_estimators=100, n_jobs=1)),
        ("leaves", LGBMClassifier(n_estimators=100, n_jobs=1, verbosity=-1)),
        ("line", make_pipeline(StandardScaler(), LogisticRegression())),
    ]
    stack = StackingClassifier(members, LogisticRegression(), cv=5, n_jobs=-1)
    stack.fit(x[train], y[train])
    print(roc_auc_score(y[test], stack.predict_proba(x[test])[:, 1]))


main()
