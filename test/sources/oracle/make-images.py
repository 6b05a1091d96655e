"""Makes the images of test/sources/images.test.ts, and the pixels that they have. Made with Pillow 13.0.0 and numpy 2.4.6."""
import json
import pathlib

import numpy as np
from PIL import Image

HERE = pathlib.Path(__file__).parent / "images"
HEIGHT, WIDTH = 6, 8
rng = np.random.default_rng(7)
noise = rng.integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
gray = rng.integers(0, 256, (HEIGHT, WIDTH), dtype=np.uint8)
alpha = np.where(np.arange(HEIGHT * WIDTH).reshape(HEIGHT, WIDTH) % 2 == 0, 255, 0).astype(np.uint8)
# A smooth image, whose resized pixels do not hang on the edges of a kernel.
y, x = np.mgrid[0:24, 0:32]
smooth = np.stack([x * 8, y * 10, 255 - x * 4 - y * 5], axis=2).astype(np.uint8)

images = {
    "cat/colour.png": Image.fromarray(noise, "RGB"),
    "cat/gray.png": Image.fromarray(gray, "L"),
    "dog/palette.png": Image.fromarray(noise, "RGB").quantize(16),
    "dog/transparent.png": Image.fromarray(np.dstack([noise, alpha]), "RGBA"),
    "dog/photo.jpg": Image.fromarray(noise, "RGB"),
    "dog/gray.jpeg": Image.fromarray(gray, "L"),
}
for name, image in images.items():
    (HERE / name).parent.mkdir(parents=True, exist_ok=True)
    image.save(HERE / name, **({"quality": 90, "subsampling": 0} if name.endswith(("jpg", "jpeg")) else {}))
# Lies on its side, and says so.
turned = Image.fromarray(noise.transpose(1, 0, 2), "RGB")
exif = Image.Exif()
exif[0x0112] = 5
turned.save(HERE / "cat/turned.jpg", quality=90, subsampling=0, exif=exif)
Image.fromarray(smooth, "RGB").save(HERE / "smooth.png")


def pixels(image, mode):
    from PIL import ImageOps

    image = ImageOps.exif_transpose(image)
    if image.mode in ("RGBA", "P"):
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    return np.asarray(image.convert("RGB").convert(mode)).reshape(-1).tolist()


expected = {}
for name in sorted([*images, "cat/turned.jpg"]):
    image = Image.open(HERE / name)
    expected[name] = {"rgb": pixels(image, "RGB"), "gray": pixels(image, "L")}
small = Image.open(HERE / "smooth.png").resize((16, 12), Image.Resampling.BICUBIC)
expected["smooth.png"] = {"resized": np.asarray(small).reshape(-1).tolist()}
(HERE / "expected.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n")
