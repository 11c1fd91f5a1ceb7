import { catalog, processMetricNames } from '@drippulse/observability';
import { parser } from '@prometheus-io/lezer-promql';

/** The names of the metrics that a PromQL expression reads, and of the labels by which it matches or groups. */
export type Reading = { metrics: Set<string>; labels: Set<string> };

/**
 * Parses an expression; throws when it is not PromQL. Grafana's variables (`$__rate_interval`) are treated as a minute.
 */
export function readExpression(expression: string): Reading {
  const text = expression.replace(/\$__(rate_interval|interval|range)/g, '1m').replace(/\$\w+/g, 'x');
  const reading: Reading = { metrics: new Set(), labels: new Set() };
  parser.parse(text).iterate({
    enter(node) {
      const word = text.slice(node.from, node.to);
      if (node.type.isError) throw new Error(`This is no PromQL at ${node.from}: ${text}`);
      if (node.name === 'Identifier' && node.node.parent?.name === 'VectorSelector') reading.metrics.add(word);
      if (node.name === 'LabelName') reading.labels.add(word);
    },
  });
  return reading;
}

/** Returns every name under which a metric of the catalog is scraped. */
export function scrapedNames(): Set<string> {
  const names = Object.entries(catalog).flatMap(([name, { type }]) =>
    type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  );
  const ofNode = processMetricNames.flatMap((name) =>
    name === 'nodejs_gc_duration_seconds' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  );
  return new Set([...names, ...ofNode, 'up']);
}
