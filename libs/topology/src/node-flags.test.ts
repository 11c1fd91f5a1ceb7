import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { nodeEnvironment, nodeFlags } from './node-flags.ts';

const root = new URL('../../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

test('npm start, which runs before any package is there, has the same options and environment', () => {
  const { start } = JSON.parse(read('scripts/commands.json'));
  expect(start.node.slice(0, nodeFlags.length)).toEqual(nodeFlags);
  expect(start.env).toEqual(environmentIn(''));
});

test('the image has the same options and environment', () => {
  const image = read('deploy/Dockerfile');
  const entrypoint = ['node', ...nodeFlags].map((flag) => `"${flag}"`).join(', ');
  expect(image).toContain(`ENTRYPOINT [${entrypoint}, `);
  const variables = Object.entries(environmentIn('/app/')).map(([name, value]) => `${name}=${value}`);
  expect(image).toContain(`\nENV ${variables.join(' ')}\n`);
});

/** Returns the environment with paths from another root. */
function environmentIn(folder: string): Record<string, string> {
  const entries = Object.entries(nodeEnvironment);
  return Object.fromEntries(entries.map(([name, value]) => [name, value.replace(fileURLToPath(root), folder)]));
}
