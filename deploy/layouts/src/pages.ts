import { readFileSync } from 'node:fs';
import path from 'node:path';
import { processNames, type ServiceName, servicesOf } from '@drippulse/topology';
import type { Regions } from './regions.ts';

/** Returns the lines of the documentation that list the services. */
export function pageRegions(root: string): Readonly<Record<string, Regions>> {
  return {
    'README.md': { map: mapLines(root) },
    'docs/kubernetes.md': { images: imageLines() },
  };
}

/** Returns one line for each service: its name, and the description in its package.json. */
function mapLines(root: string): string[] {
  const descriptionOf = (name: ServiceName): string => {
    const file = path.join(root, 'services', name, 'package.json');
    const { description } = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof description !== 'string') throw new Error(`services/${name}/package.json has no description`);
    return description;
  };
  const rows = processNames.map((name) => [`[${name}](services/${name})`, withinIt(name), descriptionOf(name)]);
  return ['', ...table([['service', 'runs within it', 'what it does'], ...rows]), ''];
}

function withinIt(name: ServiceName): string {
  return servicesOf(name)
    .filter((each) => each !== name)
    .join(', ');
}

/** Formats a table whose columns are as wide as their widest cell. */
function table([head = [], ...rows]: readonly (readonly string[])[]): string[] {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)];
}

function imageLines(): string[] {
  return [
    '',
    '```sh',
    `for service in ${processNames.join(' ')}; do`,
    '  docker build -f deploy/Dockerfile --build-arg SERVICE=$service -t registry.example.com/drippulse/$service:0.1.0 .',
    'done',
    '```',
    '',
  ];
}
