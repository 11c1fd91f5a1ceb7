let isCollecting = false;

/** Whether this process collects traces. A process collects them from its first import on, or never. */
export function collectsTraces(): boolean {
  return isCollecting;
}

/** Records that this process collects traces. Only `collectTraces` calls it. */
export function noteCollecting(): void {
  isCollecting = true;
}
