import { renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { packageOf, processNames, serviceOf } from '@drippulse/topology';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { anySpelling, linesWith } from '../src/names.ts';
import { copyTree, type TreeCopy } from '../src/tree-copy.ts';

const table = 'libs/topology/src/services.ts';

/** Services whose name differs from the name of their area. All other services are named like their area. */
const renamed = [
  { old: serviceOf('enrollments'), name: 'journey-keeper', otherMeaning: undefined },
  {
    old: serviceOf('webhooks'),
    name: 'hook-sender',
    // Matches other meanings of the word: a message, the words for it, and a header in the responses of receivers. The
    // brackets prevent this line from matching itself.
    otherMeaning:
      /Webhook(Delivery)|WEBHOOK_(DELIVERY)_STATUS|webhook (delivery)|'?webhook-(delivery)'?: ('abort-message'|disable|abort-message)/g,
  },
];

let copy: TreeCopy;
beforeAll(async () => {
  copy = copyTree();
  for (const { old, name } of renamed) rename(old, name);
  await copy.run(['node', 'scripts/generate.mjs']);
}, 300_000);
afterAll(() => copy?.remove());

test.each(renamed)('nothing outside of the folder of $name says $old', ({ old, name, otherMeaning }) => {
  expect(linesWith(copy, anySpelling(old), `services/${name}/`, otherMeaning)).toEqual([]);
});

test('the types, the generated files and the boundaries are right', async () => {
  await copy.run(['tsc', '-b']);
  await copy.run(['node', 'scripts/generate.mjs', '--check']);
  const folders = ['libs', 'services', 'deploy', 'site', 'test'];
  await copy.run(['depcruise', '--config', '.dependency-cruiser.js', ...folders]);
}, 900_000);

test('every service with another name than its area is renamed here', () => {
  const others = processNames.filter((name) => !packageOf(name).endsWith(`/${name}`));
  expect(others).toEqual(renamed.map(({ old }) => old));
});

/** Renames the service's folder, its entry in the table, and the name that it uses for itself. */
function rename(old: string, name: string): void {
  const at = (file: string) => path.join(copy.root, file);
  renameSync(at(`services/${old}`), at(`services/${name}`));
  for (const file of [table, `services/${name}/src/service.ts`, `services/${name}/src/migrate.ts`]) {
    writeFileSync(at(file), copy.read(file).replaceAll(`'${old}'`, `'${name}'`));
  }
  // Links the package to the renamed folder, as an installation would.
  const { name: packageName } = JSON.parse(copy.read(`services/${name}/package.json`));
  const link = at(`node_modules/${packageName}`);
  rmSync(link);
  symlinkSync(`../../services/${name}`, link);
}
