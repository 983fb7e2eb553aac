"""The experts of one GPU in one layer of a mixture-of-experts model, as grouped products."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from evaluators.gpu.stopwatch import Work


@dataclass(frozen=True, slots=True)
class ExpertShape:
    """Sizes of one expert: a gated layer of `hidden` inputs and `inner` hidden units, in bfloat16."""

    model: str
    hidden: int
    inner: int

    @property
    def weight_bytes(self) -> int:
        """Of one expert: gate, up and down."""
        return 3 * self.hidden * self.inner * 2

    def flops(self, tokens: int) -> float:
        """Multiplications and additions for so many tokens."""
        return 6.0 * self.hidden * self.inner * tokens


SHAPES: Final[Mapping[str, ExpertShape]] = {
    shape.model: shape
    for shape in (
        ExpertShape("deepseek-v3", 7168, 2048),
        ExpertShape("deepseek-v2-lite", 2048, 1408),
        ExpertShape("mixtral-8x7b", 4096, 14336),
        ExpertShape("tiny", 256, 128),
    )
}
"""Sizes from the models' published configurations."""


class Experts:
    """Up to `slots` experts with room for `rows` tokens; weights are drawn once, activations each time.

    Takes the device's kind; on `cpu` all products are torch's.
    """

    def __init__(self, shape: ExpertShape, slots: int, rows: int, kind: str) -> None:
        import torch

        self.shape, self.slots, self.rows, self._kind = shape, slots, rows, kind
        hidden, inner = shape.hidden, shape.inner

        def drawn(*sizes: int) -> Any:
            return torch.randn(*sizes, dtype=torch.bfloat16, device=kind)

        self.up = drawn(slots * 2 * inner, hidden).mul_(hidden**-0.5)
        self.down = drawn(slots * hidden, inner).mul_(inner**-0.5)
        self.x = drawn(rows, hidden)
        self.both = torch.empty(rows, 2 * inner, dtype=torch.bfloat16, device=kind)
        self.gated = torch.empty(rows, inner, dtype=torch.bfloat16, device=kind)
        self.out = torch.empty(rows, hidden, dtype=torch.bfloat16, device=kind)

    @staticmethod
    def bytes_needed(shape: ExpertShape, slots: int, rows: int) -> int:
        """Device memory that weights, activations and outputs take."""
        return slots * shape.weight_bytes + 2 * rows * (2 * shape.hidden + 3 * shape.inner)

    def work(self, name: str, tokens: Sequence[int]) -> Work:
        """The layer for `tokens` by expert: both halves of the gate, the gate, and the way back."""
        total = sum(tokens)
        if len(tokens) > self.slots or total > self.rows:
            raise ValueError(f"expected at most {self.slots} experts and {self.rows} tokens, got {tokens}")
        if self._kind != "cuda":
            return Work(name, lambda: self.separate(tokens), lambda: self._refresh(total))
        from evaluators.gpu.graphs import Recorded

        return Work(name, Recorded(self._grouped(tokens)), lambda: self._refresh(total))

    def _refresh(self, total: int) -> None:
        self.x[:total].normal_()

    def _grouped(self, tokens: Sequence[int]) -> Any:
        from evaluators.gpu.kernels.grouped import gate_kernel

        total, inner = sum(tokens), self.shape.inner
        first = self._product(self.x, self.up, self.both, tokens, 2 * inner)
        second = self._product(self.gated, self.down, self.out, tokens, self.shape.hidden)

        def run() -> Any:
            if total:
                first()
                gate_kernel[(total, -(-inner // 1024))](self.both, self.gated, inner, 1024)
                second()
            return self.out[: max(total, 1)]

        return run

    def _product(self, x: Any, w: Any, out: Any, tokens: Sequence[int], n: int) -> Any:
        import torch
        from triton.tools.tensor_descriptor import TensorDescriptor

        from evaluators.gpu.kernels.grouped import Tiling, grouped_kernel, tile_table

        t = Tiling.of(tokens)
        table = torch.from_numpy(tile_table(tokens, n, t)).to(x.device)
        left = TensorDescriptor.from_tensor(x, [t.block_m, t.block_k])
        right = TensorDescriptor.from_tensor(w, [t.block_n, t.block_k])
        options = {"num_warps": t.warps, "num_stages": t.stages}
        blocks = (t.block_m, t.block_n, t.block_k)
        k = x.shape[1]
        return lambda: grouped_kernel[(len(table),)](left, right, out, table, n, k, *blocks, **options)

    def separate(self, tokens: Sequence[int]) -> Any:
        """The same by one product of the vendor's library an expert, in turn."""
        import torch

        start, inner, hidden = 0, self.shape.inner, self.shape.hidden
        for expert, count in enumerate(tokens):
            if count:
                rows = slice(start, start + count)
                up = self.up[expert * 2 * inner : (expert + 1) * 2 * inner]
                both = self.x[rows] @ up.T
                gated = torch.nn.functional.silu(both[:, :inner]) * both[:, inner:]
                torch.mm(gated, self.down[expert * hidden : (expert + 1) * hidden].T, out=self.out[rows])
            start += count
        return self.out[: max(start, 1)]

    def exact(self, tokens: Sequence[int]) -> Any:
        """The same in float64, from the activations as they are now; for small shapes."""
        import torch

        found, start, inner, hidden = [], 0, self.shape.inner, self.shape.hidden
        for expert, count in enumerate(tokens):
            up = self.up[expert * 2 * inner : (expert + 1) * 2 * inner].double()
            down = self.down[expert * hidden : (expert + 1) * hidden].double()
            both = self.x[start : start + count].double() @ up.T
            found.append((torch.nn.functional.silu(both[:, :inner]) * both[:, inner:]) @ down.T)
            start += count
        return torch.cat(found)

    def products(self, tokens: Sequence[int]) -> list[Work]:
        """Each expert's two products alone, by the vendor's library."""
        import torch

        found, inner, hidden, start = [], self.shape.inner, self.shape.hidden, 0
        for expert, count in enumerate(tokens):
            rows = slice(start, start + count)
            up = self.up[expert * 2 * inner : (expert + 1) * 2 * inner]
            down = self.down[expert * hidden : (expert + 1) * hidden]

            def first(rows: slice = rows, up: Any = up) -> Any:
                return torch.mm(self.x[rows], up.T, out=self.both[rows])

            def second(rows: slice = rows, down: Any = down) -> Any:
                return torch.mm(self.gated[rows], down.T, out=self.out[rows])

            found += [Work(f"up {expert}", first), Work(f"down {expert}", second)]
            start += count
        return found
