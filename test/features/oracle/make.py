"""Makes rows.json and cases.json: what scikit-learn's transformers make of the same rows.

Run with scikit-learn 1.9.1 and numpy 2.4.6: python make.py
"""

import hashlib
import json
import struct
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, OrdinalEncoder, StandardScaler, TargetEncoder

warnings.filterwarnings("ignore")
HERE = Path(__file__).parent
ROWS = 240
SEED = "1"

rng = np.random.default_rng(7)
part = rng.choice(3, ROWS, p=[0.7, 0.15, 0.15])
train = part == 0


def missing(values, share):
    out = values.astype(object)
    out[rng.random(ROWS) < share] = None
    return out


TEXTS = np.array(["", "a", "A", "b'c", 'd"e', "é", "Ω", "𝒳", "￿", "z z", "rare"], dtype=object)
cat = TEXTS[rng.integers(0, 10, ROWS)]
cat[np.flatnonzero(train)[:2]] = "rare"
only_later = cat.copy()
only_later[np.flatnonzero(~train)[:3]] = "never seen in training"
columns = {
    "float": missing(rng.normal(3, 2, ROWS), 0.2),
    "offset": 1e9 + rng.normal(0, 1e-3, ROWS),
    "int": missing(rng.integers(-50, 50, ROWS), 0.2),
    "full": rng.integers(0, 200, ROWS),
    "constant": np.full(ROWS, 0.1),
    "flag": missing(rng.integers(0, 2, ROWS).astype(bool), 0.1),
    "cat": cat,
    "gaps": missing(cat, 0.2),
    "late": only_later,
    "month": rng.integers(-3, 9, ROWS),
    "y": rng.integers(0, 2, ROWS).astype(bool),
    "r": rng.normal(100, 30, ROWS),
}
columns["y"][:4] = [True, False, True, False]


def number(name):
    return np.array([np.nan if v is None else float(v) for v in columns[name]]).reshape(-1, 1)


def text(name):
    return np.array([v for v in columns[name]], dtype=object).reshape(-1, 1)


def fitted(steps, x, fit_rows=train, y=None):
    for step in steps:
        x = step.fit(x[fit_rows], y[fit_rows]).transform(x) if y is not None else step.fit(x[fit_rows]).transform(x)
    return x.toarray() if hasattr(x, "toarray") else x


def plain(x):
    return [[None if v is None or v != v else float(v) for v in row] for row in np.asarray(x, dtype=object)]


def rotl(x, r):
    return ((x << r) | (x >> (32 - r))) & 0xFFFFFFFF


def block(h, k):
    k = rotl(k * 0xCC9E2D51 & 0xFFFFFFFF, 15)
    h ^= k * 0x1B873593 & 0xFFFFFFFF
    return (rotl(h, 13) * 5 + 0xE6546B64) & 0xFFFFFFFF


def fold(position, count):
    salt = struct.unpack("<4I", hashlib.sha256(f"folds:{SEED}".encode()).digest()[:16])
    h = block(block(salt[0], position), 0) ^ salt[1]
    h ^= h >> 16
    h = h * 0x85EBCA6B & 0xFFFFFFFF
    h ^= h >> 13
    h = h * 0xC2B2AE35 & 0xFFFFFFFF
    return (h ^ (h >> 16)) % count


def target_mean(name, target, smoothing, folds):
    x, y = text(name), np.array(columns[target], dtype=float)
    encoder = lambda: TargetEncoder(smooth=float(smoothing), target_type="continuous")
    out = encoder().fit(x[train], y[train]).transform(x)
    ids = np.array([fold(i, folds) for i in range(ROWS)])
    for k in range(folds):
        inner, outer = train & (ids != k), train & (ids == k)
        if outer.any():
            out[outer] = encoder().fit(x[inner], y[inner]).transform(x[outer])
    return out


cases = []


def case(column, params, expected, target="y"):
    cases.append({"column": column, "params": params, "target": target, "expected": plain(expected)})


for name in ["float", "int", "flag"]:
    for how in ["mean", "median", "most_frequent"]:
        imputer = SimpleImputer(strategy=how)
        case(name, {"impute": {name: how}}, fitted([imputer], number(name)))
        for scale, scaler in [("standard", StandardScaler()), ("min_max", MinMaxScaler())]:
            params = {"impute": {"numeric": how}, "scale": {"numeric": scale}}
            case(name, params, fitted([SimpleImputer(strategy=how), scaler], number(name)))
    constant = {"impute": {name: {"$call": "constant", "value": -1.5}}}
    case(name, constant, fitted([SimpleImputer(strategy="constant", fill_value=-1.5)], number(name)))
for name in ["float", "offset", "int", "full", "constant", "flag"]:
    case(name, {}, number(name))
    case(name, {"scale": {name: "standard"}}, fitted([StandardScaler()], number(name)))
    if name != "offset":  # scikit-learn's x * scale + min cancels there; ours, (x - min) / range, does not
        case(name, {"scale": {name: "min_max"}}, fitted([MinMaxScaler()], number(name)))

ordinal = lambda: OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)
one_hot = lambda n: OneHotEncoder(min_frequency=n, handle_unknown="infrequent_if_exist")
for name in ["cat", "late", "month"]:
    case(name, {"encode": {name: {"$call": "ordinal"}}}, fitted([ordinal()], text(name)))
    for least in [1, 5, 15, 1000]:
        case(name, {"encode": {name: {"$call": "one_hot", "min_count": least}}}, fitted([one_hot(least)], text(name)))
for how, value in [("most_frequent", None), ("constant", "?"), ("constant", "a"), ("constant", "~~~")]:
    imputer = lambda: SimpleImputer(strategy=how, fill_value=value, missing_values=None)
    impute = {"gaps": how if value is None else {"$call": how, "value": value}}
    case("gaps", {"impute": impute, "encode": {"gaps": {"$call": "ordinal"}}}, fitted([imputer(), ordinal()], text("gaps")))
    encode = {"gaps": {"$call": "one_hot", "min_count": 12}}
    case("gaps", {"impute": impute, "encode": encode}, fitted([imputer(), one_hot(12)], text("gaps")))
nan_for_none = np.array([[np.nan if v is None else v] for v in columns["gaps"]], dtype=object)
case("gaps", {"encode": {"categorical": {"$call": "ordinal"}}}, fitted([ordinal()], nan_for_none))
for target in ["y", "r"]:
    for name in ["cat", "gaps", "late", "month"]:
        for smoothing, folds in [(20, 5), (0, 3), (1.5, 2)]:
            encode = {name: {"$call": "target_mean", "smoothing": smoothing, "folds": folds}}
            case(name, {"encode": encode}, target_mean(name, target, smoothing, folds), target)

rows = [{k: (v[i].item() if hasattr(v[i], "item") else v[i]) for k, v in columns.items()} for i in range(ROWS)]
versions = {"scikit-learn": sklearn.__version__, "numpy": np.__version__}
(HERE / "rows.json").write_text(json.dumps([{"part": int(p), **row} for p, row in zip(part, rows)], indent=0) + "\n")
head = {"versions": versions, "seed": SEED}
body = ",\n".join(json.dumps(one) for one in cases)
(HERE / "cases.json").write_text(json.dumps(head)[:-1] + ', "cases": [\n' + body + "\n]}\n")
