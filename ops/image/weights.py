"""The recogniser's weights, multiplied out: `python -m ops.image.weights INT8-FILE FP32-FILE`.

The published file keeps weights as 8 bits with a factor for every block of them, which ONNX Runtime would multiply out
for every face; and it names inputs that are none, without which it refuses to start. Here that is done once, by the
arithmetic of the standard (DequantizeLinear), so that the network stays the same. Runs in the environment of
requirements/image-tools.txt.
"""

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

SHA256 = "e88df0409f53eb893d3ff033ff6908fd42642e1b45725d32a047929adc3ab161"
"""What comes out, of the file of layers/vision/models.json."""


def multiplied_out(content: bytes) -> bytes:
    """A network in whose place of quantised weights stand numbers of 32 bits, and that asks for the picture alone."""
    model = onnx.load_from_string(content)
    graph = model.graph
    known = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    left = []
    for node in graph.node:
        if node.op_type == "DequantizeLinear":
            values, scales, zeros = (known[name] for name in node.input)
            told = {one.name: helper.get_attribute_value(one) for one in node.attribute}
            zeros, scales = (_spread(one, told["block_size"], told["axis"], values.shape) for one in (zeros, scales))
            known[node.output[0]] = (values.astype(np.float32) - zeros.astype(np.float32)) * scales
        elif node.op_type == "Reshape" and node.input[0] in known:
            known[node.output[0]] = known[node.input[0]].reshape(known[node.input[1]])
        else:
            left.append(node)
    asked = list(dict.fromkeys(name for node in left for name in node.input))
    # The file names every weight, and some that it no longer has, as an input beside the picture.
    inputs = [one for one in graph.input if one.name in asked and one.name not in known]
    weights = [numpy_helper.from_array(np.ascontiguousarray(known[name]), name) for name in asked if name in known]
    for field, now in ((graph.node, left), (graph.input, inputs), (graph.initializer, weights), (graph.value_info, [])):
        del field[:]
        field.extend(now)
    written: bytes = model.SerializeToString(deterministic=True)
    return written


def _spread(factors: NDArray[np.generic], block: int, axis: int, shape: tuple[int, ...]) -> NDArray[np.generic]:
    """One factor for each weight, of one for each block along an axis."""
    return np.repeat(factors, block, axis).take(range(shape[axis]), axis)


def main(arguments: Sequence[str]) -> int:
    """Exit status 1, and no file, when something else came out than should."""
    source, target = map(Path, arguments)
    written = multiplied_out(source.read_bytes())
    if (digest := hashlib.sha256(written).hexdigest()) != SHA256:
        print(f"image: the weights multiplied out have SHA-256 {digest}, expected {SHA256}", file=sys.stderr)
        return 1
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(written)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
