import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';

/** The members of the chart's values that are read here. */
type Values = { resources?: { limits?: { memory?: string } } };

const chart = new URL('../../../../helm/drippulse/', import.meta.url);

/** Reads the memory limit in MB of each service's pod, by the defaults of the chart. */
export async function readPodLimits(services: Iterable<string>): Promise<ReadonlyMap<string, number>> {
  const values: Record<string, Values | undefined> = await read('values.yaml');
  const defaults: Values = await read('charts/service/values.yaml');
  return new Map(
    [...services].map((name) => {
      const memory = values[name]?.resources?.limits?.memory ?? defaults.resources?.limits?.memory;
      return [name, megabytes(memory ?? '')];
    }),
  );
}

/** Converts a quantity of Kubernetes to megabytes. */
export function megabytes(quantity: string): number {
  const [, number, unit] = /^(\d+)(Mi|Gi)$/.exec(quantity) ?? [];
  if (number === undefined) throw new Error(`no quantity of memory: "${quantity}"`);
  return Number(number) * (unit === 'Gi' ? 1024 : 1);
}

// biome-ignore lint/suspicious/noExplicitAny: YAML of every shape
async function read(path: string): Promise<any> {
  return parse(await readFile(new URL(path, chart), 'utf8'));
}
