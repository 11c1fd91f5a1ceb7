// Writes what derives from the protos (the generated TypeScript and the OpenAPI document) and from the catalog of
// metrics (dashboards, alert rules, a page of the documentation).
// With --check it writes nothing, and fails when what is committed is not what they make.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';

const root = resolve(import.meta.dirname, '..');
const codePath = 'proto/gen';
const documentPath = 'docs/skills/drippulse-openapi-v1.json';
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
    // Only then: whatever runs meanwhile reads these files.
    rmSync(join(root, codePath), { recursive: true, force: true });
    cpSync(join(scratch, codePath), join(root, codePath), { recursive: true });
  }
  for (const [path, text] of await documents()) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

async function check() {
  const stale = staleCode();
  if (stale.length === 0) {
    for (const [path, text] of await documents()) if (committed(path) !== text) stale.push(path);
  }
  if (stale.length === 0) return;
  console.error(`Not what its source makes, run npm run generate:\n${stale.map((path) => `  ${path}`).join('\n')}`);
  process.exitCode = 1;
}

/** Generates the code into the scratch folder and says what differs from what is there. */
function staleCode() {
  buf('generate', '--output', scratch);
  const { status, stdout, stderr } = spawnSync('diff', ['-rqN', join(root, codePath), join(scratch, codePath)], {
    encoding: 'utf8',
  });
  if (status !== 0 && status !== 1) throw new Error(`diff failed: ${stderr}`);
  return stdout.split('\n').filter((line) => line !== '');
}

function committed(path) {
  return existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : '';
}

/** Path and text of each. */
async function documents() {
  // Imported late: they import the generated code.
  const { generatedFiles } = await import('../deploy/monitoring/src/generated-files.ts');
  const layouts = await import('../deploy/layouts/src/generated-files.ts');
  return [[documentPath, await openApiDocument()], ...generatedFiles(), ...layouts.generatedFiles(root)];
}

/** The document as text; its comments come from an image with source info, which generated code lacks. */
async function openApiDocument() {
  const image = join(scratch, 'image.binpb');
  buf('build', '--output', image);
  const { documentFromImage } = await import('../services/gateway/src/openapi/document-from-image.ts');
  return documentFromImage(readFileSync(image));
}

function buf(...args) {
  const bin = createRequire(import.meta.url).resolve('@bufbuild/buf/bin/buf');
  const path = `${join(root, 'node_modules/.bin')}:${process.env.PATH}`;
  execFileSync(process.execPath, [bin, ...args], { cwd: root, stdio: 'inherit', env: { ...process.env, PATH: path } });
}
