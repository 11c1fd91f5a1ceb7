// Fills the compile cache of a folder that collect.mjs made. With it, the service starts in two thirds of the time, and
// does not load the code that removes types from sources.
//
// node deploy/image/compile.mjs <service> <folder> <uid>
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, globSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { nodeFlagsOf } from '../../libs/topology/src/node-flags.ts';

const [service, folder, uid] = process.argv.slice(2);
if (service === undefined || folder === undefined || uid === undefined) {
  console.error('node deploy/image/compile.mjs <service> <folder> <uid>');
  process.exit(1);
}

// Node finds an entry of the cache by its own version, some of V8's options, the user and the path of the file, so all
// of these must be the same as in the pod.
const cwd = path.join(folder, 'services', service);
const cache = path.join(folder, 'node_modules/.cache/compiled');
mkdirSync(cache, { recursive: true });
chownSync(cache, Number(uid), Number(uid));
const preloaded = ['libs/observability/src/tracing/preload.ts', `services/${service}/src/migrate.ts`, ...loadedLater()];
const imports = preloaded.flatMap((file) => ['--import', path.join(folder, file)]);
// Without settings a service loads all its modules, reports the missing variables and ends.
const { status, stderr } = spawnSync(process.execPath, [...nodeFlagsOf(service), ...imports, 'src/main.ts'], {
  cwd,
  env: { NODE_COMPILE_CACHE: cache },
  uid: Number(uid),
  encoding: 'utf8',
});
if (status !== 1 || !stderr.includes('The configuration is not valid')) {
  console.error(`${service} did not get as far as its settings:\n${stderr}`);
  process.exit(1);
}
// Node makes the files readable only for their user, but in the image they belong to root.
for (const name of readdirSync(cache, { recursive: true })) chmodSync(path.join(cache, name), 0o555);

/** Returns the sources that a running service loads only when they are first needed. */
function loadedLater() {
  return globSync(`{libs,services/${service}}/**/src/**/*.ts`, { cwd: folder }).flatMap((file) => {
    const imported = readFileSync(path.join(folder, file), 'utf8').matchAll(/await import\('(\.[^']+\.ts)'\)/g);
    return [...imported].map(([, target]) => path.join(path.dirname(file), target));
  });
}
