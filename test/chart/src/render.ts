import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';

const run = promisify(execFile);

/** A chart, and the names of its value sets. For each set, the rendered manifests are checked and committed. */
export type Chart = { release: string; path: string; sets: readonly string[] };

export const platform: Chart = chartAt('drippulse', '../../../helm/drippulse');
export const servers: Chart = chartAt('servers', '../../../helm/servers');

function chartAt(release: string, relative: string): Chart {
  const place = fileURLToPath(new URL(relative, import.meta.url));
  return { release, path: place, sets: readdirSync(path.join(place, 'examples')).sort() };
}

export const valuesFile = (chart: Chart, set: string): string => path.join(chart.path, 'examples', set, 'values.yaml');
export const renderedFile = (chart: Chart, set: string): string =>
  path.join(chart.path, 'examples', set, 'rendered.yaml');

/** The members of a Kubernetes object that the checks read. */
export type KubernetesObject = {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  // A manifest is free-form until the schema of its kind has checked it.
  // biome-ignore lint/suspicious/noExplicitAny: see above.
  [member: string]: any;
};

/** Returns the text that Helm renders for a value set, with further `--set` pairs. */
export async function render(helm: string, chart: Chart, set: string, pairs: string[] = []): Promise<string> {
  const more = pairs.flatMap((pair) => ['--set', pair]);
  const place = ['--namespace', chart.release, '--values', valuesFile(chart, set)];
  const args = ['template', chart.release, chart.path, ...place, ...more];
  const { stdout } = await run(helm, args, { maxBuffer: 16 * 1024 * 1024 });
  return stdout;
}

export function objectsOf(text: string): KubernetesObject[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS())
    .filter((object) => object !== null);
}

/** Returns the pod template of a workload or a Job. */
export function podOf(object: KubernetesObject): KubernetesObject['spec'] | undefined {
  return object['spec']?.template?.spec;
}
