// Copies one service, with the workspaces and packages that it uses at run time, into a folder: the contents of its
// image.
// node deploy/image/collect.mjs <service> <folder>
import {
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
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
  if (isPackage(place)) link(place, path.join(folder, place), 'node_modules');
  else if (place.includes('node_modules/')) copy(place);
  else for (const part of ['package.json', 'src', 'gen']) copy(path.join(place, part));
}
writeFileSync(path.join(folder, 'sbom.cdx.json'), JSON.stringify(billOfMaterials(service)));

/** Whether a place is a package. Returns false for a link to a workspace. */
function isPackage(place) {
  return place.includes('node_modules/') && lstatSync(place).isDirectory();
}

function copy(source) {
  if (!existsSync(source)) return;
  cpSync(source, path.join(folder, source), { recursive: true, verbatimSymlinks: true });
}

/**
 * Links the files of a package if possible, because copying more than ten thousand files that never change would take
 * long. A package within a package (`skipped`) is handled at its own place, because it may be unused.
 */
function link(source, target, skipped) {
  mkdirSync(target, { recursive: true });
  for (const entry of readdirSync(source, { withFileTypes: true })) {
    if (entry.name === skipped) continue;
    const [from, to] = [path.join(source, entry.name), path.join(target, entry.name)];
    if (entry.isDirectory()) link(from, to);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(from), to);
    else linkOrCopy(from, to);
  }
}

function linkOrCopy(from, to) {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!['EXDEV', 'EPERM', 'EMLINK'].includes(error.code)) throw error;
    copyFileSync(from, to);
  }
}
