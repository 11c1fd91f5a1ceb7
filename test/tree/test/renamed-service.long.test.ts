import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { packageOf, processNames, serviceOf } from '@drippulse/topology';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { anySpelling, linesWith } from '../src/names.ts';
import { copyTree, type TreeCopy } from '../src/tree-copy.ts';

const table = 'libs/topology/src/services.ts';

/** What says the old name, but not as the name of the service: a message, and a header that receivers answer with. */
const otherMeaning: Record<string, RegExp> = {
  webhooks:
    /WebhookDelivery|WEBHOOK_DELIVERY_STATUS|webhook delivery|'?webhook-delivery'?: ('abort-message'|disable|abort-message)/,
};

describe.each([
  ['enrollments', 'journey-keeper'],
  ['webhooks', 'hook-sender'],
] as const)('a renamed service of %s', (schema, name) => {
  const old = serviceOf(schema);
  let copy: TreeCopy;
  beforeAll(async () => {
    copy = copyTree();
    await rename(copy, old, name, packageOf(old));
  }, 300_000);
  afterAll(() => copy?.remove());

  test('nothing outside of its folder says the old name', () => {
    const other = otherMeaning[schema];
    const lines = linesWith(copy, anySpelling(old), `services/${name}/`);
    expect(lines.filter((line) => !other?.test(line))).toEqual([]);
  });

  test('the types and the boundaries are right', async () => {
    await copy.run(['tsc', '-b']);
    await copy.run(['node', 'scripts/generate.mjs', '--check']);
    const folders = ['libs', 'services', 'deploy', 'site', 'test'];
    await copy.run(['depcruise', '--config', '.dependency-cruiser.js', ...folders]);
  }, 300_000);
});

test('the services whose rename is tried are those whose name is not their area', () => {
  const renamed = [serviceOf('enrollments'), serviceOf('webhooks')];
  const others = processNames.filter((name) => !packageOf(name).endsWith(`/${name}`));
  expect(others.sort()).toEqual([...renamed].sort());
});

/** Renames the folder and the entry, and makes again what follows from them. */
async function rename(copy: TreeCopy, old: string, name: string, packageName: string): Promise<void> {
  const at = (file: string) => path.join(copy.root, file);
  renameSync(at(`services/${old}`), at(`services/${name}`));
  for (const file of [table, `services/${name}/src/service.ts`, `services/${name}/src/migrate.ts`]) {
    writeFileSync(at(file), copy.read(file).replaceAll(`'${old}'`, `'${name}'`));
  }
  await copy.run(['node', '--eval', relink(packageName, name)]);
  await copy.run(['npm', 'install', '--package-lock-only', '--ignore-scripts', '--prefer-offline']);
  await copy.run(['node', 'scripts/generate.mjs']);
  await copy.run(['node', 'test/chart/src/update-examples.ts']);
}

/** Lets the package lead to the renamed folder, as an installation does. */
function relink(packageName: string, name: string): string {
  const place = JSON.stringify(`node_modules/${packageName}`);
  return `const fs = require('node:fs'); fs.rmSync(${place}); fs.symlinkSync('../../services/${name}', ${place});`;
}
