import { spawn } from 'node:child_process';
import { runPid } from './run-id.ts';

/**
 * Waits until the run is gone, and then ends the server if its process id still belongs to the server. It is a shell
 * script.
 */
const endServer = `
run=$1 pid=$2 signal=$3
born() {
  if [ -d /proc/self ]; then sed -n 's/.*) //; /^Z/!p' "/proc/$pid/stat" 2>/dev/null | cut -d' ' -f20
  else ps -p "$pid" -o lstart= 2>/dev/null; fi
}
birth=$(born)
alive() { [ -n "$birth" ] && [ "$(born)" = "$birth" ]; }
while kill -0 "$run" 2>/dev/null; do alive || exit 0; sleep 1; done
alive && kill -s "$signal" "$pid"
`;

/**
 * Waits until the run is gone, and then removes the folder, several times if necessary. Servers that end with the run
 * may write into it for a moment longer. It is a shell script.
 */
const removeFolder = `
run=$1 folder=$2
while kill -0 "$run" 2>/dev/null; do [ -e "$folder" ] || exit 0; sleep 1; done
for i in 1 2 3 4 5; do sleep 2; rm -rf "$folder"; [ -e "$folder" ] || exit 0; done
`;

/**
 * Ends a server when the run that started it is over. A small separate process watches the run, because the processes
 * of the run may be killed.
 */
export function endWithRun(pid: number, signal: 'INT' | 'KILL'): void {
  watch(endServer, [String(pid), signal]);
}

/** Removes a folder when the test run is over. */
export function removeWithRun(folder: string): void {
  watch(removeFolder, [folder]);
}

function watch(script: string, args: string[]): void {
  const command = ['-c', script, 'drippulse-test-run', String(runPid()), ...args];
  spawn('sh', command, { detached: true, stdio: 'ignore', cwd: '/' }).unref();
}
