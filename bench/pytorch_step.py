"""The benchmark's training step in PyTorch on CUDA, dense as the method's released code is.

    python3 bench/pytorch_step.py [--seconds 100] [--device cuda]

Same model, kind of data and optimiser as workload.ts: encode every group, norms of the groups, a mask of the
s largest, a dense decoder, the nuclear norm of every map D_k^T E_k, autograd, fused Adam. Prints a line of
JSON for every measurement: median milliseconds of a step by CUDA events, in float32 (products in full
precision) and with TF32 products, as written and through torch.compile, with the penalty and without. The
first and the last loss stand beside them, so that a step that computes something else is noticed.

The penalty uses r x r matrices only (a singular value decomposition of d x d maps, or a loop over groups,
would be slower by orders of magnitude), and its gradient is given by hand, because autograd's of an
eigendecomposition is not finite where eigenvalues meet. With A = E E^T, B = D D^T and M = A^1/2 B A^1/2:
    R = tr M^1/2,   dR/dD = (A^1/2 M^-1/2 A^1/2) D,   dR/dE = (A^-1/2 M^1/2 A^-1/2) E
which is the formula of the nuclear kernel (shaders/nuclear_gradient.wgsl) with one factor fewer.
"""

import argparse
import json
import statistics
import sys
import time

import torch

SHAPES = {
    "small": {"d": 128, "groups": 256, "rank": 4, "slots": 8, "batch": 512},
    "gpt2": {"d": 768, "groups": 2048, "rank": 6, "slots": 10, "batch": 256},
    "gpt2_4096": {"d": 768, "groups": 2048, "rank": 6, "slots": 10, "batch": 4096},
}
LAMBDA = 0.003
LEARNING_RATE = 1e-3
DECODER_NORM = 0.5
RIDGE = 1e-6
WARM_UP_STEPS = 10
TIMED_STEPS = 50
# One measurement stops after this many seconds, with at least five steps.
MEASUREMENT_S = 4.0


def eigen(gram):
    """Eigenvalues [K, r] and eigenvectors of Gram matrices [K, r, r] with a ridge relative to the trace."""
    ridge = RIDGE * gram.diagonal(dim1=-2, dim2=-1).sum(-1) + 1e-30
    identity = torch.eye(gram.shape[-1], device=gram.device)
    values, vectors = torch.linalg.eigh(gram + ridge[:, None, None] * identity)
    return values.clamp_min(1e-30), vectors


def power(values, vectors, exponent):
    return (vectors * values.pow(exponent)[:, None, :]) @ vectors.mT


class NuclearNorm(torch.autograd.Function):
    """Sum over groups of the nuclear norm of D_k^T E_k; blocks E and D are [K, r, d]."""

    @staticmethod
    def forward(ctx, encoder, decoder):
        of_e = eigen(encoder @ encoder.mT)
        root, inverse_root = power(*of_e, 0.5), power(*of_e, -0.5)
        inner = root @ (decoder @ decoder.mT) @ root
        of_m = eigen((inner + inner.mT) / 2)
        ctx.save_for_backward(
            inverse_root @ power(*of_m, 0.5) @ inverse_root @ encoder,
            root @ power(*of_m, -0.5) @ root @ decoder,
        )
        return of_m[0].sqrt().sum()

    @staticmethod
    def backward(ctx, gradient):
        for_encoder, for_decoder = ctx.saved_tensors
        return gradient * for_encoder, gradient * for_decoder


class Step:
    """Weights, optimiser and a fixed batch of one shape."""

    def __init__(self, shape, device, compiled, penalty):
        self.shape = shape
        self.penalty = penalty
        random = torch.Generator().manual_seed(0)
        latents = shape["groups"] * shape["rank"]
        rows = torch.randn(latents, shape["d"], generator=random)
        rows *= DECODER_NORM / rows.norm(dim=1, keepdim=True)
        batch = 2 * torch.rand(shape["batch"], shape["d"], generator=random) - 1
        self.x = batch.to(device)
        self.encoder = rows.to(device).requires_grad_()
        self.decoder = rows.to(device).clone().detach().requires_grad_()
        self.b_dec = torch.zeros(shape["d"], device=device, requires_grad=True)
        self.adam = torch.optim.Adam(
            [self.encoder, self.decoder, self.b_dec],
            lr=LEARNING_RATE,
            fused=device == "cuda",
        )
        self.loss = torch.compile(self.plain_loss) if compiled else self.plain_loss

    def plain_loss(self):
        groups, rank, batch = (self.shape[name] for name in ("groups", "rank", "batch"))
        pre = ((self.x - self.b_dec) @ self.encoder.mT).view(batch, groups, rank)
        winners = pre.norm(dim=-1).topk(self.shape["slots"], dim=-1).indices
        mask = torch.zeros(batch, groups, device=pre.device).scatter_(1, winners, 1.0)
        codes = (pre * mask[:, :, None]).view(batch, groups * rank)
        reconstruction = codes @ self.decoder + self.b_dec
        return (self.x - reconstruction).square().sum(-1).mean()

    def take(self):
        self.adam.zero_grad(set_to_none=True)
        loss = self.loss()
        if self.penalty:
            blocks = (self.shape["groups"], self.shape["rank"], self.shape["d"])
            loss = loss + LAMBDA * NuclearNorm.apply(
                self.encoder.view(blocks), self.decoder.view(blocks)
            )
        loss.backward()
        self.adam.step()
        return loss.detach()


def milliseconds(step, device):
    """Milliseconds of single steps, each between two events of its own."""
    times = []
    begin = time.monotonic()
    while len(times) < TIMED_STEPS and (
        len(times) < 5 or time.monotonic() - begin < MEASUREMENT_S
    ):
        if device == "cuda":
            first, last = (torch.cuda.Event(enable_timing=True) for _ in range(2))
            first.record()
            step.take()
            last.record()
            last.synchronize()
            times.append(first.elapsed_time(last))
        else:
            moment = time.perf_counter()
            step.take()
            times.append(1000 * (time.perf_counter() - moment))
    return times


def queued_milliseconds(step, device, steps):
    """Milliseconds a step when `steps` are issued at once and waited for together."""
    moment = time.perf_counter()
    for _ in range(steps):
        step.take()
    if device == "cuda":
        torch.cuda.synchronize()
    return 1000 * (time.perf_counter() - moment) / steps


def measure(name, device, precision, compiled, penalty):
    torch.set_float32_matmul_precision("high" if precision == "tf32" else "highest")
    torch.cuda.reset_peak_memory_stats() if device == "cuda" else None
    step = Step(SHAPES[name], device, compiled, penalty)
    first = step.take().item()
    for _ in range(WARM_UP_STEPS):
        step.take()
    times = milliseconds(step, device)
    queued = queued_milliseconds(step, device, len(times))
    return {
        "median_ms": statistics.median(times),
        "min_ms": min(times),
        "max_ms": max(times),
        "steps": len(times),
        "queued_ms": queued,
        "first_loss": first,
        "last_loss": step.take().item(),
        "peak_MiB": torch.cuda.max_memory_allocated() / 2**20 if device == "cuda" else None,
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=100, help="begin nothing after this")
    parser.add_argument("--device", default="cuda", choices=["cuda", "cpu"])
    parser.add_argument("--workload", choices=list(SHAPES))
    arguments = parser.parse_args()
    begin = time.monotonic()
    names = [arguments.workload] if arguments.workload else list(SHAPES)
    plans = [
        (name, precision, compiled, penalty)
        for compiled in (False, True)
        for name in names
        for precision in ("float32", "tf32")
        for penalty in (True, False)
        if not (compiled and not penalty)
    ]
    card = torch.cuda.get_device_name() if arguments.device == "cuda" else "cpu"
    for name, precision, compiled, penalty in plans:
        if time.monotonic() - begin > arguments.seconds:
            break
        result = {
            "card": card,
            "torch": torch.__version__,
            "workload": name,
            "precision": precision,
            "compiled": compiled,
            "penalty": penalty,
        }
        try:
            result |= measure(name, arguments.device, precision, compiled, penalty)
        except Exception as error:  # What does not run on this machine is a result, too.
            result["failure"] = f"{type(error).__name__}: {error}"[:500]
        print(json.dumps(result), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
