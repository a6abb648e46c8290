/** Growing columns of metrics: nothing is lost while they grow, and views change only with the numbers. */
import { describe, expect, it } from 'vitest';
import { GrowingColumn, MetricSeries } from '../../../src/state/metric_series';

const record = (step: number, values: Record<string, number>, rankHistogram = [1, 2]) => ({
  model: 0,
  step,
  samples: 10 * step,
  seconds: 0.1 * step,
  values,
  rankHistogram,
});

describe('a growing column', () => {
  it('keeps every number through many growths', () => {
    const column = new GrowingColumn();
    for (let i = 0; i < 5000; i++) column.push(i * i);
    expect(column.length).toBe(5000);
    expect(column.view().every((value, index) => value === index * index)).toBe(true);
    expect(column.last()).toBe(4999 ** 2);
  });

  it('gives the same view until a number is added', () => {
    const column = new GrowingColumn();
    column.push(1);
    const before = column.view();
    expect(column.view()).toBe(before);
    column.push(2);
    expect(column.view()).not.toBe(before);
    expect([...before]).toEqual([1]);
  });
});

describe('the metrics of a model', () => {
  it('fills with NaN where a metric was not logged, before and after', () => {
    const series = new MetricSeries();
    series.append(record(1, { a: 1 }));
    series.append(record(2, { a: 2, b: 20 }));
    series.append(record(3, { b: 30 }));
    expect([...(series.column('a') ?? [])]).toEqual([1, 2, Number.NaN]);
    expect([...(series.column('b') ?? [])]).toEqual([Number.NaN, 20, 30]);
    expect([...series.steps.view()]).toEqual([1, 2, 3]);
    expect([...series.samples.view()]).toEqual([10, 20, 30]);
  });

  it('knows nothing of a metric that never came', () => {
    const series = new MetricSeries();
    series.append(record(1, { a: 1 }));
    expect(series.column('b')).toBeUndefined();
    expect(series.last('b')).toBeUndefined();
    expect(series.last('a')).toBe(1);
  });

  it('keeps the histogram of ranks row by row', () => {
    const series = new MetricSeries();
    series.append(record(1, {}, [5, 1, 0]));
    series.append(record(2, {}, [3, 2, 1]));
    expect(series.ranks).toBe(3);
    expect([...series.rankCounts.view()]).toEqual([5, 1, 0, 3, 2, 1]);
  });
});
