"""Makes folds.json: what scikit-learn scores in the folds of rows.json, which folds.test.ts writes with UPDATE=1.

Run: python folds.py > folds.json
Versions: scikit-learn 1.9.1, numpy 2.4.6, Python 3.11.7.

Everything that is fitted (mean of `size`, standardisation, model) is fitted in each fold anew. The deviation is that of a
sample (n − 1).
"""
import json, os
import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import PredefinedSplit, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

HERE = os.path.dirname(os.path.abspath(__file__))
given = json.load(open(os.path.join(HERE, "rows.json")))


def scores(model, target, scorers):
    fold = np.array(given[target])
    used = fold >= 0
    X = np.array([[row["id"], np.nan if row["size"] is None else row["size"], row["age"]] for row in given["rows"]], dtype=float)[used]
    y = np.array([row[target] for row in given["rows"]])[used]
    found = {}
    for name, (scorer, sign) in scorers.items():
        each = sign * cross_val_score(make_pipeline(SimpleImputer(), StandardScaler(), model), X, y, cv=PredefinedSplit(fold[used]), scoring=scorer)
        found[name] = {"each": [round(float(v), 11) for v in each], "mean": round(float(each.mean()), 11), "deviation": round(float(each.std(ddof=1)), 11)}
    return found


print(json.dumps({
    "logistic": scores(LogisticRegression(C=0.5, tol=1e-10, max_iter=10000), "heavy", {"accuracy": ("accuracy", 1), "auc": ("roc_auc", 1), "log_loss": ("neg_log_loss", -1)}),
    "linear": scores(LinearRegression(), "price", {"rmse": ("neg_root_mean_squared_error", -1), "r2": ("r2", 1)}),
}, indent=1))
