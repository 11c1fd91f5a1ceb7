import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';

const root = resolve(import.meta.dirname, '../..');
const runtime = 'services/demo';

/** Returns the violations of the repository's rules in a tree of these files, as `from -> to`. */
function violationsIn(files) {
  const folder = mkdtempSync(join(tmpdir(), 'drippulse-boundaries-'));
  try {
    for (const kind of ['libs', 'services', 'deploy', 'site', 'test']) mkdirSync(join(folder, kind));
    for (const name of ['.dependency-cruiser.js', 'tsconfig.base.json']) cpSync(join(root, name), join(folder, name));
    writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const command = join(root, 'node_modules/.bin/depcruise');
    const options = ['--config', '.dependency-cruiser.js', '--output-type', 'json', 'services'];
    const { stdout, stderr } = spawnSync(command, options, { cwd: folder, encoding: 'utf8' });
    assert.notEqual(stdout, '', stderr);
    return JSON.parse(stdout).summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('a room of the runtime with tables of its own is entered by its index.ts alone', () => {
  const rooms = ['context', 'tracking', 'events', 'rpc'];
  const found = violationsIn({
    [`${runtime}/package.json`]: JSON.stringify({ rooms }),
    [`${runtime}/src/context.ts`]: 'export const context = 1;',
    [`${runtime}/src/tracking/hits.ts`]: 'export const hits = 1;',
    [`${runtime}/src/tracking/index.ts`]: "export { hits } from './hits.ts';",
    [`${runtime}/src/events/log.ts`]: "import { hits } from '../tracking/hits.ts';\nexport const log = hits;",
    [`${runtime}/src/events/index.ts`]: "export { log } from './log.ts';\nexport { hits } from '../tracking/index.ts';",
    [`${runtime}/src/rpc/good.ts`]: "export { log } from '../events/index.ts';",
    [`${runtime}/src/rpc/bad.ts`]: "export { log } from '../events/log.ts';",
  });
  assert.deepEqual(found.sort(), [
    `rooms-only-by-their-index: ${runtime}/src/events/log.ts -> ${runtime}/src/tracking/hits.ts`,
    `rooms-only-by-their-index: ${runtime}/src/rpc/bad.ts -> ${runtime}/src/events/log.ts`,
  ]);
});

test('mails leave by one folder, and nodemailer is found where its package keeps its code', () => {
  const nodemailer = {
    exports: {
      '.': './dist/esm/nodemailer.js',
      './lib/addressparser': './dist/esm/addressparser/index.js',
      './lib/smtp-connection': './dist/esm/smtp-connection/index.js',
    },
  };
  const found = violationsIn({
    'node_modules/nodemailer/package.json': JSON.stringify(nodemailer),
    'node_modules/nodemailer/dist/esm/nodemailer.js': 'export const createTransport = 1;',
    'node_modules/nodemailer/dist/esm/addressparser/index.js': 'export default 1;',
    'node_modules/nodemailer/dist/esm/smtp-connection/index.js': 'export default 1;',
    [`${runtime}/package.json`]: JSON.stringify({ rooms: ['effects'] }),
    [`${runtime}/src/effects/address.ts`]: "export { default } from 'nodemailer/lib/addressparser';",
    [`${runtime}/src/effects/connect.ts`]: "export { default } from 'nodemailer/lib/smtp-connection';",
    [`${runtime}/src/effects/send.ts`]: "export const load = () => import('nodemailer');",
  });
  assert.deepEqual(found.sort(), [
    `mails-only-by-the-mailer: ${runtime}/src/effects/connect.ts -> node_modules/nodemailer/dist/esm/smtp-connection/index.js`,
    `mails-only-by-the-mailer: ${runtime}/src/effects/send.ts -> node_modules/nodemailer/dist/esm/nodemailer.js`,
  ]);
});
