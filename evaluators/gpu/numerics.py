"""Whether our kernels compute what they say, beside float64 on shapes that are no multiple of a tile."""

from dataclasses import dataclass

from evaluators.gpu.decoder import TINY, DecoderLayer, Prompt
from evaluators.gpu.experts import SHAPES, Experts
from evaluators.gpu.products import NUMERIC_ERROR, Product
from problems.kernel_choice.interface import Configuration, Shape


@dataclass(frozen=True, slots=True)
class Numeric:
    """One kernel's relative error in the 2-norm."""

    kernel: str
    error: float

    @property
    def right(self) -> bool:
        """Whether it is no more than bfloat16 explains; NaN is not."""
        return self.error < NUMERIC_ERROR


def numerics(kind: str = "cuda") -> list[Numeric]:
    """Runs each kernel once on fresh random inputs."""
    return [
        Numeric("product", _product(Configuration(64, 64, 64, 4, 3, 1), kind)),
        Numeric("split product", _product(Configuration(16, 64, 64, 4, 3, 4), kind)),
        Numeric("grouped products", _grouped(kind)),
        Numeric("attention", _attention(kind)),
    ]


def _product(configuration: Configuration, kind: str) -> float:
    product = Product(Shape(67, 192, 320), kind)
    product.poison()
    product.out.copy_(product.launch(configuration)())
    return product.exact_error()


def _grouped(kind: str) -> float:
    """One layer of experts with none, few and many tokens."""
    tokens = [5, 0, 130, 70]
    experts = Experts(SHAPES["tiny"], len(tokens), sum(tokens), kind)
    experts.out.fill_(float("nan"))
    out = experts.work("grouped", tokens).run().double()
    wanted = experts.exact(tokens)
    return float((out - wanted).norm() / wanted.norm())


def _attention(kind: str) -> float:
    prompts = [Prompt(16, 20), Prompt(0, 37), Prompt(64, 1), Prompt(5, 170)]
    new, keys = sum(p.new for p in prompts), sum(map(sum, prompts))
    layer = DecoderLayer(TINY, new, keys, kind)
    layer.seen.fill_(float("nan"))
    layer.work("attention", prompts).run()
    wanted = layer.exact_attention(prompts)
    return float((layer.seen[:new].double() - wanted).norm() / wanted.norm())
