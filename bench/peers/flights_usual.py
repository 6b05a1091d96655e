"""flights-3m as it is usually written: pandas, scikit-learn's ColumnTransformer, XGBoost. Prints one line of JSON."""

import json
import resource
import sys
import time

start = time.perf_counter()
import numpy as np
import pandas as pd
import xgboost as xgb
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler, TargetEncoder

data = pd.read_parquet(sys.argv[1]).drop_duplicates(["date", "origin", "destination"])
data = data[data.distance > 0]
x = pd.DataFrame(
    {
        "origin": data.origin.astype(str),
        "destination": data.destination.astype(str),
        "distance": data.distance.astype("float32"),
        "dep_hour": data.date.dt.hour.astype("float32"),
        "dow": data.date.dt.dayofweek.astype("float32"),
    }
)
y = (data.delay >= 15).astype("int8").to_numpy()
x_train, x_rest, y_train, y_rest = train_test_split(x, y, test_size=0.3, stratify=y, random_state=1)
x_validate, x_test, y_validate, y_test = train_test_split(x_rest, y_rest, test_size=0.5, stratify=y_rest, random_state=1)
prepare = ColumnTransformer(
    [
        ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), ["distance", "dep_hour", "dow"]),
        ("origin", OneHotEncoder(min_frequency=50, sparse_output=False, dtype=np.float32, handle_unknown="infrequent_if_exist"), ["origin"]),
        ("destination", TargetEncoder(), ["destination"]),
    ]
)
x_train = prepare.fit_transform(x_train, y_train).astype("float32")
x_validate = prepare.transform(x_validate).astype("float32")
x_test = prepare.transform(x_test).astype("float32")

training = time.perf_counter()
model = xgb.XGBClassifier(n_estimators=100, max_depth=6, learning_rate=0.1, tree_method="hist", early_stopping_rounds=20, eval_metric="auc")
model.fit(x_train, y_train, eval_set=[(x_validate, y_validate)], verbose=False)
trained = time.perf_counter()

scores = model.predict_proba(x_test)[:, 1]
result = {
    "seconds": time.perf_counter() - start,
    "training": trained - training,
    "auc": float(roc_auc_score(y_test, scores)),
    "auc_pr": float(average_precision_score(y_test, scores)),
    "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
}
print(json.dumps(result))
