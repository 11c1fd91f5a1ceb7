import { stringify } from 'yaml';
import { type Alert, runbookOf } from './alert.ts';
import { alerts } from './index.ts';
import { recordingRules } from './slo.ts';
import { slos } from './slos.ts';

const header = '# Made by npm run generate from deploy/monitoring; change it there.\n';
const runbooks = 'docs/runbooks';

/** Formats the rules as a file of Prometheus. */
export function rulesFile(): string {
  const groups = [
    ...slos.map((slo) => ({ name: `drippulse-slo-${slo.key}`, rules: recordingRules(slo) })),
    { name: 'drippulse-alerts', rules: alerts.map(ruleOf) },
  ];
  return header + stringify({ groups }, { lineWidth: 0 });
}

/** Returns one rule, with the labels and annotations that an alert carries. */
function ruleOf({ name, severity, expr, for: duration, summary }: Alert) {
  return {
    alert: name,
    expr,
    for: duration,
    labels: { severity },
    annotations: { summary, runbook: `${runbooks}/${runbookOf(name)}` },
  };
}
