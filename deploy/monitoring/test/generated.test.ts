import { catalog } from '@drippulse/observability';
import { expect, test } from '@jest/globals';
import { alerts } from '../src/alerts/index.ts';
import { recordingRules } from '../src/alerts/slo.ts';
import { slos } from '../src/alerts/slos.ts';
import { dashboards } from '../src/dashboards/index.ts';
import { readExpression, scrapedNames } from '../src/expressions.ts';

const recorded = slos.flatMap(recordingRules);
const known = new Set([...scrapedNames(), ...recorded.map(({ record }) => record)]);
const labels = new Set([
  ...Object.values(catalog).flatMap((entry): readonly string[] => entry.labels),
  ...['le', 'service'],
]);

/** Finds every expression in a dashboard, at any depth of its panels. */
function expressionsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = 'expr' in value && typeof value.expr === 'string' ? [value.expr] : [];
  return [...own, ...Object.values(value).flatMap(expressionsIn)];
}

const inDashboards = Object.entries(dashboards).flatMap(([name, dashboard]) =>
  expressionsIn(dashboard).map((expr): [string, string] => [`dashboard ${name}`, expr]),
);
const inRules: [string, string][] = [
  ...recorded.map(({ record, expr }): [string, string] => [record, expr]),
  ...alerts.map(({ name, expr }): [string, string] => [`alert ${name}`, expr]),
];

test.each([...inDashboards, ...inRules])('%s asks only for metrics and labels that exist: %s', (_, expr) => {
  const reading = readExpression(expr);
  expect([...reading.metrics].filter((name) => !known.has(name))).toEqual([]);
  expect([...reading.labels].filter((name) => !labels.has(name))).toEqual([]);
  expect(reading.metrics.size).toBeGreaterThan(0);
});

test('every metric of the catalog is on a dashboard', () => {
  const shown = new Set(
    [...inDashboards, ...inRules].flatMap(([, expr]) =>
      [...readExpression(expr).metrics].map((name) => name.replace(/_(bucket|sum|count)$/, '')),
    ),
  );
  expect(Object.keys(catalog).filter((name) => !shown.has(name))).toEqual([]);
});

test('names and labels of the catalog follow the rules for metrics', () => {
  for (const [name, entry] of Object.entries(catalog)) {
    expect(name).toMatch(entry.type === 'counter' ? /^drippulse_[a-z_]+_total$/ : /^drippulse_[a-z_]+(?<!_total)$/);
    if (entry.unit === 'seconds') expect(name).toMatch(/_seconds$/);
    for (const label of entry.labels) expect(label).not.toMatch(/organization|tenant|path|url|_id$|^id$|email/);
  }
});

test('text that is not PromQL is refused', () => {
  expect(() => readExpression('sum by (')).toThrow('no PromQL');
});
