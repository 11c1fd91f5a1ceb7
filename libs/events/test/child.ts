import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Another process of the test, which may be killed or frozen. */
export type Child = { process: ChildProcess; exited: Promise<NodeJS.Signals | null>; kill(): Promise<void> };

/** Runs a script of this folder with its settings. */
export function startChild(script: string, settings: object): Child {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, ['--disable-warning=TimeoutNegativeWarning', file], {
    env: { ...process.env, SETTINGS: JSON.stringify(settings) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const exited = once(child, 'exit').then(([, signal]) => signal);
  return {
    process: child,
    exited,
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
