"""
Reads a text with stories15M in NumPy, float32, written from the description of the model alone, and prints the
mean cross-entropy of its tokens in nats: an independent check of `lab loss` and, on processors, a faster one.

  python3 scripts/data/check_stories15m.py MODEL_FOLDER TEXT.txt [LOGITS.npy TEXT]
  python3 scripts/data/check_stories15m.py MODEL_FOLDER TEXT.txt --rows L ROWS.npy COUNT

With LOGITS.npy (from `lab logits`) and the text it is of, also prints how far its logits are from these. The second
form writes the first COUNT rows of blocks.L.hook_resid_pre over the windows of the text, BOS left out.
"""
import json
import re
import struct
import sys
from pathlib import Path

import numpy as np


def read_model(folder):
    config = json.loads((folder / "config.json").read_text())
    data = (folder / "model.safetensors").read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    tensors = {}
    for name, entry in json.loads(data[8 : 8 + length]).items():
        begin, end = entry["data_offsets"]
        dtype = {"F32": "<f4", "I8": "i1"}[entry["dtype"]]
        values = np.frombuffer(data[8 + length + begin : 8 + length + end], dtype)
        tensors[name] = values.reshape(entry["shape"])
    weights = {}
    for name, values in tensors.items():
        if name.endswith(".weight"):
            scale = tensors.get(name.replace(".weight", ".scale"))
            full = values if scale is None else values.astype("f4") * scale[:, None]
            weights[name.removesuffix(".weight")] = full
    return config, weights


class Tokenizer:
    """llama2.c's encode: characters, then the best adjacent pair again and again, word by word."""

    def __init__(self, path):
        data = path.read_bytes()
        self.pieces, self.scores, offset = [], [], 4
        while offset < len(data):
            score, length = struct.unpack("<fi", data[offset : offset + 8])
            self.pieces.append(data[offset + 8 : offset + 8 + length])
            self.scores.append(score)
            offset += 8 + length
        self.ids = {piece: i for i, piece in enumerate(self.pieces) if i >= 259}
        self.known = {}

    def encode(self, text):
        return [i for word in re.findall(" *[^ ]+| +$", " " + text) for i in self.word(word)]

    def word(self, word):
        if word not in self.known:
            ids = []
            for character in word:
                piece = character.encode()
                ids += [self.ids[piece]] if piece in self.ids else [b + 3 for b in piece]
            while True:
                pairs = [self.ids.get(self.pieces[a] + self.pieces[b]) for a, b in zip(ids, ids[1:])]
                found = [(self.scores[p], -i, p) for i, p in enumerate(pairs) if p is not None]
                if not found:
                    break
                _, place, joined = max(found)
                ids[-place : -place + 2] = [joined]
            self.known[word] = ids
        return self.known[word]


def norm(x, gain, epsilon):
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + epsilon) * gain


def stream(config, weights, tokens, blocks):
    """The residual stream [tokens, d] after so many blocks."""
    heads, epsilon = config["n_heads"], config["norm_eps"]
    size = config["dim"] // heads
    count = len(tokens)
    angles = np.outer(np.arange(count), 10000.0 ** (-np.arange(0, size, 2) / size))
    cos, sin = (f(angles).astype("f4")[:, None] for f in (np.cos, np.sin))
    mask = np.triu(np.full((count, count), -1e30, "f4"), 1)

    def turn(q):
        turned = np.empty_like(q)
        turned[..., 0::2] = q[..., 0::2] * cos - q[..., 1::2] * sin
        turned[..., 1::2] = q[..., 0::2] * sin + q[..., 1::2] * cos
        return turned

    x = weights["tok_embeddings"][tokens].astype("f4")
    for layer in range(blocks):
        w = {k.removeprefix(f"layers.{layer}."): v for k, v in weights.items() if k.startswith(f"layers.{layer}.")}
        h = norm(x, w["attention_norm"], epsilon)
        q, k, v = ((h @ w[f"attention.w{n}"].T).reshape(count, heads, size) for n in "qkv")
        scores = np.einsum("qhd,khd->hqk", turn(q), turn(k)) / np.float32(np.sqrt(size)) + mask
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        scores /= scores.sum(-1, keepdims=True)
        x = x + np.einsum("hqk,khd->qhd", scores, v).reshape(count, -1) @ w["attention.wo"].T
        h = norm(x, w["ffn_norm"], epsilon)
        gate = h @ w["feed_forward.w1"].T
        x = x + (gate / (1 + np.exp(-gate)) * (h @ w["feed_forward.w3"].T)) @ w["feed_forward.w2"].T
    return x


def forward(config, weights, tokens):
    """Logits [tokens, V]."""
    x = stream(config, weights, tokens, config["n_layers"])
    return norm(x, weights["norm"], config["norm_eps"]) @ weights["tok_embeddings"].T


def losses(config, weights, tokens):
    logits = forward(config, weights, tokens[:-1]).astype("f8")
    top = logits.max(-1)
    total = top + np.log(np.exp(logits - top[:, None]).sum(-1))
    return total - logits[np.arange(len(tokens) - 1), tokens[1:]]


def windows(config, tokenizer, text_file):
    """Every document from its beginning, BOS before each window."""
    reach = config["max_seq_len"] - 1
    text = Path(text_file).read_text().removesuffix("\n")
    for document in re.split(r"\n?<\|endoftext\|>\n?", text):
        tokens = tokenizer.encode(document) if document.strip() else []
        for start in range(0, len(tokens), reach):
            yield np.array([1] + tokens[start : start + reach])


def main(folder, text_file, *rest):
    config, weights = read_model(Path(folder))
    tokenizer = Tokenizer(Path(folder) / "tokenizer.bin")
    if rest[:1] == ("--rows",):
        layer, rows_file, count = int(rest[1]), rest[2], int(rest[3])
        found, total = [], 0
        for tokens in windows(config, tokenizer, text_file):
            found.append(stream(config, weights, tokens, layer)[1:])
            total += len(tokens) - 1
            if total >= count:
                break
        rows = np.concatenate(found)[:count]
        Path(rows_file).parent.mkdir(parents=True, exist_ok=True)
        np.save(rows_file, rows)
        print(json.dumps({"rows": len(rows), "mean_power": float((rows**2).sum(1).mean())}))
        return
    found = [losses(config, weights, tokens) for tokens in windows(config, tokenizer, text_file)]
    every = np.concatenate(found)
    print(json.dumps({"windows": len(found), "tokens": len(every), "cross_entropy": every.mean()}))
    if rest:
        given = np.load(rest[0])
        own = forward(config, weights, np.array([1] + tokenizer.encode(rest[1])))
        print(json.dumps({"largest_logit": float(abs(own).max()), "largest_difference": float(abs(own - given).max())}))


main(*sys.argv[1:])
