import type { Place } from './attack.ts';
import { classOf } from './classes.ts';

/** An attack in a separate process, so that its clients' costs delay no measurement. */
export type Ordered = { name: string; place: Place; tokens: readonly string[] };

// Exits if the parent that would end this process has ended.
process.once('disconnect', () => process.exit(1));
process.once('message', (ordered: Ordered) => void run(ordered));

async function run({ name, place, tokens }: Ordered): Promise<void> {
  const begin = await classOf(name).attack.prepare(place, tokens);
  let end = async (): Promise<Record<string, number>> => ({});
  process.on('message', (order: 'begin' | 'end') => {
    if (order === 'end') {
      void end().then((counts) => process.send?.(counts));
      return;
    }
    const counts: Record<string, number> = {};
    const ending = new AbortController();
    const count = (what: string) => {
      counts[what] = (counts[what] ?? 0) + 1;
    };
    const running = begin({ signal: ending.signal, count });
    end = async () => {
      ending.abort();
      await running;
      return counts;
    };
  });
  process.send?.({});
}
