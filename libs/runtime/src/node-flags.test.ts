import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { nodeFlags } from './node-flags.ts';

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

test('what starts without this file starts with the same options', () => {
  const { scripts } = JSON.parse(read('package.json'));
  expect(scripts.start).toContain(`node ${nodeFlags.join(' ')} `);
  const entrypoint = ['node', ...nodeFlags].map((flag) => `"${flag}"`).join(', ');
  expect(read('deploy/Dockerfile')).toContain(`ENTRYPOINT [${entrypoint}, `);
});
