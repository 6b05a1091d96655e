"""Makes transforms.json: rows, and what scikit-learn, numpy and pandas make of them.

Run with scikit-learn 1.9.1, numpy 2.4.6 and pandas 3.1.1: python transforms.py
"""

import json
import math
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import sklearn
from sklearn.feature_extraction import FeatureHasher
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.preprocessing import KBinsDiscretizer, QuantileTransformer, RobustScaler, StandardScaler

warnings.filterwarnings("ignore")
HERE = Path(__file__).parent
ROWS = 200

rng = np.random.default_rng(11)
part = rng.choice(3, ROWS, p=[0.7, 0.15, 0.15])
train = part == 0


def missing(values, share):
    out = values.astype(object)
    out[rng.random(ROWS) < share] = None
    return out


WORDS = ["late", "Late", "flight", "über", "naïve", "a", "it's", "10", "x2", "日本語", "snake_case", "İstanbul", "Ω", "the", "plane-crew", "don’t"]
texts = np.array([" ".join(rng.choice(WORDS, rng.integers(0, 9))) for _ in range(ROWS)], dtype=object)
texts[:3] = ["", "  ", "one\ttwo\nTHREE, four!"]
stamps = pd.to_datetime("1931-01-01") + pd.to_timedelta(rng.integers(0, 140 * 365 * 86_400, ROWS), unit="s")
stamps = pd.Series(stamps)
stamps[:6] = pd.to_datetime(["1970-01-01", "2000-02-29 23:59:59", "2024-12-31", "2021-01-03 12:30:01", "1969-12-31 23:00:00", "2100-03-01"], format="ISO8601")
columns = {
    "real": missing(rng.normal(3, 2, ROWS), 0.2),
    "skew": missing(np.exp(rng.normal(2, 1.5, ROWS)) - 0.9, 0.1),
    "tied": missing(rng.integers(0, 6, ROWS), 0.15),
    "constant": np.full(ROWS, 7),
    "cat": missing(np.array(["a", "b", "ccc", "é", ""], dtype=object)[rng.integers(0, 5, ROWS)], 0.2),
    "code": rng.integers(-20, 2000, ROWS),
    "text": missing(texts, 0.05),
    "stamp": missing(np.array([s.isoformat(sep=" ") for s in stamps], dtype=object), 0.1),
}
cases = []


def number(name):
    return np.array([np.nan if v is None else float(v) for v in columns[name]]).reshape(-1, 1)


def case(column, params, expected):
    rows = [[None if v is None or v != v else float(v) for v in row] for row in np.asarray(expected, dtype=object)]
    cases.append({"column": column, "params": params, "target": "y", "expected": rows})


def fitted(steps, x):
    for step in steps:
        x = step.fit(x[train]).transform(x)
    return x.toarray() if hasattr(x, "toarray") else x


def keep_missing(step, x):
    """Fits and applies to rows that have a value, leaving the others missing."""
    has = ~np.isnan(x[:, 0])
    step.fit(x[train & has])
    out = np.full((len(x), step.transform(x[has][:1]).shape[1]), np.nan)
    out[has] = step.transform(x[has])
    return out


def clipped(x, low, high):
    values = x[train & ~np.isnan(x[:, 0])]
    return np.clip(x, *[None if share is None else np.quantile(values, share) for share in (low, high)])


for name in ["real", "skew", "tied", "constant"]:
    x = number(name)
    case(name, {"scale": {"numeric": "robust"}}, fitted([RobustScaler()], x))
    case(name, {"impute": {name: "median"}, "scale": {name: "robust"}}, fitted([SimpleImputer(strategy="median"), RobustScaler()], x))
    for count in [100, 5, 1000]:
        scaler = QuantileTransformer(n_quantiles=count, subsample=None)
        case(name, {"scale": {name: {"$call": "quantile", "quantiles": count}}}, fitted([scaler], x))
    for strategy in ["quantile", "uniform"]:
        for bins in [2, 7]:
            quantiles = {"quantile_method": "linear"} if strategy == "quantile" else {}
            step = KBinsDiscretizer(bins, encode="ordinal", strategy=strategy, subsample=None, **quantiles)
            case(name, {"bins": {name: {"$call": strategy, "bins": bins}}}, keep_missing(step, x))
    case(name, {"bins": {"numeric": [-1, 2.5, 4]}}, np.where(np.isnan(x), np.nan, np.digitize(x, [-1, 2.5, 4])))
    one_hot = np.stack([(np.digitize(x[:, 0], [0, 3]) == i) & ~np.isnan(x[:, 0]) for i in range(3)], axis=1)
    case(name, {"bins": {name: [3, 0]}, "encode": {name: {"$call": "one_hot", "min_count": 1}}}, one_hot)
    case(name, {"clip": {name: {"$range": [0.5, 4]}}}, np.clip(x, 0.5, 4))
    case(name, {"clip": {name: {"$range": [None, 3.25]}}}, np.minimum(x, 3.25))
    for low, high in [(0.05, 0.9), (None, 0.5), (0.25, None)]:
        case(name, {"clip": {name: {"$call": "quantiles", "range": {"$range": [low, high]}}}}, clipped(x, low, high))
    case(name, {"log": {name: "signed"}}, np.sign(x) * np.log1p(np.abs(x)))
    filled = fitted([SimpleImputer(strategy="mean")], x)
    squeezed = np.clip(filled, *np.quantile(filled[train], [0.1, 0.8]))
    logged = np.sign(squeezed) * np.log1p(np.abs(squeezed))
    params = {"impute": {name: "mean"}, "clip": {name: {"$call": "quantiles", "range": {"$range": [0.1, 0.8]}}}, "log": {name: "signed"}, "scale": {name: "standard"}}
    case(name, params, fitted([StandardScaler()], logged))
case("skew", {"log": {"skew": "log1p"}}, np.log1p(number("skew")))
case("skew", {"log": {"numeric": "log1p"}, "scale": {"numeric": "standard"}}, fitted([StandardScaler()], np.log1p(number("skew"))))
for name in ["real", "tied"]:
    marks = MissingIndicator(features="all").fit_transform(number(name))
    imputed = fitted([SimpleImputer(strategy="mean")], number(name))
    case(name, {"indicator": True, "impute": {name: "mean"}}, np.hstack([marks, imputed]) if "missingindicator_" + name < name else np.hstack([imputed, marks]))

for name in ["cat", "code"]:
    shares = pd.Series(columns[name][train]).value_counts(normalize=True, dropna=False)
    case(name, {"encode": {name: {"$call": "frequency"}}}, [[shares.get(None if v is None else v, shares[shares.index.isna()].sum() if v is None else 0.0)] for v in columns[name]])
    for buckets in [2, 16, 300]:
        hasher = FeatureHasher(buckets, input_type="string", alternate_sign=False)
        case(name, {"encode": {name: {"$call": "hash", "buckets": buckets}}}, hasher.transform([[] if v is None else [str(v)] for v in columns[name]]).toarray())

for n, given in [((1, 1), 1), ((1, 2), {"$range": [1, 2]}), ((2, 3), {"$range": [2, 3]})]:
    for buckets in [8, 32]:
        hashed = HashingVectorizer(n_features=buckets, ngram_range=n, alternate_sign=False, norm=None)
        params = {"text": {"text": {"$call": "ngrams", "n": given, "buckets": buckets}}}
        case("text", params, hashed.transform(["" if v is None else v for v in columns["text"]]).toarray())

times = pd.to_datetime(pd.Series(columns["stamp"]), format="ISO8601")
calendar = times.dt.isocalendar()
PARTS = {
    "year": times.dt.year, "quarter": times.dt.quarter, "month": times.dt.month, "week": calendar.week, "day": times.dt.day,
    "dow": times.dt.dayofweek, "doy": times.dt.dayofyear, "hour": times.dt.hour, "minute": times.dt.minute, "second": times.dt.second,
}
TURNS = {
    "quarter": (times.dt.quarter - 1) / 4, "month": (times.dt.month - 1) / 12, "day": (times.dt.day - 1) / times.dt.days_in_month,
    "dow": times.dt.dayofweek / 7, "doy": (times.dt.dayofyear - 1) / (365 + times.dt.is_leap_year), "hour": times.dt.hour / 24,
    "minute": times.dt.minute / 60, "second": times.dt.second / 60,
}
for name, values in PARTS.items():
    case("stamp", {"date": {"stamp": [name]}}, [[None if pd.isna(v) else float(v)] for v in values])
for name, values in TURNS.items():
    waves = [[None, None] if pd.isna(v) else [math.cos(2 * math.pi * v), math.sin(2 * math.pi * v)] for v in values]
    case("stamp", {"date": {"stamp": [{"$call": "cyclic", "part": name}]}}, waves)

rows = [{"part": int(p), "y": i % 2 == 0, **{k: (v[i].item() if hasattr(v[i], "item") else v[i]) for k, v in columns.items()}} for i, p in enumerate(part)]
head = {"versions": {"scikit-learn": sklearn.__version__, "numpy": np.__version__, "pandas": pd.__version__}}
lines = lambda items: ",\n".join(json.dumps(one, ensure_ascii=False) for one in items)
(HERE / "transforms.json").write_text(json.dumps(head)[:-1] + ', "rows": [\n' + lines(rows) + '\n], "cases": [\n' + lines(cases) + "\n]}\n")
