"""Makes forests.json: how well scikit-learn's forests do on penguins, the oracle of forest.test.ts.

    python -m pip install numpy scikit-learn==1.9.1
    npm ci && python test/lightgbm/oracle/forests.py

Forests are random, and ours are grown in another way: what they are measured by is compared, the mean of ten seeds.
"""

import json
import pathlib
import platform

import numpy as np
import sklearn
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor, RandomForestClassifier, RandomForestRegressor
from sklearn.metrics import accuracy_score, log_loss, r2_score

FOLDER = pathlib.Path(__file__).parent
SEEDS = range(10)
COLUMNS = ["Beak Length (mm)", "Beak Depth (mm)", "Flipper Length (mm)"]
ISLANDS = ["Biscoe", "Dream", "Torgersen"]
SPECIES = ["Adelie", "Chinstrap", "Gentoo"]
FORESTS = {"random_forest": (RandomForestClassifier, RandomForestRegressor), "extra_trees": (ExtraTreesClassifier, ExtraTreesRegressor)}


def main():
    birds = json.loads((FOLDER / "../../../node_modules/vega-datasets/data/penguins.json").read_text())
    birds = [bird for bird in birds if bird["Body Mass (g)"] is not None]
    x = np.array([[*(bird[column] for column in COLUMNS), ISLANDS.index(bird["Island"])] for bird in birds], dtype=float)
    targets = {"species": np.array([SPECIES.index(bird["Species"]) for bird in birds]), "mass": np.array([bird["Body Mass (g)"] for bird in birds], dtype=float)}
    targets["gentoo"] = (targets["species"] == 2).astype(int)
    test = np.arange(len(birds)) % 3 == 0
    expected = {}
    for name, (classifier, regressor) in FORESTS.items():
        for target, y in targets.items():
            found = []
            for seed in SEEDS:
                forest = (regressor if target == "mass" else classifier)(random_state=seed, min_samples_leaf=2).fit(x[~test], y[~test])
                if target == "mass":
                    found.append({"r2": r2_score(y[test], forest.predict(x[test]))})
                else:
                    shares = forest.predict_proba(x[test])
                    found.append({"accuracy": accuracy_score(y[test], shares.argmax(1)), "log_loss": log_loss(y[test], shares)})
            expected.setdefault(name, {})[target] = {metric: round(float(np.mean([one[metric] for one in found])), 4) for metric in found[0]}
    versions = {"python": platform.python_version(), "scikit-learn": sklearn.__version__, "numpy": np.__version__}
    rows = {"features": {name: x[:, i].tolist() for i, name in enumerate(["beak", "depth", "flipper", "island"])}, "targets": {name: y.tolist() for name, y in targets.items()}}
    (FOLDER / "forests.json").write_text(json.dumps({"made": versions, "rows": rows, "expected": expected}) + "\n")
    print(json.dumps(expected, indent=1))


main()
