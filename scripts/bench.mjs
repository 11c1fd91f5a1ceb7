// What `npm run bench -- <name> [--json]` runs: a bench is a program beside the service it measures.
import { spawnSync } from 'node:child_process';
import process from 'node:process';

const benches = { webhooks: 'services/webhook-delivery/bench/webhooks.ts' };

const [name, ...options] = process.argv.slice(2);
if (!Object.hasOwn(benches, name ?? '')) {
  console.error(`npm run bench -- <name> [--json], where the name is one of: ${Object.keys(benches).join(', ')}`);
  process.exit(1);
}
const { status } = spawnSync(process.execPath, [benches[name], ...options], { stdio: 'inherit' });
process.exit(status ?? 1);
