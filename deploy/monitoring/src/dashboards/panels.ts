import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';

/** PromQL, and the name of a line: text with `{{label}}`. */
export type Query = { expr: string; legend: string };

// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana fills it in.
const datasource = { type: 'prometheus', uid: '${datasource}' };
const height = 8;
const halfWidth = 12;
const quarterWidth = 6;

/**
 * Makes a panel of lines over time, half as wide as the page. `unit` is one of Grafana's, such as `s`, `reqps`,
 * `percentunit`.
 */
export function lines(title: string, unit: string, queries: readonly Query[]): PanelBuilder {
  return new PanelBuilder()
    .title(title)
    .unit(unit)
    .min(0)
    .datasource(datasource)
    .height(height)
    .span(halfWidth)
    .targets(queries.map(target));
}

/** Makes a panel with the newest value as a number, a quarter as wide as the page. */
export function number(title: string, unit: string, expr: string): StatBuilder {
  return new StatBuilder()
    .title(title)
    .unit(unit)
    .datasource(datasource)
    .height(height / 2)
    .span(quarterWidth)
    .targets([target({ expr, legend: title })]);
}

/** Returns the median, 95th and 99th percentile of a histogram. */
export function quantiles(histogram: string, matchers = ''): Query[] {
  return [0.5, 0.95, 0.99].map((quantile) => ({
    expr: `histogram_quantile(${quantile}, sum by (le) (rate(${histogram}_bucket${matchers}[$__rate_interval])))`,
    legend: `p${quantile * 100}`,
  }));
}

/** Returns the events per second of a counter, one line for each value of a label. */
export function rateBy(counter: string, label: string): Query[] {
  return [{ expr: `sum by (${label}) (rate(${counter}[$__rate_interval]))`, legend: `{{${label}}}` }];
}

function target({ expr, legend }: Query, index = 0): Builder<Dataquery> {
  return new DataqueryBuilder()
    .expr(expr)
    .legendFormat(legend)
    .refId(String.fromCharCode(65 + index))
    .range();
}
