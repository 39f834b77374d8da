"""Small data and models of the tests of estimators."""

from sklearn.datasets import load_diabetes, load_iris
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

X, Y = (part[:150] for part in load_diabetes(return_X_y=True))

IRIS, KINDS = load_iris(return_X_y=True)

STUMP = DecisionTreeRegressor(max_depth=2, random_state=0)

TREE = DecisionTreeClassifier(max_depth=1, random_state=0)

ALL_WEIGHTS = ("nearest", "uniform", "exponential")
