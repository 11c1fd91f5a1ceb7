import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { run } from './children.mjs';

/**
 * Files with options. They are not compared, because options are never sent, so they need to agree only within one
 * build.
 */
const optionFiles = ['drippulse/events/v1/options.proto', 'drippulse/rest/v1/rest.proto'];
const rules = JSON.stringify({ version: 'v2', breaking: { use: ['WIRE_JSON'], ignore: optionFiles } });

/**
 * Compatible changes that buf nevertheless refuses, in the words of buf's message. Remove an entry when its change is
 * published.
 */
const accepted = [
  // A row of the list has the fields of a workflow under the workflow's field numbers, and further fields.
  'Field "1" with name "workflows" on message "ListWorkflowsResponse" changed type from "drippulse.workflows.v1.Workflow" to "drippulse.workflows.v1.ListedWorkflow".',
];

/**
 * Compares the proto tree with the published one: the tree of `origin/main`, or of its parent if `origin/main` is this
 * commit.
 */
export async function breaking() {
  const base = await baseCommit();
  if (base === undefined) return skipped('there is no earlier commit to compare with');
  const folder = mkdtempSync(path.join(os.tmpdir(), 'drippulse-proto-'));
  try {
    const archive = path.join(folder, 'base.tar');
    const image = path.join(folder, 'base.binpb');
    const packed = await run(['git', 'archive', '--output', archive, base, 'proto']);
    if (!packed.ok) return skipped('the earlier commit has no proto tree');
    await run(['tar', '-xf', archive, '-C', folder]);
    // Vendored files are taken from this tree, because the base may have them in another place.
    cpSync('buf.yaml', path.join(folder, 'buf.yaml'));
    cpSync('proto/google', path.join(folder, 'proto/google'), { recursive: true });
    const built = await run(['buf', 'build', '-o', image], { cwd: folder });
    if (!built.ok) return built;
    const current = path.join(folder, 'current.binpb');
    const rebuilt = await run(['buf', 'build', '-o', current]);
    if (!rebuilt.ok) return rebuilt;
    return withoutAccepted(await run(['buf', 'breaking', current, '--against', image, '--config', rules]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function withoutAccepted(result) {
  if (result.ok) return result;
  const lines = result.output
    .split('\n')
    .filter((line) => line !== '' && !accepted.some((text) => line.endsWith(text)));
  return { ...result, ok: lines.length === 0, output: lines.join('\n') };
}

/** Returns the base commit of the comparison; undefined if there is none. */
export async function baseCommit() {
  const head = await commit('HEAD');
  const published = await commit('origin/main');
  return published !== undefined && published !== head ? published : commit('HEAD~1');
}

async function commit(name) {
  const { ok, output } = await run(['git', 'rev-parse', '--verify', '--quiet', `${name}^{commit}`]);
  return ok ? output.trim() : undefined;
}

function skipped(reason) {
  return { ok: true, skipped: reason, output: '' };
}
