"""Makes ensembles.json: what scikit-learn's ensembles say of the test rows of rows.json, which oracle.test.ts writes with UPDATE=1.

Run: python ensembles.py > ensembles.json
Versions: scikit-learn 1.9.1, numpy 2.4.6, scipy 1.17.1, Python 3.11.7.

Folds are explicit indices; samples are given to BaggingClassifier in place of those that it would draw. Models of ours
standardise their features, so that members and meta models stand behind a StandardScaler. `pass_through` passes prepared
features, scikit-learn raw ones: its meta model fills them with the same mean.
"""
import json, os
import numpy as np
from scipy.optimize import minimize
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import BaggingClassifier, BaggingRegressor, StackingClassifier, StackingRegressor, VotingClassifier, VotingRegressor
from sklearn.ensemble import _bagging
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

HERE = os.path.dirname(os.path.abspath(__file__))
given = json.load(open(os.path.join(HERE, "rows.json")))
X = np.array([[np.nan if row["size"] is None else row["size"], row["age"], row["rooms"]] for row in given["rows"]], dtype=float)
found = {}

for task in ["two", "three", "many"]:
    split = given[task]
    regression = task == "many"
    y = np.array([row[split["target"]] for row in given["rows"]])
    train, validate, test = (np.array(split[part]) for part in ["train", "validate", "test"])
    base = lambda: LinearRegression() if regression else LogisticRegression(tol=1e-12, max_iter=100000)
    on = lambda columns: make_pipeline(ColumnTransformer([("x", SimpleImputer(), columns)]), StandardScaler(), base())
    dummy = lambda: DummyRegressor() if regression else DummyClassifier(strategy="prior")
    a, b, c = on([0, 1]), on([1, 2]), dummy()
    named = [("a", a), ("b", b), ("c", c)]
    places = {row: at for at, row in enumerate(train)}
    cv = [(np.array([places[row] for row in train if row not in set(held)]), np.array([places[row] for row in held])) for held in split["held"]]
    meta = make_pipeline(SimpleImputer(), StandardScaler(), base())

    def say(model, columns=slice(None)):
        if regression:
            return model.predict(X[test][:, columns])
        said = model.predict_proba(X[test][:, columns])
        return said[:, 1] if task == "two" else said.ravel()

    Stacking, Voting, Bagging = (StackingRegressor, VotingRegressor, BaggingRegressor) if regression else (StackingClassifier, VotingClassifier, BaggingClassifier)
    found[f"{task}_stack"] = say(Stacking(named, final_estimator=meta, cv=cv).fit(X[train], y[train]))
    two = [("a", make_pipeline(SimpleImputer(), StandardScaler(), base())), ("c", dummy())]
    found[f"{task}_passed"] = say(Stacking(two, final_estimator=meta, cv=cv, passthrough=True).fit(X[train][:, :2], y[train]), slice(0, 2))
    soft = {} if regression else {"voting": "soft"}
    voting = Voting(named, weights=[2, 1, 0.5], **soft).fit(X[train], y[train])
    found[f"{task}_soft"] = say(voting)
    if regression:
        found["many_middle"] = np.median(voting.transform(X[test]), axis=1)
    else:
        hard = VotingClassifier(named, voting="hard", weights=[2, 1, 1.5]).fit(X[train], y[train])
        votes = np.zeros((len(test), len(hard.classes_)))
        for weight, said in zip([2, 1, 1.5], hard.transform(X[test]).T):
            votes[np.arange(len(test)), said.astype(int)] += weight / 4.5
        assert (hard.classes_[votes.argmax(axis=1)] == hard.predict(X[test])).all()
        found[f"{task}_hard"] = votes[:, 1] if task == "two" else votes.ravel()

    # Weights on the simplex, by a solver of another kind.
    models = voting.estimators_
    if regression:
        said = np.array([model.predict(X[validate]) for model in models])
        loss = lambda w: np.mean((y[validate] - w @ said) ** 2)
    else:
        codes = np.searchsorted(voting.classes_, y[validate])
        said = np.array([model.predict_proba(X[validate])[np.arange(len(validate)), codes] for model in models])
        loss = lambda w: -np.mean(np.log(w @ said))
    solved = minimize(loss, np.full(3, 1 / 3), method="SLSQP", bounds=[(0, 1)] * 3, constraints={"type": "eq", "fun": lambda w: w.sum() - 1}, options={"ftol": 1e-15, "maxiter": 1000})
    found[f"{task}_found"] = say(Voting(named, weights=list(np.maximum(solved.x, 0)), **soft).fit(X[train], y[train]))

    samples = [np.array([places[row] for row in sample]) for sample in split["samples"]]
    turn = iter(samples)
    _bagging._generate_bagging_indices = lambda *args, **kwargs: (np.arange(2), next(turn))
    # Its features are filled before: a model of ours is fitted to samples of prepared rows.
    filled = SimpleImputer().fit(X[train][:, :2])
    X_filled = filled.transform(X[:, :2])
    turn = iter(samples)
    averaged = []
    for sample in samples:
        averaged.append(make_pipeline(StandardScaler(), base()).fit(X_filled[train][sample], y[train][sample]))
    bagging = Bagging(make_pipeline(StandardScaler(), base()), n_estimators=len(samples)).fit(X_filled[train], y[train])
    said = bagging.predict(X_filled[test]) if regression else bagging.predict_proba(X_filled[test])
    own = np.mean([model.predict(X_filled[test]) if regression else model.predict_proba(X_filled[test]) for model in averaged], axis=0)
    assert np.allclose(said, own), "BaggingClassifier did not take the samples that it was given"
    found[f"{task}_bag"] = said if regression else said[:, 1] if task == "two" else said.ravel()

print(json.dumps({name: [round(float(value), 10) for value in values] for name, values in found.items()}))
