"""Makes expected.json with LightGBM's own Python package: the oracle of oracle.test.ts. Rows are XGBoost's oracle's.

    python -m pip install numpy scipy lightgbm==4.7.0
    python test/lightgbm/oracle/make.py

Training goes in segments, as the engine's does: each goes on from the model of the one before with the next seed.
"""

import json
import pathlib
import platform

import lightgbm as lgb
import numpy as np

FOLDER = pathlib.Path(__file__).parent
LEVELS = 12

# name, target, parameters, rounds, segment, weighted, (metric, patience) or None
CASES = [
    ("binary", "binary", {"num_leaves": 12}, 30, 100, False, None),
    ("bagged", "binary", {"bagging_fraction": 0.7, "bagging_freq": 1, "feature_fraction": 0.7}, 30, 7, False, None),
    ("stopped", "binary", {"learning_rate": 0.3, "bagging_fraction": 0.7, "bagging_freq": 2}, 200, 6, True, ("auc", 8)),
    ("goss", "binary", {"data_sample_strategy": "goss", "learning_rate": 0.2}, 30, 9, False, None),
    ("dart", "binary", {"boosting": "dart", "drop_rate": 0.3}, 25, 25, False, None),
    ("multiclass", "multi", {"feature_fraction_bynode": 0.7, "min_data_in_leaf": 8}, 60, 10, False, ("multi_logloss", 5)),
    ("regression", "number", {"max_bin": 32, "lambda_l2": 2.5}, 25, 10, True, None),
    ("absolute", "number", {"objective": "regression_l1"}, 25, 10, False, ("l1", 10)),
    ("huber", "number", {"objective": "huber", "alpha": 0.5}, 20, 8, False, None),
    ("quantile", "number", {"objective": "quantile", "alpha": 0.8}, 20, 8, False, None),
    ("extra trees", "number", {"extra_trees": True, "min_data_in_leaf": 3}, 20, 8, False, None),
    ("linear trees", "number", {"linear_tree": True, "linear_lambda": 0.1}, 15, 6, False, None),
    ("forest", "binary", {"boosting": "rf", "bagging_fraction": 0.6, "bagging_freq": 1}, 20, 20, False, None),
    ("one hot", "binary", {"max_cat_to_onehot": LEVELS + 1}, 20, 100, False, None),
    ("monotone", "number", {"monotone_constraints": "1,0,0,0", "interaction_constraints": "[0,1],[2,3]"}, 20, 7, False, None),
    ("ranking", "relevance", {"num_leaves": 8, "min_data_in_leaf": 8}, 60, 8, True, ("ndcg@5", 10)),
    ("cross entropy of ranks", "relevance", {"objective": "rank_xendcg", "min_data_in_leaf": 8}, 20, 6, False, None),
]
OBJECTIVES = {"binary": "binary", "multi": "multiclass", "number": "regression", "relevance": "lambdarank"}
METRICS = {"binary": ["auc", "binary_logloss"], "multi": ["multi_logloss"], "number": ["rmse", "l1"], "relevance": ["ndcg@5"]}
FEATURES = ["age", "color", "count", "size"]
MAXIMIZED = ("auc", "ndcg@5")


def run(data, case):
    name, target, parameters, rounds, segment, weighted, stopping = case
    x = np.array([[np.nan if value is None else value for value in data["features"][name]] for name in FEATURES]).T
    y = np.array(data["targets"][target])
    weights = np.array(data["weights"]) if weighted else None
    queries = np.array(data["queries"])
    if target == "relevance" and weighted:
        weights = weights[np.unique(queries, return_index=True)[1]][queries - queries[0]]
    parts = {part: slice(*ends) for part, ends in data["parts"].items()}
    metrics = [stopping[0]] if stopping else METRICS[target]
    settings = {"objective": OBJECTIVES[target], **parameters}
    if target == "multi":
        settings["num_class"] = 3
    common = {**settings, "metric": [metric.split("@")[0] for metric in metrics], "eval_at": [5], "deterministic": True, "force_col_wise": True, "num_threads": 1, "verbosity": -1}

    def matrix(part, reference=None):
        rows = parts[part]
        weight = None if weights is None else weights[rows]
        group = np.unique(queries[rows], return_counts=True)[1] if target == "relevance" else None
        made = lgb.Dataset(x[rows], y[rows], weight=weight, group=group, reference=reference, categorical_feature=[1, 3], free_raw_data=False,
                           params={**common, "seed": seed(0)})
        return made

    curve, best, best_round, booster, done = {metric: [] for metric in metrics}, None, rounds, None, 0
    while done < rounds:
        train = matrix("train")
        validate = matrix("validate", train)
        text = None if booster is None else booster.model_to_string(num_iteration=-1)
        before = None if text is None else lgb.Booster(model_str=text)
        seeded = {**common, "seed": seed(done // segment)}
        if before is not None:
            for made, part in ((train, "train"), (validate, "validate")):
                raw = before.predict(x[parts[part]], raw_score=True)
                made.set_init_score(raw)
        train.construct()
        validate.construct()
        booster = lgb.Booster(seeded, train)
        booster.add_valid(validate, "validate")
        if before is not None:
            lgb.basic._safe_call(lgb.basic._LIB.LGBM_BoosterMerge(booster._handle, before._handle))
        stop = False
        for index in range(done, min(rounds, done + segment)):
            booster.update()
            for _, metric, value, _ in booster.eval_valid():
                curve[metric].append(value)
            if stopping:
                value = curve[stopping[0]][-1] * (-1 if stopping[0] in MAXIMIZED else 1)
                if best is None or value < best:
                    best, best_round = value, index + 1
                if index + 1 - best_round >= stopping[1]:
                    stop = True
                    break
        done = min(rounds, done + segment)
        if stop:
            break
    # A round that finds no split adds none: none of the cases has one.
    predictions = booster.predict(x[parts["test"]], num_iteration=best_round)
    return {
        "name": name, "target": target, "features": FEATURES, "parameters": settings, "rounds": rounds, "segment": segment,
        "weighted": weighted, "metrics": metrics, "stopping": {"metric": stopping[0], "rounds": stopping[1]} if stopping else None,
        "expected": {"bestRound": best_round, "curve": curve, "predictions": [round(float(value), 9) for value in predictions.ravel()]},
    }


def seed(segment):
    return 1234 + 77 * segment


def main():
    data = json.loads((FOLDER / "../../xgboost/oracle/data.json").read_text())
    versions = {"python": platform.python_version(), "lightgbm": lgb.__version__, "numpy": np.__version__}
    cases = [run(data, case) for case in CASES]
    (FOLDER / "expected.json").write_text(json.dumps({"made": versions, "cases": cases}) + "\n")


main()
