/**
 * Values of a series over time, in promtool's notation: `0+60x90` stands for 91 values, one minute apart, each 60 above
 * the last.
 */
export type Series = Record<string, string>;

/** Series on which an alert must fire or must not fire, and the minute at which a test checks this. */
export type Scenario = { series: Series; atMinute: number };

/** The urgency of an alert. `page` wakes a person; a `ticket` can wait for one of the next days. */
export type Severity = 'page' | 'ticket';

/** One alerting rule, with the cases that test it. Several rules may share a name, and then share a runbook. */
export type Alert = {
  name: string;
  severity: Severity;
  /** PromQL. The alert fires for each series in the expression's result. */
  expr: string;
  /** The time for which the expression must be true, such as `2m`. */
  for: string;
  /** One sentence for the person on call; `{{ $labels.x }}` and `{{ $value }}` are filled in. */
  summary: string;
  fires: Scenario;
  quiet: Scenario;
};

/** Returns the page of an alert's runbook, below docs/runbooks. */
export function runbookOf(name: string): string {
  return `${name.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()}.md`;
}
