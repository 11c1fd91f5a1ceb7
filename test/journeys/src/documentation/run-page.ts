import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { CodeBlock } from './code-blocks.ts';

const run = promisify(execFile);

/** The output of a page's blocks, and the folder in which they ran, which exists until `dispose` is called. */
export type PageRun = { stdout: string; folder: string; dispose(): void };

/**
 * Uses a page as a reader does: saves the blocks that name a file, and runs all other blocks one after the other, in
 * one shell and one folder. The first command that fails ends the run, and the error names the place of the command in
 * the page.
 */
export async function runPage(blocks: readonly CodeBlock[], env: Record<string, string>): Promise<PageRun> {
  const folder = mkdtempSync(path.join(tmpdir(), 'documentation-'));
  const dispose = () => rmSync(folder, { recursive: true, force: true });
  // Ends the background processes of the page, even if the page fails.
  const start = "trap 'kill $(jobs -p) 2> /dev/null || true' EXIT";
  const script = [start, ...blocks.map((block, index) => stepOf(block, index, folder))].join('\n');
  const programs = `${path.dirname(process.execPath)}:${process.env['PATH']}`;
  try {
    const { stdout } = await run('bash', ['--norc', '-euo', 'pipefail', '-c', script], {
      cwd: folder,
      env: { HOME: folder, PATH: programs, ...env },
      maxBuffer: 64 * 1024 * 1024,
      timeout: 120_000,
    });
    return { stdout, folder, dispose };
  } catch (error) {
    dispose();
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    const place = stderr
      .match(/^::(.*)$/gm)
      ?.at(-1)
      ?.slice(2);
    throw new Error(`${place} failed:\n${stderr.slice(-2000)}\n${stdout.slice(-2000)}`, { cause: error });
  }
}

/** Returns the shell lines for a block. */
function stepOf({ place, language, attributes, code }: CodeBlock, index: number, folder: string): string {
  const file =
    attributes['file'] ?? (language === 'sh' ? undefined : `block-${index}.${language === 'ts' ? 'mts' : 'mjs'}`);
  if (file !== undefined) writeFileSync(path.join(folder, path.basename(file)), code);
  const start = `echo '::${place}' >&2\n`;
  if (language === 'sh') return `${start}${code}`;
  return attributes['file'] === undefined ? `${start}node ${file}\n` : '';
}
