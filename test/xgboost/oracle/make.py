"""Makes data.json and expected.json with XGBoost's own Python package: the oracle of oracle.test.ts.

    python -m pip install numpy scipy && python -m pip install --no-deps --ignore-requires-python xgboost-cpu==3.4.1
    python test/xgboost/oracle/make.py

Training goes in segments, as the engine's does: the booster is pickled, loaded again, and goes on with the next seed.
"""

import json
import pathlib
import pickle
import platform

import numpy as np
import xgboost as xgb

FOLDER = pathlib.Path(__file__).parent
ROWS, TRAIN, VALIDATE = 1000, 500, 250
COLORS, SIZES = 12, 3

# name, target, features, parameters, rounds, segment, weighted, (metric, patience) or None, merge
CASES = [
    ("binary", "binary", "all", {"eta": 0.3, "max_depth": 4}, 30, 100, False, None, False),
    ("sampled", "binary", "all", {"subsample": 0.7, "colsample_bynode": 0.7}, 30, 7, False, None, False),
    ("stopped", "binary", "all", {"eta": 0.5, "subsample": 0.7}, 200, 6, True, ("auc", 8), False),
    ("multiclass", "multi", "all", {"eta": 0.4, "subsample": 0.7}, 60, 10, False, ("mlogloss", 5), False),
    ("regression", "number", "all", {"max_bin": 32, "lambda": 2.5}, 25, 10, True, None, False),
    ("absolute", "number", "all", {"objective": "reg:absoluteerror"}, 25, 10, False, ("mae", 10), False),
    ("one hot", "binary", "all", {"max_cat_to_onehot": COLORS + 1}, 20, 100, False, None, False),
    ("lossguide", "number", "all", {"grow_policy": "lossguide", "max_leaves": 9, "max_depth": 0,
                                    "sampling_method": "gradient_based", "subsample": 0.5}, 20, 5, False, None, False),
    ("dropout", "binary", "all", {"rate_drop": 0.3}, 20, 6, False, None, False),
    ("merged", "binary", "discrete", {"eta": 0.2}, 30, 8, False, ("logloss", 20), True),
    ("ranking", "relevance", "all", {"eta": 0.3, "max_depth": 3}, 40, 7, True, ("ndcg@5", 10), False),
    ("pairs at random", "relevance", "all", {"objective": "rank:pairwise", "lambdarank_pair_method": "mean",
                                             "lambdarank_num_pair_per_sample": 3}, 20, 6, False, None, False),
]
OBJECTIVES = {"binary": "binary:logistic", "multi": "multi:softprob", "number": "reg:squarederror", "relevance": "rank:ndcg"}
FEATURES = {"all": ["age", "color", "count", "size"], "discrete": ["color", "count", "size"]}


def make_data():
    random = np.random.default_rng(20260101)
    age = np.round(random.normal(40, 15, ROWS), 3).astype(np.float32).astype(float)
    age[random.random(ROWS) < 0.1] = np.nan
    count = random.integers(0, 6, ROWS).astype(float)
    color = random.integers(0, COLORS, ROWS).astype(float)
    color[random.random(ROWS) < 0.05] = np.nan
    size = random.integers(0, SIZES, ROWS).astype(float)
    signal = np.nan_to_num(age, nan=55) / 20 + np.sin(np.nan_to_num(color, nan=4)) + 0.3 * count * (size - 1)
    signal = signal + random.normal(0, 0.7, ROWS)
    weights = np.round(random.uniform(0.2, 3, ROWS), 2)
    begins = (random.random(ROWS) < 0.12) | np.isin(np.arange(ROWS), [TRAIN, TRAIN + VALIDATE])
    return {
        "features": {"age": age, "count": count, "color": color, "size": size},
        "weights": weights,
        "queries": np.cumsum(begins),
        "targets": {
            "binary": (signal > np.median(signal)).astype(int),
            "multi": np.digitize(signal, np.quantile(signal, [0.4, 0.75])),
            "number": np.round(signal, 4),
            "relevance": np.digitize(signal, np.quantile(signal, [0.4, 0.65, 0.85, 0.95])),
        },
    }


def merge(x, y):
    """Rows equal in features and label, in the order of their first ones, with their counts."""
    groups = {}
    for index, row in enumerate(map(tuple, np.nan_to_num(np.column_stack([x, y]), nan=-1))):
        groups.setdefault(row, []).append(index)
    first = [rows[0] for rows in groups.values()]
    return x[first], y[first], np.array([len(rows) for rows in groups.values()], dtype=np.float32)


def run(data, case):
    name, target, kind, parameters, rounds, segment, weighted, stopping, merged = case
    names = FEATURES[kind]
    x = np.column_stack([data["features"][name] for name in names]).astype(np.float32)
    y = data["targets"][target]
    types = ["c" if name in ("color", "size") else "q" for name in names]
    max_bin = parameters.get("max_bin", 256)
    parts = {"train": slice(0, TRAIN), "validate": slice(TRAIN, TRAIN + VALIDATE)}

    def matrix(part, ref=None):
        px, py, pw = x[part], y[part], data["weights"][part] if weighted else None
        if merged:
            px, py, pw = merge(px, py)
        queries = None
        if target == "relevance":
            queries = data["queries"][part]
            pw = None if pw is None else pw[np.unique(queries, return_index=True)[1]]
        return xgb.QuantileDMatrix(px, py, weight=pw, qid=queries, feature_types=types, enable_categorical=True, max_bin=max_bin, ref=ref)

    train = matrix(parts["train"])
    validate = matrix(parts["validate"], ref=train)
    metrics = [stopping[0]] if stopping else {"binary": ["auc", "logloss"], "multi": ["mlogloss"], "number": ["rmse", "mae"], "relevance": ["ndcg", "ndcg@5"]}[target]
    settings = {"tree_method": "hist", "objective": OBJECTIVES[target], "nthread": 1, **parameters}
    if target == "multi":
        settings["num_class"] = 3
    booster = xgb.Booster([*settings.items(), *(("eval_metric", metric) for metric in metrics)], [train, validate])
    booster.set_param({"seed": seed(0)})
    curve, best, best_round = {metric: [] for metric in metrics}, None, rounds
    for index in range(rounds):
        booster.update(train, index)
        for item in booster.eval_set([(validate, "validate")], index).split("\t")[1:]:
            metric, value = item.removeprefix("validate-").rsplit(":", 1)
            curve[metric].append(float(value))
        if stopping:
            value = curve[stopping[0]][-1] * (-1 if stopping[0] in ("auc", "ndcg@5") else 1)
            if best is None or value < best:
                best, best_round = value, index + 1
            if index + 1 - best_round >= stopping[1]:
                break
        if (index + 1) % segment == 0:
            booster = pickle.loads(pickle.dumps(booster))
            booster.set_param({"seed": seed((index + 1) // segment)})
    test = xgb.DMatrix(x[TRAIN + VALIDATE:], feature_types=types, enable_categorical=True)
    predictions = booster[:best_round].predict(test)
    return {
        "name": name, "target": target, "features": names, "parameters": settings, "rounds": rounds, "segment": segment,
        "weighted": weighted, "merge": merged, "metrics": metrics,
        "stopping": {"metric": stopping[0], "rounds": stopping[1]} if stopping else None,
        "expected": {
            "bestRound": best_round,
            "curve": curve,
            "predictions": [float(np.format_float_positional(value, unique=True)) for value in predictions.ravel()],
        },
    }


def seed(segment):
    return 1234 + 77 * segment


def plain(values):
    return [None if value != value else value for value in np.asarray(values).tolist()]


def main():
    data = make_data()
    versions = {"python": platform.python_version(), "xgboost": xgb.__version__, "numpy": np.__version__}
    listed = {
        "made": versions,
        "parts": {"train": [0, TRAIN], "validate": [TRAIN, TRAIN + VALIDATE], "test": [TRAIN + VALIDATE, ROWS]},
        "levels": {"color": COLORS, "size": SIZES},
        "features": {name: plain(values) for name, values in data["features"].items()},
        "weights": plain(data["weights"]),
        "queries": plain(data["queries"]),
        "targets": {name: plain(values) for name, values in data["targets"].items()},
    }
    (FOLDER / "data.json").write_text(json.dumps(listed) + "\n")
    cases = [run(data, case) for case in CASES]
    (FOLDER / "expected.json").write_text(json.dumps({"made": versions, "cases": cases}, indent=None) + "\n")


main()
