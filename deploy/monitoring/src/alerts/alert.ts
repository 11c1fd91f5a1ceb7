/** Values of a series over time, in promtool's notation: `0+60x90` is 91 values a minute apart, growing by 60. */
export type Series = Record<string, string>;

/** What makes an alert fire, or what it must stay silent on, and the minute at which that is looked at. */
export type Scenario = { series: Series; atMinute: number };

/** Somebody is woken (`page`), or somebody looks within days (`ticket`). */
export type Severity = 'page' | 'ticket';

/** One alerting rule, with the cases that prove it. Several may share a name, and with it the runbook. */
export type Alert = {
  name: string;
  severity: Severity;
  /** PromQL; it fires for each series that the expression answers. */
  expr: string;
  /** How long it must hold, such as `2m`. */
  for: string;
  /** One sentence for whoever is called; `{{ $labels.x }}` and `{{ $value }}` are filled in. */
  summary: string;
  fires: Scenario;
  quiet: Scenario;
};

/** The page that says what to look at and do, below docs/runbooks. */
export function runbookOf(name: string): string {
  return `${name.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()}.md`;
}
