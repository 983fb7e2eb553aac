"""Matrix products on a device: by a configuration of ours, or by the vendor's library."""

from collections.abc import Callable
from typing import Any

from evaluators.gpu.stopwatch import Work
from problems.kernel_choice.interface import Configuration, Shape

NUMERIC_ERROR = 0.01
"""Largest relative error, in the 2-norm, of a product in bfloat16 whose sums are in float32."""


class Product:
    """One product's operands and output: x of M x K, w of N x K, both drawn from a normal distribution.

    Takes the device's kind; on `cpu` all products are torch's.
    """

    def __init__(self, shape: Shape, kind: str) -> None:
        import torch

        self.shape = shape
        self._kind = kind
        self.x = torch.randn(shape.m, shape.k, dtype=torch.bfloat16, device=kind)
        self.w = torch.randn(shape.n, shape.k, dtype=torch.bfloat16, device=kind)
        self.out = torch.empty(shape.m, shape.n, dtype=torch.bfloat16, device=kind)
        self._partial: Any = None

    def refresh(self) -> None:
        """Draws new activations; weights stay, as they do in a model."""
        self.x.normal_()

    def library(self) -> Work:
        """The vendor's own product."""
        import torch

        name = "cublas" if self._kind == "cuda" else "torch"
        return Work(name, lambda: torch.mm(self.x, self.w.T, out=self.out), self.refresh)

    def work(self, configuration: Configuration) -> Work:
        """Our product with a configuration."""
        return Work(str(tuple(configuration)), self.launch(configuration), self.refresh)

    def launch(self, configuration: Configuration) -> Callable[[], Any]:
        """Prepares a launch, so that calling it does nothing else."""
        if self._kind != "cuda":
            return lambda: self.x @ self.w.T
        import triton
        from triton.tools.tensor_descriptor import TensorDescriptor

        from evaluators.gpu.kernels.matmul import GROUP, product_kernel

        c, (m, n, k) = configuration, self.shape
        x = TensorDescriptor.from_tensor(self.x, [c.block_m, c.block_k])
        w = TensorDescriptor.from_tensor(self.w, [c.block_n, c.block_k])
        grid = (triton.cdiv(m, c.block_m) * triton.cdiv(n, c.block_n), c.split_k)
        split = c.split_k > 1
        target = self._sums(c.split_k) if split else self.out
        add = self._add(c.split_k) if split else None
        options = {"num_warps": c.warps, "num_stages": c.stages}

        def run() -> Any:
            product_kernel[grid](
                x, w, target, m, n, k, c.block_m, c.block_n, c.block_k, GROUP, split, **options
            )
            if add is not None:
                add()
            return self.out

        return run

    def _sums(self, parts: int) -> Any:
        import torch

        if self._partial is None or len(self._partial) < parts:
            self._partial = torch.empty(parts, *self.out.shape, dtype=torch.float32, device=self._kind)
        return self._partial

    def _add(self, parts: int) -> Callable[[], Any]:
        import triton

        from evaluators.gpu.kernels.matmul import SUMS_A_PROGRAM, sums_kernel

        size = self.out.numel()
        grid = (triton.cdiv(size, SUMS_A_PROGRAM),)
        partial = self._partial
        return lambda: sums_kernel[grid](partial, self.out, size, parts, SUMS_A_PROGRAM)

    def poison(self) -> None:
        """Fills the output with NaN, so that what a kernel does not write is seen."""
        self.out.fill_(float("nan"))

    def checker(self) -> Callable[[], Any]:
        """Prepares what computes the output's relative error in the 2-norm beside the library's product.

        The operands are to stay as they are; errors are on the device and not yet read.
        """
        import torch

        reference = torch.mm(self.x, self.w.T)
        norm = torch.linalg.vector_norm(reference, dtype=torch.float32)
        return lambda: torch.linalg.vector_norm(self.out - reference, dtype=torch.float32) / norm

    def exact_error(self) -> float:
        """Relative error of the output beside float64; for small shapes."""
        reference = self.x.double() @ self.w.double().T
        wrong = (self.out.double() - reference).norm()
        return float(wrong / reference.norm())
