import type { Logger } from './logger.ts';

/** Time for which warnings of one kind are summed. */
export const summedForMs = 10_000;

/** The warnings of a kind since the last line of that kind: their number, and the fields of the last one. */
type Sum = { count: number; fields: object };

/**
 * Logs warnings that are not failures of the platform and may occur in any number, such as refusals for lack of room. A
 * line for each would let a stranger fill the log. The first warning of each kind is written immediately, and then one
 * line every 10 s with the number of further warnings (`count`) and the fields of the last one. Kinds are a closed
 * list, such as the reasons of errors, so the number of lines is bounded too.
 */
export function sumWarnings(log: Logger, message: string): (kind: string, fields: object) => void {
  const sums = new Map<string, Sum>();

  function write(fields: object, count: number): void {
    log.warn({ ...fields, count }, message);
  }

  function sumLater(kind: string, sum: Sum): void {
    // The counts since the last line are lost when the process ends, but the metrics include them.
    setTimeout(() => {
      if (sum.count === 0) {
        sums.delete(kind);
        return;
      }
      write(sum.fields, sum.count);
      sum.count = 0;
      sumLater(kind, sum);
    }, summedForMs).unref();
  }

  return (kind, fields) => {
    const known = sums.get(kind);
    if (known !== undefined) {
      known.count += 1;
      known.fields = fields;
      return;
    }
    const sum = { count: 0, fields };
    sums.set(kind, sum);
    write(fields, 1);
    sumLater(kind, sum);
  };
}
