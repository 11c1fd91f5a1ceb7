import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { nodeEnvironment, nodeFlags, nodeFlagsOf } from './node-flags.ts';

const root = new URL('../../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

test('what starts without this file starts with the same options', () => {
  const { start } = JSON.parse(read('scripts/commands.json'));
  expect(start.node.slice(0, nodeFlags.length)).toEqual(nodeFlags);
  const entrypoint = ['node', ...nodeFlags].map((flag) => `"${flag}"`).join(', ');
  expect(read('deploy/Dockerfile')).toContain(`ENTRYPOINT [${entrypoint}, `);
});

test('what starts without this file starts with the same environment', () => {
  const { start } = JSON.parse(read('scripts/commands.json'));
  const variablesOfStart = Object.entries(start.env).map(([name, value]) => `${name}=${value}`);
  expect(variablesOfStart.join(' ')).toBe(variables(''));
  expect(read('deploy/Dockerfile')).toContain(`\nENV ${variables('/app/')}\n`);
});

test('crm as a container gets its own options after those of the image', () => {
  const own = nodeFlagsOf('crm').slice(nodeFlags.length);
  expect(own.length).toBeGreaterThan(0);
  expect(read('deploy/compose.yaml')).toMatch(
    new RegExp(`SERVICE: crm \\} \\}\n.*\n +command: \\[${[...own, 'src/main.ts'].join(', ')}\\]\n`),
  );
  expect(read('helm/drippulse/values.yaml')).toContain(`\ncrm:\n  nodeFlags: [${own.join(', ')}]\n`);
});

/** The environment as a shell and a Dockerfile have it, with paths from another root. */
function variables(otherRoot: string): string {
  const entries = Object.entries(nodeEnvironment).map(([name, value]) => `${name}=${value}`);
  return entries.join(' ').replace(fileURLToPath(root), otherRoot);
}
