import { readFileSync } from 'node:fs';
import path from 'node:path';
import { chartRegions, exampleRegions, valuesRegions, valuesSchema } from './chart.ts';
import { composeRegions } from './compose.ts';
import { pageRegions } from './pages.ts';
import { prometheusRegions } from './prometheus.ts';
import { references } from './references.ts';
import { type Regions, replaceRegions } from './regions.ts';

/** Returns the files that list the services, by their path from `root`, generated from the table. */
export function generatedFiles(root: string): Map<string, string> {
  const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
  const { version } = JSON.parse(read('package.json'));
  const files: Record<string, Regions> = {
    'deploy/compose.yaml': composeRegions(),
    'deploy/prometheus/prometheus.yaml': prometheusRegions(),
    'helm/drippulse/Chart.yaml': chartRegions(version),
    'helm/drippulse/values.yaml': valuesRegions(),
    ...exampleRegions(),
    ...pageRegions(root),
  };
  return new Map([
    ...Object.entries(files).map(([file, regions]): [string, string] => [file, replaceRegions(read(file), regions)]),
    ['helm/drippulse/values.schema.json', valuesSchema(read('helm/drippulse/values.schema.json'))],
    ...references(root),
  ]);
}
