import { type CatalogEntry, catalog } from '@drippulse/observability';

const intro = `<!-- Made by npm run generate from libs/observability/src/catalog.ts; change it there. -->

# Metrics

Each process serves them at \`/metrics\` of its operations port (\`OPS_PORT\`), in Prometheus' text format. Every sample
carries \`service\`; labels never carry an organization, an id or a raw path. What Node itself reports (event-loop delay,
memory, CPU, garbage collection) is there beside them under \`nodejs_\` and \`process_\`.

Dashboards made of them are in \`deploy/grafana\`, alerts in \`deploy/prometheus/rules.yaml\`, and what to do about each
alert in [runbooks](runbooks).
`;

/** Returns the text of docs/metrics.md. */
export function metricsPage(): string {
  const entries: [string, CatalogEntry][] = Object.entries(catalog);
  const owners = [...new Set(entries.map(([, { of }]) => of.join(', ')))];
  const sections = owners.map((owner) => {
    const rows = entries.filter(([, { of }]) => of.join(', ') === owner).map(rowOf);
    const title = owner === 'process' ? 'Every process' : owner;
    return `## ${title}\n\n| metric | type | unit | labels | meaning |\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}\n`;
  });
  return [intro, ...sections].join('\n');
}

function rowOf([name, { type, unit, labels, help }]: [string, CatalogEntry]): string {
  const names = labels.map((label) => `\`${label}\``).join(', ');
  return `| \`${name}\` | ${type} | ${unit} | ${names} | ${help} |`;
}
