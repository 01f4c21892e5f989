"""The tensors of the workloads; the same floats every time, nothing downloaded."""

import numpy as np
from skimage import data


def camera(side: int = 256) -> np.ndarray:
    picture = data.camera() / 255.0
    block = 512 // side
    return picture.reshape(side, block, side, block).mean(axis=(1, 3))


def camera_4_8() -> np.ndarray:
    return np.ascontiguousarray(camera().reshape((4,) * 8))


def camera_16_4() -> np.ndarray:
    return np.ascontiguousarray(camera().reshape((16,) * 4))


def camera_8_6() -> np.ndarray:
    return np.ascontiguousarray(camera(512).reshape((8,) * 6))


def smooth() -> np.ndarray:
    """Return 1 / (1 + the sum of four coordinates) on a grid of 32^4."""
    axis = np.linspace(0, 1, 32)
    return 1.0 / (1.0 + sum(np.meshgrid(*[axis] * 4, indexing="ij")))


def video() -> np.ndarray:
    """Return a window that moves over a colour picture: 256 x 256 x 3 x 32 frames, with noise."""
    picture = data.astronaut() / 255.0
    frames = np.stack([picture[4 * t : 4 * t + 256, 3 * t : 3 * t + 256] for t in range(32)], -1)
    return np.ascontiguousarray(frames + 0.02 * np.random.default_rng(0).standard_normal(frames.shape))


def colour_picture() -> np.ndarray:
    return data.astronaut() / 255.0


def noisy_tucker() -> np.ndarray:
    """Return a 128^3 tensor of Tucker ranks 10 with 10 % noise."""
    random = np.random.default_rng(1)
    core = random.standard_normal((10, 10, 10))
    factors = [np.linalg.qr(random.standard_normal((128, 10)))[0] for _ in range(3)]
    return _with_noise(np.einsum("abc,ia,jb,kc->ijk", core, *factors, optimize=True), random)


def noisy_cp() -> np.ndarray:
    """Return a 100^3 tensor of CP rank 10 with 10 % noise."""
    random = np.random.default_rng(2)
    factors = [random.standard_normal((100, 10)) for _ in range(3)]
    return _with_noise(np.einsum("ir,jr,kr->ijk", *factors, optimize=True), random)


def observed(kind: str) -> dict[str, np.ndarray]:
    """Return a 64^3 tensor of CP rank 5 or TT ranks 5 of which 10 % is observed: x, mask, places, values."""
    random = np.random.default_rng(3)
    if kind == "cp":
        factors = [random.standard_normal((64, 5)) for _ in range(3)]
        x = np.einsum("ir,jr,kr->ijk", *factors, optimize=True)
    else:
        shapes = ((64, 5), (5, 64, 5), (5, 64))
        x = np.einsum("ia,ajb,bk->ijk", *(random.standard_normal(shape) for shape in shapes), optimize=True)
    x /= x.std()
    known = np.sort(random.permutation(x.size)[: x.size // 10])
    mask = np.zeros(x.size, bool)
    mask[known] = True
    places = np.stack(np.unravel_index(known, x.shape), 1)
    return {"x": x, "mask": mask.reshape(x.shape), "places": places, "values": x.ravel()[known]}


def _with_noise(clean: np.ndarray, random: np.random.Generator) -> np.ndarray:
    noise = random.standard_normal(clean.shape)
    return clean + 0.1 * noise * np.linalg.norm(clean) / np.linalg.norm(noise)
