import { rulesFile } from './alerts/rules-file.ts';
import { dashboards } from './dashboards/index.ts';
import { metricsPage } from './metrics-page.ts';

/** Returns the files that are generated from the catalog, by path from the root of the repository. */
export function generatedFiles(): Map<string, string> {
  const files = Object.entries(dashboards).map(([name, dashboard]): [string, string] => [
    `deploy/grafana/${name}.json`,
    `${JSON.stringify(dashboard, null, 2)}\n`,
  ]);
  return new Map([...files, ['deploy/prometheus/rules.yaml', rulesFile()], ['docs/metrics.md', metricsPage()]]);
}
