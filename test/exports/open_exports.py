"""Opens exported files as people do who have never heard of mlp, and says what is in them.

Reads requests by name as JSON from standard input, writes their answers as JSON to standard output. Made with Python 3.11,
numpy 2.4.6, polars 2.1.0, pyarrow 26.0.1, lightgbm 4.7.0 and xgboost 3.4.1 (PyPI xgboost-cpu).
"""

import bisect
import datetime
import decimal
import json
import sys

import lightgbm as lgb
import numpy as np
import polars as pl
import pyarrow.feather
import pyarrow.parquet
import xgboost as xgb


def plain(value):
    if isinstance(value, (datetime.date, datetime.datetime, datetime.time)):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53:
        return str(value)
    if isinstance(value, float) and not np.isfinite(value):
        return str(value)
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    return value


READERS = {
    "parquet": pl.read_parquet,
    "csv": lambda path: pl.read_csv(path, try_parse_dates=True),
    "ndjson": pl.read_ndjson,
    "arrow": pl.read_ipc,
}
SECOND_READERS = {"parquet": pyarrow.parquet.read_table, "arrow": pyarrow.feather.read_table}


def table(request):
    """Columns with their types and rows, by polars; of Parquet and Arrow files what pyarrow says has to be the same."""
    path = request["path"]
    extension = path.rsplit(".", 1)[1]
    frame = READERS[extension](path)
    if extension in SECOND_READERS:
        rows = SECOND_READERS[extension](path).to_pylist()
        # As text: what is not a number is not equal to itself.
        assert repr(rows) == repr(frame.to_dicts()), f"pyarrow and polars disagree about {path}"
    return {
        "types": {name: str(type) for name, type in frame.schema.items()},
        "nulls": {name: frame[name].null_count() for name in frame.columns},
        "rows": [[plain(value) for value in row] for row in frame.rows()],
    }


def levels_of(feature):
    """The levels of a category feature, in the order of the codes that a trainer saw; None for what is a number."""
    kind = feature["kind"]
    if kind == "hash":
        return [str(bucket) for bucket in range(feature["buckets"])]
    if kind != "category" or feature["encoding"]["kind"] not in ("native", "one_hot"):
        return None
    encoding = feature["encoding"]
    least = encoding.get("min_count", 0)
    kept = [level for level, count in zip(feature["levels"], feature["counts"]) if count >= least]
    return kept + ([encoding["other"]] if "other" in encoding else [])


def bin_of(cuts, label):
    """The number of a bin, by its label: `[low, high)`."""
    return bisect.bisect_right(cuts, float(label[1:].split(",")[0]))


def codes_of(feature, values):
    """Codes of a category feature's texts, NaN for missing ones; numbers as they are."""
    if feature is not None and feature.get("bins", {}).get("as") in ("one_hot", "native"):
        return [np.nan if value is None else bin_of(feature["bins"]["cuts"], value) for value in values]
    levels = None if feature is None else levels_of(feature)
    if levels is None:
        return [np.nan if value is None else float(value) for value in values]
    places = {level: place for place, level in enumerate(levels)}
    return [np.nan if value is None else places[value] for value in values]


def xgboost(request):
    """What XGBoost's own package says of exported features, of which it sees categories as their codes."""
    booster = xgb.Booster(model_file=request["model"])
    with open(request["features"]) as file:
        features = {feature["column"]: feature for feature in json.load(file)["features"]}
    frame = pl.read_parquet(request["rows"])
    matrix = np.array([codes_of(features.get(name), frame[name].to_list()) for name in booster.feature_names], dtype=np.float32).T
    rows = xgb.DMatrix(matrix, feature_names=booster.feature_names, feature_types=booster.feature_types, enable_categorical=True)
    return booster.predict(rows).ravel().tolist()


def lightgbm(request):
    """The same by LightGBM's own package, which knows features by their order."""
    booster = lgb.Booster(model_file=request["model"])
    with open(request["features"]) as file:
        features = {feature["column"]: feature for feature in json.load(file)["features"]}
    frame = pl.read_parquet(request["rows"])
    names = frame.columns[: booster.num_feature()]
    matrix = np.array([codes_of(features.get(name), frame[name].to_list()) for name in names], dtype=float).T
    return booster.predict(matrix).ravel().tolist()


def forest(request):
    """The same for forests, whose documentation says that shares of several classes are made to add up to 1."""
    said = np.array(lightgbm(request))
    classes = lgb.Booster(model_file=request["model"]).num_model_per_iteration()
    if classes == 1:
        return said.tolist()
    shares = said.clip(0, 1).reshape(-1, classes)
    return (shares / shares.sum(axis=1, keepdims=True)).ravel().tolist()


def standard(values, of):
    return (values - of["mean"]) / of["deviation"]


def linear(request):
    """The formula of the documentation of `linear` and `logistic`, on exported features."""
    with open(request["model"]) as file:
        model = json.load(file)
    frame = pl.read_parquet(request["rows"])
    scores = np.tile(np.array(model["intercepts"]), (frame.height, 1))
    for term in model["terms"]:
        values = frame[term["feature"]].to_list()
        if term["kind"] == "numeric":
            missing = np.array([value is None for value in values])
            filled = np.array([term["fill"] if value is None else float(value) for value in values])
            scores += np.outer(standard(filled, term), term["coefficients"])
            if "missing" in term:
                scores += np.outer(standard(missing.astype(float), term["missing"]), term["missing"]["coefficients"])
        else:
            nothing = [0.0] * scores.shape[1]
            known = dict(zip(term["levels"], term["coefficients"]))
            known[None] = term.get("missingCoefficients", nothing)
            scores += np.array([known.get(value, nothing) for value in values])
    if model["task"] == "regression":
        return scores.ravel().tolist()
    if model["task"] == "binary":
        return (1 / (1 + np.exp(-scores))).ravel().tolist()
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return (powers / powers.sum(axis=1, keepdims=True)).ravel().tolist()


def baseline(request):
    """The documented answer of `baseline`: the same for every row."""
    with open(request["model"]) as file:
        model = json.load(file)
    values = model["values"][-1:] if model["task"] == "binary" else model["values"]
    return np.tile(values, pl.read_parquet(request["rows"]).height).tolist()


def adjust(request):
    """The documented answer of `adjust`: the probabilities of the model that it wraps, mapped class by class."""
    with open(request["model"]) as file:
        calibration = json.load(file)["calibration"]
    wraps = {**request, **request["wraps"]}
    maps = calibration["maps"]
    said = np.array(OPENERS[wraps["open"]](wraps)).reshape(-1, len(maps))
    columns = []
    for one, column in zip(maps, said.T):
        if calibration["method"] == "isotonic":
            columns.append(np.interp(column, one["said"], one["observed"]))
        else:
            kept = np.clip(column, 2.0**-24, 1 - 2.0**-24)
            columns.append(1 / (1 + np.exp(-(one["slope"] * np.log(kept / (1 - kept)) + one["intercept"]))))
    mapped = np.column_stack(columns)
    return (mapped if len(maps) == 1 else mapped / mapped.sum(axis=1, keepdims=True)).ravel().tolist()


OPENERS = {"adjust": adjust, "table": table, "xgboost": xgboost, "lightgbm": lightgbm, "forest": forest, "linear": linear, "baseline": baseline}
json.dump({name: OPENERS[request["open"]](request) for name, request in json.load(sys.stdin).items()}, sys.stdout)
