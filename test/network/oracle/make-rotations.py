"""Makes the turned images of test/network/augment.test.ts. Made with scipy 1.17.1."""
import json
import pathlib

import numpy as np
from scipy.ndimage import affine_transform

rng = np.random.default_rng(5)
cases = []
for height, width, angle in [(5, 7, 0.3), (6, 6, -2.5), (4, 9, 3.1), (1, 5, 0.7)]:
    image = rng.random((height, width, 2)).astype(np.float32)
    sine, cosine = np.sin(angle), np.cos(angle)
    turn = np.array([[cosine, sine], [-sine, cosine]])
    middle = np.array([(height - 1) / 2, (width - 1) / 2])
    turned = [affine_transform(image[:, :, c].astype(np.float64), turn, middle - turn @ middle, order=1, mode="reflect") for c in range(2)]
    cases.append({"shape": [height, width, 2], "angle": angle, "image": image.reshape(-1).tolist(), "turned": np.stack(turned, axis=2).reshape(-1).tolist()})
(pathlib.Path(__file__).parent / "rotations.json").write_text(json.dumps(cases, separators=(",", ":")) + "\n")
