#!/usr/bin/env python3
"""One run of a race in PyTorch, as `rao train --log` runs it: the same cases in batches without remainder, the same evaluations, the same log.

The clock counts the steps, the fetching of their cases included; evaluations are off it.
"""
import argparse
import gzip
import json
import math
import pathlib
import time

import numpy as np
import torch

import networks


def read_idx(path):
    raw = gzip.open(path).read() if str(path).endswith(".gz") else pathlib.Path(path).read_bytes()
    dims = raw[3]
    shape = np.frombuffer(raw, ">i4", dims, 4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * dims).reshape(shape)


def batches(cases, batch, generator):
    """Permutations of the epochs end to end, cut into full batches."""
    held = torch.empty(0, dtype=torch.long)
    while True:
        while len(held) < batch:
            held = torch.cat([held, torch.randperm(cases, generator=generator)])
        yield held[:batch]
        held = held[batch:]


class Race:
    def __init__(self, o):
        folder = pathlib.Path(o.data)
        self.x = torch.from_numpy(read_idx(folder / "train-images-idx3-ubyte.gz").reshape(60000, 784).astype(np.float32) / 255)
        self.head = o.model.split(":")[3]
        self.y = self.x if self.head == "bernoulli" else torch.from_numpy(
            read_idx(folder / "train-labels-idx1-ubyte.gz").astype(np.int64))
        stride = len(self.x) // o.evaluate_cases
        rows = slice(0, stride * o.evaluate_cases, stride)
        self.judged = self.x[rows].contiguous(), self.y[rows].contiguous()
        self.o, self.model = o, networks.mlp(o.model, o.seed)
        self.rule = networks.make_rule(o.optim, self.model, self.head)
        self.log = open(o.log, "w", encoding="utf-8")
        self.seconds = 0.0

    def put(self, event, **fields):
        self.log.write(json.dumps({"event": event, **fields}) + "\n")
        self.log.flush()

    @torch.no_grad()
    def judge(self, step):
        """Loss and score of the fixed cases; NaN becomes null and ends the run."""
        x, y = self.judged
        z = torch.cat([self.model(part) for part in x.split(1000)])
        loss = networks.HEADS[self.head](z, y).item() / len(x)
        if self.head == "bernoulli":
            score = ((torch.sigmoid(z) - y) ** 2).sum().item() / len(x)
        else:
            score = (z.argmax(1) == y).double().mean().item()
        name = "train_squared_error" if self.head == "bernoulli" else "train_accuracy"
        good = math.isfinite(loss)
        self.put("evaluation", step=step, seconds=self.seconds, train_loss=loss if good else None, **{name: score if good else None})
        reached = loss <= self.o.stop_loss or (self.head == "bernoulli" and score <= self.o.stop_score)
        return not good or reached, good

    def run(self):
        rows = batches(len(self.x), self.o.batch, torch.Generator().manual_seed(self.o.seed))
        step, (over, good) = 0, self.judge(0)
        while not over:
            start = time.perf_counter()
            take = next(rows)
            loss = self.rule.step(self.x[take], self.y[take])
            self.seconds += time.perf_counter() - start
            step += 1
            over = self.seconds >= self.o.seconds or not math.isfinite(loss.item())
            if over or step % self.o.evaluate == 0:
                done, good = self.judge(step)
                over = over or done
        self.put("end", status="OK" if good else "ENUMERIC", step=step, seconds=self.seconds)


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--data", required=True, help="folder of the four MNIST files")
    p.add_argument("--model", required=True)
    p.add_argument("--optim", required=True)
    p.add_argument("--log", required=True)
    p.add_argument("--batch", type=int, required=True)
    p.add_argument("--seconds", type=float, required=True)
    p.add_argument("--evaluate", type=int, required=True)
    p.add_argument("--evaluate-cases", type=int, required=True)
    p.add_argument("--stop-loss", type=float, default=-math.inf)
    p.add_argument("--stop-score", type=float, default=-math.inf)
    p.add_argument("--seed", type=int, default=1)
    Race(p.parse_args()).run()


if __name__ == "__main__":
    main()
