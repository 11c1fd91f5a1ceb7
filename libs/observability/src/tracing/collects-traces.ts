let isCollecting = false;

/** Whether this process collects traces: for good, and from before anything else was loaded. */
export function collectsTraces(): boolean {
  return isCollecting;
}

/** What starts to collect says so. */
export function noteCollecting(): void {
  isCollecting = true;
}
