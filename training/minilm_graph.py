"""The shipped sentence encoder as an ONNX graph, written node by node from the original weights.

An exported and then fused graph is slower than this one and gives no place for the two things that keep the int8
version close to the original: a scale per vocabulary row for the embedding table, and activations smoothed before
they are quantized (SmoothQuant: Xiao et al. 2022, arXiv:2211.10438). The surprising decision: activations have fixed
scales, from calibration, where the usual dynamic int8 takes one scale for all it is given at once. So a text's vector
does not depend on what else is in its batch. For the same reason there is no attention mask: a batch holds texts of
exactly one length.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

Array = npt.NDArray[np.float32]
Weights = Mapping[str, Array]

LAYERS, HEADS, WIDTH, MAX_TOKENS = 6, 12, 384, 256
EPSILON = 1e-12  # of every layer norm, from the model's config.json
CONTRIB = "com.microsoft"
SMOOTHING = 0.8  # share of the activation in a channel's scale; 0.5 to 0.9 were tried, see training/README.md


@dataclass(frozen=True)
class Range:
    """The lowest and highest value of each channel (d,) that a matmul was seen to read."""

    low: Array
    high: Array


@dataclass
class _Graph:
    """Nodes and constants in the order they are added."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: dict[str, onnx.TensorProto] = field(default_factory=dict)

    def constant(self, name: str, value: npt.NDArray[np.generic]) -> str:
        if name not in self.constants:
            self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def index(self, value: int) -> str:
        return self.constant(f"index.{value}", np.array([value], np.int64))

    def add(self, op: str, inputs: Sequence[str], domain: str = "", **attributes: object) -> str:
        name = f"{op}.{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [name], name=name, domain=domain, **attributes))
        return name

    def split(self, value: str, parts: int) -> list[str]:
        names = [f"Split.{len(self.nodes)}.{part}" for part in range(parts)]
        self.nodes.append(helper.make_node("Split", [value], names, axis=-1, num_outputs=parts))
        return names

    def model(self, outputs: Mapping[str, Sequence[str | int]]) -> onnx.ModelProto:
        ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "tokens"])
        results = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()]
        graph = helper.make_graph(self.nodes, "all-MiniLM-L6-v2", [ids], results, list(self.constants.values()))
        opsets = [helper.make_opsetid("", 20), helper.make_opsetid(CONTRIB, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=9, producer_name="inkling")


def quantize(weight: Array, axis: int) -> tuple[npt.NDArray[np.int8], Array]:
    """Symmetric int8 with one scale per slice along ``axis``'s complement; returns (values, scales)."""
    scale = (np.abs(weight).max(axis) / 127).astype(np.float32)
    values = np.clip(np.rint(weight / np.expand_dims(scale, axis)), -127, 127)
    return values.astype(np.int8), scale


def smoothing_scales(seen: Range, weight: Array) -> Array:
    """Per input channel of ``weight`` (inputs, outputs): divide the activation by it and multiply the weight by it.

    Rounded to quarter octaves so that last-bit differences between machines do not change the file.
    """
    channel = np.maximum(np.abs(weight).max(1), 1e-5)
    activation = np.maximum(np.maximum(-seen.low, seen.high), 1e-3)
    octaves = SMOOTHING * np.log2(activation) - (1 - SMOOTHING) * np.log2(channel)
    return np.exp2(np.round((octaves - octaves.mean()) * 4) / 4).astype(np.float32)


def activation_scale(seen: Range, smooth: Array) -> tuple[np.float32, np.uint8]:
    """Scale and zero point that map the smoothed activations to 0..255; rounded for the same reason."""
    low, high = round(float((seen.low / smooth).min()), 2), round(float((seen.high / smooth).max()), 2)
    scale = (high - low) / 255
    return np.float32(scale), np.uint8(round(-low / scale))


class _Encoder:
    """Builds the graph once: in float with every matmul's input as an extra output, or in int8."""

    def __init__(self, weights: Weights, ranges: Mapping[str, Range] | None) -> None:
        self.weights = weights
        self.ranges = ranges
        self.graph = _Graph()
        self.inputs: dict[str, str] = {}  # matmul -> the value it reads
        self.tokens = self.graph.add("Shape", ["input_ids"], start=1, end=2)

    def matmul(self, name: str, value: str, weight: Array, bias: Array) -> str:
        self.inputs[name] = value
        graph = self.graph
        bias_name = graph.constant(f"{name}.bias", bias)
        if self.ranges is None:
            return graph.add("Add", [graph.add("MatMul", [value, graph.constant(f"{name}.weight", weight)]), bias_name])
        smooth = smoothing_scales(self.ranges[name], weight)
        values, weight_scale = quantize(weight * smooth[:, None], axis=0)
        scale, zero = activation_scale(self.ranges[name], smooth)
        scale_name, zero_name = (
            graph.constant(f"{name}.in", np.array(scale)),
            graph.constant(f"{name}.0", np.array(zero)),
        )
        smoothed = graph.add("Mul", [value, graph.constant(f"{name}.smooth", 1 / smooth)])
        quantized = graph.add("QuantizeLinear", [smoothed, scale_name, zero_name])
        stored = [graph.constant(f"{name}.weight", values), scale_name, graph.constant(f"{name}.scale", weight_scale)]
        return graph.add("MatMulIntegerToFloat", [quantized, *stored, zero_name, "", bias_name], domain=CONTRIB)

    def dense(self, name: str, value: str, *sources: str) -> str:
        """One matmul for all ``sources``, side by side."""
        weight = np.concatenate([self.weights[f"{source}.weight"].T for source in sources], axis=1)
        return self.matmul(name, value, weight, np.concatenate([self.weights[f"{source}.bias"] for source in sources]))

    def norm(self, value: str, source: str) -> str:
        scale, shift = (self.graph.constant(f"{source}.{p}", self.weights[f"{source}.{p}"]) for p in ("weight", "bias"))
        return self.graph.add("LayerNormalization", [value, scale, shift], axis=-1, epsilon=EPSILON)

    def embeddings(self) -> str:
        graph, weights = self.graph, self.weights
        words = weights["embeddings.word_embeddings.weight"]
        if self.ranges is None:
            looked_up = graph.add("Gather", [graph.constant("words", words), "input_ids"])
        else:
            values, scale = quantize(words, axis=1)
            rows = graph.add("Gather", [graph.constant("words", values), "input_ids"])
            scales = graph.add("Gather", [graph.constant("words.scale", scale[:, None]), "input_ids"])
            looked_up = graph.add("Mul", [graph.add("Cast", [rows], to=TensorProto.FLOAT), scales])
        # One segment only, so its embedding is added to every position's once and for all.
        table = weights["embeddings.position_embeddings.weight"][:MAX_TOKENS]
        positions = graph.constant("positions", table + weights["embeddings.token_type_embeddings.weight"][0])
        used = graph.add("Slice", [positions, graph.index(0), self.tokens, graph.index(0)])
        return self.norm(graph.add("Add", [looked_up, used]), "embeddings.LayerNorm")

    def layer(self, number: int, value: str) -> str:
        graph, source = self.graph, f"encoder.layer.{number}"
        own = f"{source}.attention.self"
        heads = self.dense(f"{number}.qkv", value, f"{own}.query", f"{own}.key", f"{own}.value")
        mixed = graph.add("MultiHeadAttention", graph.split(heads, 3), domain=CONTRIB, num_heads=HEADS)
        attended = self.dense(f"{number}.out", mixed, f"{source}.attention.output.dense")
        value = self.norm(graph.add("Add", [value, attended]), f"{source}.attention.output.LayerNorm")
        wide = graph.add("Gelu", [self.dense(f"{number}.up", value, f"{source}.intermediate.dense")])
        narrow = self.dense(f"{number}.down", wide, f"{source}.output.dense")
        return self.norm(graph.add("Add", [value, narrow]), f"{source}.output.LayerNorm")

    def build(self) -> onnx.ModelProto:
        value = self.embeddings()
        for number in range(LAYERS):
            value = self.layer(number, value)
        # The mean's direction is the sum's. A product, as the last bit of ReduceMean depends on the size of the batch.
        row = self.graph.add("Concat", [self.graph.index(1), self.tokens], axis=0)
        ones = self.graph.add("ConstantOfShape", [row], value=numpy_helper.from_array(np.ones(1, np.float32)))
        total = self.graph.add("Squeeze", [self.graph.add("MatMul", [ones, value]), self.graph.index(1)])
        self.graph.nodes.append(helper.make_node("LpNormalization", [total], ["embedding"], axis=-1, p=2))
        outputs: dict[str, Sequence[str | int]] = {"embedding": ["batch", WIDTH]}
        if self.ranges is None:
            for name, read in self.inputs.items():
                self.graph.nodes.append(helper.make_node("Identity", [read], [f"input.{name}"]))
                outputs[f"input.{name}"] = ["batch", "tokens", "channels"]
        return self.graph.model(outputs)


def float_graph(weights: Weights) -> onnx.ModelProto:
    """The encoder in float32; besides ``embedding`` it outputs what each matmul reads as ``input.<matmul>``."""
    return _Encoder(weights, None).build()


def int8_graph(weights: Weights, ranges: Mapping[str, Range]) -> onnx.ModelProto:
    """The encoder in int8. ``ranges`` holds what each matmul was seen to read.

    Input ``input_ids``: int64 (batch, tokens), no padding. Output ``embedding``: float32 (batch, 384), unit length.
    """
    return _Encoder(weights, ranges).build()
