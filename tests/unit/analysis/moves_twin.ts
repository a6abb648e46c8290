/**
 * Moves once more, for the tests: written plainly from the text of the method, everything computed anew whenever it is
 * asked for. Shares nothing with what it tests but types, random numbers and the names of their streams.
 */
import { RandomDraws, RandomStream } from '../../../src/base/random';
import type {
  MovedModel,
  MoveEvent,
  MoveOptions,
  MoveRows,
} from '../../../src/analysis/moves/types';
import {
  range,
  sum,
  inner,
  turned,
  times,
  scaled,
  get,
  pick,
  functionOf,
  withRidge,
  root,
  secondMoment,
  strong,
  quartimax,
  parts,
  meanOf,
  column,
  meanProduct,
  eigen,
  type Matrix,
  type Vector,
} from './moves_twin_algebra';

const centred = (a: Vector): Vector => {
  const mean = meanOf(a);
  return a.map((v) => v - mean);
};

/** The model and everything that follows from it, nothing of which is kept. */
class Twin {
  readonly events: MoveEvent[] = [];
  constructor(
    readonly model: MovedModel,
    readonly rows: MoveRows,
    readonly held: MoveRows,
    readonly options: MoveOptions,
  ) {}

  private blockFrom(array: Float32Array, k: number): Matrix {
    const { rank, width } = this.model;
    return range(rank).map((i) => [
      ...array.slice((k * rank + i) * width, (k * rank + i + 1) * width),
    ]);
  }
  E = (k: number): Matrix => this.blockFrom(this.model.encoder, k);
  D = (k: number): Matrix => this.blockFrom(this.model.decoder, k);
  b = (k: number): Vector => [
    ...this.model.encoderBias.slice(k * this.model.rank, (k + 1) * this.model.rank),
  ];
  row = (array: Float32Array, n: number): Vector => [
    ...array.slice(n * this.model.width, (n + 1) * this.model.width),
  ];

  /** p of all rows and groups, [n][k][r]. */
  codes(rows: MoveRows): number[][][] {
    const blocks = range(this.model.groups).map((k) => ({ E: this.E(k), b: this.b(k) }));
    return range(rows.count).map((n) => {
      const x = this.row(rows.input, n);
      return blocks.map(({ E, b }) => E.map((e, i) => inner(e, x) + (b[i] ?? 0)));
    });
  }
  /** Whether groups fire, and their codes that are on, 0 in columns that are not. */
  gated(p: number[][][]): { fires: boolean[][]; on: number[][][] } {
    const { columns } = this.options;
    const first = this.firstLevel(p);
    if (columns === undefined) return { fires: first, on: p };
    const norms = range(this.model.groups).map((k) => this.D(k).map((d) => Math.hypot(...d)));
    const on = p.map((codes, n) => {
      const best = codes
        .flatMap((own, k) =>
          own.map((code, i) => ({ k, i, key: Math.abs(code) * (norms[k]?.[i] ?? 0) })),
        )
        .filter(({ k }) => first[n]?.[k] === true)
        .sort((a, b) => b.key - a.key || a.k - b.k || a.i - b.i)
        .slice(0, columns);
      return codes.map((own, k) =>
        own.map((code, i) => (best.some((b) => b.k === k && b.i === i) ? code : 0)),
      );
    });
    return { fires: on.map((codes) => codes.map((own) => own.some((code) => code !== 0))), on };
  }
  private firstLevel(p: number[][][]): boolean[][] {
    const K = this.model.groups;
    const gate = this.options.gate(
      Float64Array.from(p.flatMap((groups) => groups.map((v) => inner(v, v)))),
      p.length,
    );
    return range(p.length).map((n) => range(K).map((k) => gate[n * K + k] === 1));
  }

  objective(): number {
    const { fires, on: p } = this.gated(this.codes(this.held));
    const decoders = range(this.model.groups).map((k) => this.D(k));
    const errors = range(this.held.count).map((n) => {
      const left = this.row(this.held.target, n);
      for (const [k, D] of decoders.entries()) {
        if (fires[n]?.[k] !== true) continue;
        get(times([p[n]?.[k] ?? []], D), 0).forEach((v, c) => (left[c] = (left[c] ?? 0) - v));
      }
      return inner(left, left);
    });
    // ‖DᵀE‖_* from the eigenvalues of (EEᵀ)^{1/2} DDᵀ (EEᵀ)^{1/2}.
    const nuclear = range(this.model.groups).map((k) => {
      const half = root(times(this.E(k), turned(this.E(k))));
      const middle = times(times(half, times(this.D(k), turned(this.D(k)))), half);
      return sum(eigen(middle).values.map((v) => Math.sqrt(Math.max(0, v))));
    });
    return meanOf(errors) + this.options.lambda * sum(nuclear);
  }

  dead = (k: number): boolean => (this.model.tokensSinceFired[k] ?? 0) >= this.options.deadAfter;
  free = (touched: Set<number>): number[] =>
    range(this.model.groups)
      .filter((k) => this.dead(k) && !touched.has(k))
      .reverse();

  /** Directions of a group from its codes on the rows where it fires. */
  axes(k: number, p: Matrix) {
    const G = withRidge(times(this.D(k), turned(this.D(k))), 1e-6);
    const half = root(G);
    const inverse = functionOf(G, (v) => 1 / Math.sqrt(v));
    const y = times(p, half);
    const C = secondMoment(y);
    const V = strong(C);
    const z = times(y, turned(V));
    const W = quartimax(z);
    return {
      k,
      half,
      inverse,
      B: times(W, V),
      z: times(z, turned(W)),
      n: p.length,
      A: times(times(root(C), inverse), this.D(k)),
    };
  }

  /** Writes directions into a block and noise into what is left. */
  write(k: number, directions: { e: Vector; b: number; d: Vector }[]): void {
    const { rank, width, encoder, decoder, encoderBias } = this.model;
    const kept = directions.filter(({ e }) => Math.sqrt(inner(e, e)) >= 1e-12);
    for (const i of range(rank)) {
      const row = k * rank + i;
      const draws = new RandomDraws(this.options.seed, RandomStream.moves, this.options.step, row);
      const { e, b, d } = kept[i] ?? { e: [], b: 0, d: [] };
      const share = Math.sqrt(Math.sqrt(inner(e, e)));
      for (const c of range(width)) {
        const noise = 1e-3 * draws.normal(c);
        encoder[row * width + c] = kept[i] === undefined ? noise : (e[c] ?? 0) / share;
        decoder[row * width + c] = kept[i] === undefined ? noise : (d[c] ?? 0) * share;
      }
      encoderBias[row] = kept[i] === undefined ? 0 : b / share;
    }
  }

  settle(sources: number[], rewritten: number[], emptied: (k: number) => boolean): void {
    const { rank, width, firstMoment, secondMoment, tokensSinceFired } = this.model;
    for (const side of ['encoder', 'decoder'] as const) {
      const mean = meanOf(sources.flatMap((k) => this.blockFrom(secondMoment[side], k).flat()));
      for (const k of rewritten) {
        firstMoment[side].fill(0, k * rank * width, (k + 1) * rank * width);
        secondMoment[side].fill(mean, k * rank * width, (k + 1) * rank * width);
      }
    }
    for (const k of rewritten) {
      firstMoment.encoderBias.fill(0, k * rank, (k + 1) * rank);
      secondMoment.encoderBias.fill(0, k * rank, (k + 1) * rank);
      tokensSinceFired[k] = emptied(k) ? this.options.deadAfter : 0;
    }
  }

  repartition(): boolean {
    const { model, rows } = this;
    const { rank: r } = model;
    const p = this.codes(rows);
    const { fires, on } = this.gated(p);
    const decoders = range(model.groups).map((k) => this.D(k));
    const firingRows = (k: number): number[] =>
      range(rows.count).filter((n) => fires[n]?.[k] === true);
    const of = (k: number, list: number[]): Matrix => list.map((n) => p[n]?.[k] ?? []);
    const groups = range(model.groups)
      .filter((k) => !this.dead(k) && firingRows(k).length >= 60)
      .map((k) => this.axes(k, of(k, firingRows(k))));
    const all = range(rows.count);
    const squares = groups.map(({ k, half, B }) => {
      const z = times(times(of(k, all), half), turned(B));
      return range(B.length).map((a) => centred(column(z, a).map((v) => v * v)));
    });
    const directions = groups.map(({ k, inverse, B }) => times(times(B, inverse), this.D(k)));
    const correlation = (a: Vector, b: Vector): number =>
      inner(a, b) / Math.sqrt(inner(a, a) * inner(b, b));
    const candidates = range(groups.length)
      .flatMap((j) =>
        range(groups.length)
          .slice(j + 1)
          .map((k) => {
            const related = range(groups[j]?.B.length ?? 0).flatMap((a) =>
              range(groups[k]?.B.length ?? 0).flatMap((b) => [
                correlation(squares[j]?.[a] ?? [], squares[k]?.[b] ?? []) / 0.08,
                Math.abs(inner(directions[j]?.[a] ?? [], directions[k]?.[b] ?? [])) / 0.4,
              ]),
            );
            return { j, k, S: Math.max(...related) };
          }),
      )
      .filter(({ S }) => S > 1)
      .sort((a, b) => b.S - a.S || a.j - b.j || a.k - b.k)
      .slice(0, model.groups);
    const touched = new Set<number>();
    let accepted = false;
    for (const candidate of candidates) {
      const pair = pick(groups, [candidate.j, candidate.k]);
      const [one, other] = pair;
      if (one === undefined || other === undefined || touched.has(one.k) || touched.has(other.k))
        continue;
      const list = all.filter((n) => fires[n]?.[one.k] === true || fires[n]?.[other.k] === true);
      // All as before the pass, of groups too that it has rewritten since.
      const T = list.map((n) => {
        const left = this.row(rows.target, n);
        for (const k of range(model.groups)) {
          if (fires[n]?.[k] !== true || k === one.k || k === other.k) continue;
          get(times([on[n]?.[k] ?? []], decoders[k] ?? []), 0).forEach(
            (v, c) => (left[c] = (left[c] ?? 0) - v),
          );
        }
        return left;
      });
      const A = [...one.A, ...other.A];
      const { values, vectors } = eigen(times(turned(A), A));
      const V = vectors.filter(
        (_, i) => Math.sqrt(Math.max(0, values[i] ?? 0)) > 0.03 * Math.sqrt(values[0] ?? 0),
      );
      const Y = times(T, turned(V));
      const Q = strong(secondMoment(Y));
      const W = quartimax(times(Y, turned(Q)));
      const B = times(times(W, Q), V);
      const z = times(T, turned(B));
      const found = parts(
        z,
        (s, i, l) =>
          meanProduct(s, i, l) > 0.17 * Math.sqrt(meanProduct(s, i, i) * meanProduct(s, l, l)),
      );
      if (found.some(({ axes }) => axes.length > r)) continue;
      const holds = found.map(({ axes }) =>
        pair.map(
          ({ A: own, n }) =>
            n *
            sum(
              times(own, turned(pick(B, axes)))
                .flat()
                .map((v) => v * v),
            ),
        ),
      );
      if (found.length > 1 && holds.every((h) => Math.max(...h) >= 0.95 * sum(h))) continue;
      const free = this.free(touched);
      const room = new Map([
        [one.k, r],
        [other.k, r],
      ]);
      const first = (holds[0]?.[0] ?? 0) >= (holds[0]?.[1] ?? 0) ? one.k : other.k;
      const places = found.map(({ axes }, c) => {
        const favourite = (holds[c]?.[0] ?? 0) >= (holds[c]?.[1] ?? 0) ? one.k : other.k;
        const next = c > 1 ? free.shift() : undefined;
        if (next !== undefined) return next;
        const second = first === one.k ? other.k : one.k;
        const order =
          c === 0
            ? [first]
            : c === 1
              ? [second]
              : favourite === one.k
                ? [one.k, other.k]
                : [other.k, one.k];
        const place = order.find((k) => (room.get(k) ?? 0) >= axes.length);
        if (place !== undefined) room.set(place, (room.get(place) ?? 0) - axes.length);
        return place;
      });
      if (places.includes(undefined)) continue;
      const P = list.map((n) => [...(p[n]?.[one.k] ?? []), ...(p[n]?.[other.k] ?? [])]);
      const inverse = functionOf(withRidge(secondMoment(P), 1e-3), (v) => 1 / v);
      const w = times(scaled(times(turned(z), P), 1 / list.length), inverse);
      const e = times(w, [...this.E(one.k), ...this.E(other.k)]);
      const bias = w.map((own) => inner(own, [...this.b(one.k), ...this.b(other.k)]));
      const rewritten = [...new Set([one.k, other.k, ...places.map((k) => k ?? -1)])];
      const before = structuredClone(model);
      const lossBefore = this.objective();
      for (const k of rewritten) {
        const axes = found.filter((_, c) => places[c] === k).flatMap((part) => part.axes);
        this.write(
          k,
          axes.map((i) => ({ e: get(e, i), b: bias[i] ?? 0, d: get(B, i) })),
        );
      }
      const lossAfter = this.objective();
      if (!(lossAfter < lossBefore)) {
        for (const name of ['encoder', 'decoder', 'encoderBias'] as const)
          model[name].set(before[name]);
        continue;
      }
      accepted = true;
      for (const k of rewritten) touched.add(k);
      this.settle([one.k, other.k], rewritten, (k) => !places.includes(k));
      this.events.push({
        kind: 'repartition',
        from: [one.k, other.k],
        components: found.map(({ axes, energy }, c) => ({
          group: places[c] ?? -1,
          axes: axes.length,
          energy,
        })),
        lossBefore,
        lossAfter,
      });
    }
    return accepted;
  }

  unpack(): void {
    const { model, rows } = this;
    const p = this.codes(rows);
    const { fires } = this.gated(p);
    const live = range(model.groups).filter((k) => !this.dead(k));
    for (const k of live) {
      const list = range(rows.count).filter((n) => fires[n]?.[k] === true);
      const free = this.free(new Set());
      if (free.length === 0 || list.length < 60) continue;
      const { half, inverse, B, z } = this.axes(
        k,
        list.map((n) => p[n]?.[k] ?? []),
      );
      const found = parts(
        z,
        (s, i, j) => meanProduct(s, i, j) > 0.25 * meanOf(column(s, i)) * meanOf(column(s, j)),
      );
      if (found.length < 2) continue;
      const e = times(times(B, half), this.E(k));
      const d = times(times(B, inverse), this.D(k));
      const b = times(times(B, half), turned([this.b(k)]));
      const places = found.map((_, c) => (c === 0 ? k : (free.shift() ?? k)));
      const rewritten = [...new Set(places)];
      const lossBefore = this.objective();
      this.settle([k], rewritten, () => false);
      for (const place of rewritten) {
        const axes = found.filter((_, c) => places[c] === place).flatMap((part) => part.axes);
        this.write(
          place,
          axes.map((i) => ({ e: get(e, i), b: b[i]?.[0] ?? 0, d: get(d, i) })),
        );
      }
      const components = found.map(({ axes, energy }, c) => ({
        group: places[c] ?? -1,
        axes: axes.length,
        energy,
      }));
      this.events.push({
        kind: 'unpack',
        from: [k],
        components,
        lossBefore,
        lossAfter: this.objective(),
      });
    }
  }
}

/** Makes the moves of a point as `makeMoves` should. */
export function movesTwin(
  model: MovedModel,
  rows: MoveRows,
  held: MoveRows,
  options: MoveOptions,
): MoveEvent[] {
  const twin = new Twin(model, rows, held, options);
  if (options.repartition && twin.repartition()) twin.repartition();
  if (options.unpack) twin.unpack();
  return twin.events;
}

/** Mean squared error + λ Σ‖DᵀE‖_* of a model on rows, computed from nothing. */
export function objectiveTwin(model: MovedModel, held: MoveRows, options: MoveOptions): number {
  return new Twin(model, held, held, options).objective();
}
