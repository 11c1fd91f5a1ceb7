import { spawn } from 'node:child_process';
import { runPid } from './run-id.ts';

/** Polls until the run is gone, then ends the server, if the process with its number is still the one it was. */
const script = `
run=$1 pid=$2 signal=$3 remove=$4
born() {
  if [ -d /proc/self ]; then sed -n 's/.*) //; /^Z/!p' "/proc/$pid/stat" 2>/dev/null | cut -d' ' -f20
  else ps -p "$pid" -o lstart= 2>/dev/null; fi
}
birth=$(born)
alive() { [ -n "$birth" ] && [ "$(born)" = "$birth" ]; }
while kill -0 "$run" 2>/dev/null; do alive || exit 0; sleep 1; done
alive && kill -s "$signal" "$pid"
for i in 1 2 3 4 5 6 7 8 9 10; do alive || break; sleep 1; done
[ -z "$remove" ] || rm -rf "$remove"
`;

/**
 * Ends a server when the test run that started it is over, however that ended: its processes may be killed, so a small
 * process beside them watches. `remove` is a folder to remove after the server.
 */
export function endWithRun(server: { pid: number; signal: 'INT' | 'TERM' | 'KILL'; remove?: string }): void {
  const { pid, signal, remove = '' } = server;
  const args = ['-c', script, 'end-with-run', String(runPid()), String(pid), signal, remove];
  spawn('sh', args, { detached: true, stdio: 'ignore', cwd: '/' }).unref();
}
