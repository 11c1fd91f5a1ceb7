import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { chartRegions, valuesRegions, valuesSchema } from './chart.ts';
import { composeRegions } from './compose.ts';
import { prometheusRegions } from './prometheus.ts';
import { rootReferences } from './references.ts';
import { type Regions, replaceRegions } from './regions.ts';

/** The files that list the services, by their path from `root`, as the table makes them. */
export function generatedFiles(root: string): Map<string, string> {
  const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
  const { version, workspaces } = JSON.parse(read('package.json'));
  const withRegions = (file: string, regions: Regions): [string, string] => [file, replaceRegions(read(file), regions)];
  return new Map([
    withRegions('deploy/compose.yaml', composeRegions()),
    withRegions('deploy/prometheus/prometheus.yaml', prometheusRegions()),
    withRegions('helm/drippulse/Chart.yaml', chartRegions(version)),
    withRegions('helm/drippulse/values.yaml', valuesRegions()),
    ['helm/drippulse/values.schema.json', valuesSchema(read('helm/drippulse/values.schema.json'))],
    ['tsconfig.json', rootReferences(referenced(root, workspaces))],
  ]);
}

/** Folders of workspaces with a tsconfig.json, in the order of the root package.json. */
function referenced(root: string, workspaces: readonly string[]): string[] {
  return workspaces
    .flatMap((pattern) => globSync(pattern, { cwd: root }).sort())
    .filter((folder) => existsSync(path.join(root, folder, 'tsconfig.json')));
}
