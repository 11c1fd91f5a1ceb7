// Copies one service, with the workspaces and packages that it uses at run time, into a folder: the contents of its image.
// node deploy/image/collect.mjs <service> <folder>
import { cpSync, existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { billOfMaterials } from './bill-of-materials.mjs';
import { readBy, usedBy } from './used.mjs';

const [service, folder] = process.argv.slice(2);
if (service === undefined || folder === undefined) {
  console.error('node deploy/image/collect.mjs <service> <folder>');
  process.exit(1);
}

copy('package.json');
for (const place of readBy(service)) copy(place);
for (const place of usedBy(service)) {
  const parts = place.includes('node_modules/') ? [''] : ['package.json', 'src', 'gen'];
  for (const part of parts) copy(path.join(place, part));
}
writeFileSync(path.join(folder, 'sbom.cdx.json'), JSON.stringify(billOfMaterials(service)));

/** Packages within a package are places of their own, and may be unused. */
function copy(source) {
  if (!existsSync(source)) return;
  const target = path.join(folder, source);
  const nested = path.join(source, 'node_modules');
  cpSync(source, target, { recursive: true, verbatimSymlinks: true, filter: (file) => file !== nested });
}
