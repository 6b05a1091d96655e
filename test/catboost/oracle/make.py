"""Makes expected.json with CatBoost's own package: the oracle of oracle.test.ts. Rows are XGBoost's oracle's.

    python -m pip install numpy pandas scipy catboost==1.2.10
    python test/catboost/oracle/make.py

As its users do it: a pandas table, numbers before categories, the texts of categories.
"""

import json
import pathlib
import platform

import catboost
import numpy as np
import pandas as pd

FOLDER = pathlib.Path(__file__).parent
NUMBERS, CATEGORIES = ["age", "count"], ["color", "size"]

# name, target, parameters, rounds, weighted, (metric, patience) or None; where it says `unseen`, no category is missing in the rows
# to learn from, and a missing one is a new one; where it says `alone`, there are no other features.
CASES = [
    ("binary", "binary", {"depth": 4}, 30, False, None),
    ("stopped", "binary", {"learning_rate": 0.3, "bootstrap_type": "Bernoulli", "subsample": 0.7}, 200, True, ("AUC", 8)),
    ("ordered", "binary", {"boosting_type": "Ordered", "rsm": 0.6, "max_ctr_complexity": 2}, 30, False, None),
    ("combinations", "binary", {"max_ctr_complexity": 4, "depth": 6, "learning_rate": 0.2, "model_size_reg": 0.0}, 60, False, None),
    ("one hot", "binary", {"one_hot_max_size": 13}, 20, False, None),
    ("combinations with one hot", "number", {"one_hot_max_size": 6, "max_ctr_complexity": 3, "depth": 8, "model_size_reg": 0.0}, 60, False, None),
    ("unseen", "number", {"one_hot_max_size": 3, "max_ctr_complexity": 3, "depth": 5, "model_size_reg": 0.0}, 40, False, None),
    ("unseen multiclass", "multi", {"depth": 4}, 15, False, None),
    ("uneven", "binary", {"grow_policy": "Lossguide", "max_leaves": 12}, 20, False, None),
    ("multiclass", "multi", {"bagging_temperature": 2.0, "bootstrap_type": "Bayesian"}, 60, False, ("MultiClass", 5)),
    ("uneven multiclass", "multi", {"grow_policy": "Depthwise", "depth": 3}, 15, False, None),
    ("regression", "number", {"border_count": 32, "l2_leaf_reg": 2.5, "nan_mode": "Max"}, 25, True, None),
    ("absolute", "number", {"loss_function": "MAE"}, 25, False, ("MAE", 10)),
    ("huber", "number", {"loss_function": "Huber:delta=0.5"}, 20, False, None),
    ("quantile", "number", {"loss_function": "Quantile:alpha=0.8"}, 20, False, None),
    ("poisson", "count", {"loss_function": "Poisson"}, 20, False, None),
    ("tweedie", "count", {"loss_function": "Tweedie:variance_power=1.3"}, 20, False, None),
    ("monotone", "number", {"monotone_constraints": [1, -1, 0, 0]}, 20, False, None),
    ("numbers alone", "binary", {"depth": 4}, 20, False, None),
    ("categories alone", "number", {"depth": 4}, 20, False, None),
    ("mvs", "binary", {"bootstrap_type": "MVS", "subsample": 0.6, "mvs_reg": 5.0}, 20, False, None),
    ("gumbel", "number", {"random_score_type": "Gumbel", "random_strength": 2.0}, 20, False, None),
    ("ranking", "relevance", {"loss_function": "YetiRank", "depth": 4, "learning_rate": 0.2}, 60, True, ("NDCG:top=5;type=Exp", 10)),
    ("pairs", "relevance", {"loss_function": "PairLogit", "depth": 4}, 20, False, None),
    ("queries", "relevance", {"loss_function": "QueryRMSE", "depth": 4, "bootstrap_type": "No"}, 20, False, None),
    ("langevin", "number", {"langevin": True, "diffusion_temperature": 500.0, "model_shrink_rate": 0.01}, 20, False, None),
]
OBJECTIVES = {"binary": "Logloss", "multi": "MultiClass", "number": "RMSE", "count": "RMSE", "relevance": "YetiRank"}
METRICS = {"binary": ["Logloss"], "multi": ["MultiClass"], "number": ["RMSE"], "count": ["RMSE"], "relevance": ["NDCG:type=Exp"]}


def table(data, complete):
    known = data["parts"]["validate"][1] if complete else 0
    columns = {name: np.array([np.nan if value is None else value for value in data["features"][name]], np.float32) for name in NUMBERS}
    for name in CATEGORIES:
        columns[name] = [f"level {int(value)}" if value is not None else "level 0" if row < known else "nan" for row, value in enumerate(data["features"][name])]
    return pd.DataFrame(columns)


def run(data, case):
    name, target, parameters, rounds, weighted, stopping = case
    numbers, categories = ([] if name == "categories alone" else NUMBERS), ([] if name == "numbers alone" else CATEGORIES)
    x = table(data, name.startswith("unseen"))[numbers + categories]
    y = np.abs(np.array(data["targets"]["number"])) if target == "count" else np.array(data["targets"][target])
    weights = np.array(data["weights"], np.float32) if weighted else None
    metrics = [stopping[0]] if stopping else METRICS[target]
    queries = np.array(data["queries"])

    def pool(part):
        rows = slice(*data["parts"][part])
        if target == "relevance":
            first = np.unique(queries, return_index=True)[1]
            weight = None if weights is None else weights[first][queries - queries[0]][rows]
            return catboost.Pool(x[rows], y[rows], group_id=queries[rows], group_weight=weight, cat_features=categories)
        return catboost.Pool(x[rows], y[rows], weight=None if weights is None else weights[rows], cat_features=categories)

    settings = {"loss_function": OBJECTIVES[target], **parameters}
    model = catboost.CatBoost({**settings, "iterations": rounds, "eval_metric": metrics[0], "random_seed": 1234, "thread_count": 8,
                               "allow_writing_files": False, "logging_level": "Silent", **({"classes_count": 3} if target == "multi" else {})})
    more = {"early_stopping_rounds": stopping[1], "use_best_model": True} if stopping else {"use_best_model": False}
    model.fit(pool("train"), eval_set=pool("validate"), **more)
    form = {"binary": "Probability", "multi": "Probability"}.get(target, "Exponent" if settings["loss_function"][:7] in ("Poisson", "Tweedie") else "RawFormulaVal")
    predictions = model.predict(pool("test"), prediction_type=form)
    predictions = predictions[:, 1] if target == "binary" else predictions.ravel()
    return {
        "name": name, "target": target, "features": sorted(numbers + categories), "parameters": settings, "rounds": rounds, "weighted": weighted,
        "metrics": metrics, "stopping": {"metric": stopping[0], "rounds": stopping[1]} if stopping else None,
        "expected": {"bestRound": model.tree_count_, "curve": {metric: values for metric, values in model.get_evals_result()["validation"].items() if metric in metrics},
                     "importance": dict(zip(model.feature_names_, map(float, model.get_feature_importance(type="PredictionValuesChange")))),
                     "statistics": statistics(model), "predictions": [float(f"{value:.12g}") for value in predictions]},
    }


def statistics(model):
    """How many features the model's statistics combine, at most: the cases are to have combinations."""
    model.save_model("/tmp/oracle.json", format="json")
    with open("/tmp/oracle.json") as file:
        return max([len(one["elements"]) for one in json.load(file)["features_info"].get("ctrs", [])], default=0)


def main():
    data = json.loads((FOLDER / "../../xgboost/oracle/data.json").read_text())
    versions = {"python": platform.python_version(), "catboost": catboost.__version__, "numpy": np.__version__, "pandas": pd.__version__}
    cases = [run(data, case) for case in CASES]
    for case in cases:
        print(case["name"], case["expected"]["bestRound"], case["expected"]["statistics"])
    (FOLDER / "expected.json").write_text(json.dumps({"made": versions, "cases": cases}) + "\n")


main()
