"""Makes parameters.json: the names of what CatBoost's own package takes, by the signatures of its estimators.

    python -m pip install numpy pandas scipy catboost==1.2.10
    python test/catboost/oracle/parameters.py
"""

import inspect
import json
import pathlib

import catboost

ESTIMATORS = [catboost.CatBoostClassifier, catboost.CatBoostRegressor, catboost.CatBoostRanker]
names = {name for estimator in ESTIMATORS for name in inspect.signature(estimator.__init__).parameters} - {"self"}
pathlib.Path(__file__).with_name("parameters.json").write_text(json.dumps({"catboost": catboost.__version__, "names": sorted(names)}, indent=1) + "\n")
