import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findPrometheus } from '@drippulse/testing';
import { notRun } from '@drippulse/testing/not-run';
import { afterAll, expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { type Alert, runbookOf, type Scenario } from '../src/alerts/alert.ts';
import { alerts } from '../src/alerts/index.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../..', import.meta.url));
const rules = path.join(root, 'deploy/prometheus/rules.yaml');
const runbooks = path.join(root, 'docs/runbooks');

test('every alert has a runbook with its meaning, where to look and what to do, and every runbook has an alert', () => {
  const expected = [...new Set(alerts.map(({ name }) => runbookOf(name)))].sort();
  expect(readdirSync(runbooks).sort()).toEqual(expected);
  for (const page of expected) {
    const headings = readFileSync(path.join(runbooks, page), 'utf8').match(/^## .+$/gm);
    expect({ page, headings }).toEqual({ page, headings: ['## What it means', '## Look at', '## Do'] });
  }
});

const tools = await findPrometheus();
const folder = mkdtempSync(path.join(os.tmpdir(), 'drippulse-alerts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

if ('unavailable' in tools) {
  notRun(tools);
} else {
  const { promtool } = tools;

  test('Prometheus accepts the rules', async () => {
    expect((await run(promtool, ['check', 'rules', rules])).stdout).toContain('SUCCESS');
  });

  test.each(alerts.map((alert): [string, Alert] => [`${alert.name} (${alert.severity})`, alert]))(
    '%s fires when it should, and is silent when nothing is wrong',
    async (_, alert) => {
      const file = path.join(folder, `${alert.name}-${alert.severity}.yaml`);
      const tests = [scenarioTest(alert, alert.fires, 1), scenarioTest(alert, alert.quiet, 0)];
      const own = `${file}.rules`;
      writeFileSync(own, stringify({ groups: groupsOf(alert) }));
      writeFileSync(file, stringify({ rule_files: [own], evaluation_interval: '1m', tests }));
      // If other alerts fire than expected, promtool fails and prints the alerts that fire.
      expect((await run(promtool, ['test', 'rules', file])).stdout).toContain('SUCCESS');
    },
  );
}

type Rule = { alert?: string; record?: string; expr: string };

/** Returns the rules of an alert, and the recording rules that it reads. promtool evaluates each rule every minute. */
function groupsOf({ name }: Alert): { rules: Rule[] }[] {
  const { groups }: { groups: { name: string; rules: Rule[] }[] } = parse(readFileSync(rules, 'utf8'));
  const read = groups
    .flatMap((group) => group.rules.filter(({ alert }) => alert === name).map(({ expr }) => expr))
    .join('\n');
  const isNeeded = ({ alert, record }: Rule) => alert === name || (record !== undefined && read.includes(record));
  return groups
    .map((group) => ({ ...group, rules: group.rules.filter(isNeeded) }))
    .filter((group) => group.rules.length > 0);
}

/**
 * Makes a test in promtool's format. It expects the number of series of the alert that fire at the scenario's minute.
 */
function scenarioTest({ name, severity }: Alert, { series, atMinute }: Scenario, firing: number) {
  const expr = `count(ALERTS{alertname="${name}",severity="${severity}",alertstate="firing"})`;
  return {
    name: firing > 0 ? 'fires' : 'is silent',
    interval: '1m',
    input_series: Object.entries(series).map(([metric, values]) => ({ series: metric, values })),
    promql_expr_test: [
      { expr, eval_time: `${atMinute}m`, exp_samples: firing > 0 ? [{ labels: '{}', value: firing }] : [] },
    ],
  };
}
