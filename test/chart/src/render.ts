import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';

const run = promisify(execFile);

export const chart = fileURLToPath(new URL('../../../helm/drippulse', import.meta.url));
const examples = path.join(chart, 'examples');

/** The value sets that are rendered, checked and committed. */
export const valueSets: readonly string[] = readdirSync(examples).sort();

export const renderedFile = (set: string): string => path.join(examples, set, 'rendered.yaml');

/** What of a Kubernetes object every check here looks at. */
export type KubernetesObject = {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  // A manifest is free-form until the schema of its kind has judged it.
  // biome-ignore lint/suspicious/noExplicitAny: see above.
  [member: string]: any;
};

/** The text that Helm renders for a value set, with further `--set` pairs. */
export async function render(helm: string, set: string, pairs: string[] = []): Promise<string> {
  const values = path.join(examples, set, 'values.yaml');
  const more = pairs.flatMap((pair) => ['--set', pair]);
  const args = ['template', 'drippulse', chart, '--namespace', 'drippulse', '--values', values, ...more];
  const { stdout } = await run(helm, args, { maxBuffer: 16 * 1024 * 1024 });
  return stdout;
}

export function objectsOf(text: string): KubernetesObject[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS())
    .filter((object) => object !== null);
}

/** The pod template of whatever makes pods. */
export function podOf(object: KubernetesObject): KubernetesObject['spec'] | undefined {
  return object['spec']?.template?.spec;
}
