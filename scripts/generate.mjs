// Writes the files that are generated from the protos (TypeScript, the list of public services, `site/static`), from
// the catalog of metrics (dashboards, alert rules, a page of the documentation) and from the table of services (regions
// of lists). Then it writes the files that depend on these: the lock file and the rendered examples of the charts. With
// --check it writes nothing, and fails when a committed file differs from its source; a test compares the examples, and
// npm ci the lock file.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { markInstalled, npm } from './setup/install.mjs';

const root = resolve(import.meta.dirname, '..');
const codePath = 'proto/gen';
/**
 * Name of the list of public services. The list is in the folder of the generated code, but is made later, from options
 * that are read by means of that code.
 */
const listName = 'public-services.ts';
/** Folders whose every file is generated. */
const generatedFolders = ['site/static'];
const isCheck = process.argv.includes('--check');
const scratch = mkdtempSync(join(tmpdir(), 'drippulse-generate-'));
try {
  if (isCheck) await check();
  else await generate();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function generate() {
  if (staleCode().length > 0) {
    // The existing list of public services is kept here, and is written only when it has changed, because running
    // processes read these files. It is also kept when the options have faults.
    if (existsSync(join(root, codePath, listName))) {
      cpSync(join(root, codePath, listName), join(scratch, codePath, listName));
    }
    rmSync(join(root, codePath), { recursive: true, force: true });
    cpSync(join(scratch, codePath), join(root, codePath), { recursive: true });
  }
  const files = await generatedFiles();
  for (const path of staleFiles(files)) {
    const content = files.get(path);
    if (content === undefined) rmSync(join(root, path));
    else write(path, content);
  }
  lock();
  execFileSync(process.execPath, ['test/chart/src/update-examples.ts'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** Writes the lock file. If only links to workspaces changed, the next command has nothing to install. */
function lock() {
  const before = installedPackages();
  const [file, ...first] = npm();
  const quiet = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--loglevel=error'];
  execFileSync(file, [...first, 'install', '--package-lock-only', ...quiet], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (installedPackages() === before) markInstalled();
}

function installedPackages() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return JSON.stringify(
    Object.entries(packages).filter(([place, { link }]) => place.includes('node_modules/') && !link),
  );
}

async function check() {
  const stale = staleCode();
  if (stale.length === 0) stale.push(...staleFiles(await generatedFiles()));
  if (stale.length === 0) return;
  console.error(`Differs from its source, run npm run generate:\n${stale.map((path) => `  ${path}`).join('\n')}`);
  process.exitCode = 1;
}

/** Generates the code into the scratch folder and lists the differences from the committed code. */
function staleCode() {
  buf('generate', '--output', scratch);
  const folders = [join(root, codePath), join(scratch, codePath)];
  const { status, stdout, stderr } = spawnSync('diff', ['-rqN', `--exclude=${listName}`, ...folders], {
    encoding: 'utf8',
  });
  if (status !== 0 && status !== 1) throw new Error(`diff failed: ${stderr}`);
  return stdout.split('\n').filter((line) => line !== '');
}

/** Returns the content of each file by its path. */
async function generatedFiles() {
  // Imported only here, because these modules import the generated code.
  const document = await import('../site/document/src/generated-files.ts');
  const pages = await import('../site/pages/src/generated-files.ts');
  const monitoring = await import('../deploy/monitoring/src/generated-files.ts');
  const layouts = await import('../deploy/layouts/src/generated-files.ts');
  // An image with source info has the comments of the protos, which generated code lacks.
  const image = join(scratch, 'image.binpb');
  buf('build', '--output', image);
  const api = document.generatedFiles(readFileSync(image), root);
  return new Map([
    ...api,
    ...pages.generatedFiles(api, document.publicReasons(readFileSync(image))),
    ...monitoring.generatedFiles(),
    ...layouts.generatedFiles(root),
  ]);
}

/**
 * Returns the paths whose committed content differs, and the paths in generated folders that are no longer generated.
 */
function staleFiles(files) {
  const changed = [...files].filter(([path, content]) => !isCommitted(path, content)).map(([path]) => path);
  const present = generatedFolders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1)),
  );
  return [...changed, ...present.filter((path) => !files.has(path))];
}

function isCommitted(path, content) {
  return existsSync(join(root, path)) && readFileSync(join(root, path)).equals(Buffer.from(content));
}

function write(path, content) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

function buf(...args) {
  const bin = createRequire(import.meta.url).resolve('@bufbuild/buf/bin/buf');
  const path = `${join(root, 'node_modules/.bin')}:${process.env.PATH}`;
  execFileSync(process.execPath, [bin, ...args], { cwd: root, stdio: 'inherit', env: { ...process.env, PATH: path } });
}
