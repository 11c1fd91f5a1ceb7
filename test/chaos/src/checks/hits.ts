import type { EventFact } from '../facts.ts';
import type { Fault, SentHit } from '../history.ts';
import type { HitFact, LetterFact } from '../letter-facts.ts';
import type { Evidence } from './evidence.ts';
import { committedEvents } from './published.ts';

/**
 * Time for which a process may keep a hit in memory. It keeps hits until the database accepts them, and the database
 * may be unavailable for a while.
 */
const keptMs = 10_000;
const aftermathMs = 1_000;

/**
 * Checks that a hit whose request succeeded is stored once, for its letter, unless a fault that loses results hit its
 * process in the meantime. Each stored hit is judged. Only a person's first hit on a letter is shown by the letter and
 * reported, once.
 */
export function checkHits({ history, facts }: Evidence): string[] {
  const { letters, hits } = facts.letters;
  const kept = hits.filter(({ kind }) => kind === 'open' || kind === 'click');
  const byAgent = Map.groupBy(kept, ({ agent }) => agent ?? '');
  const mails = new Map(letters.map(({ id, message_id }) => [id, message_id]));
  const sent = new Set(history.letters.hits.map(({ agent }) => agent));
  return [
    ...history.letters.hits.flatMap((hit) => problemsOfHit(hit, byAgent.get(hit.agent) ?? [], mails, history.faults)),
    ...kept.filter(({ agent }) => !sent.has(agent ?? '')).map(({ agent }) => `a hit by "${agent}" was never made`),
    ...kept.filter(({ verdict }) => verdict === null).map(({ agent }) => `the hit by "${agent}" was not judged`),
    ...problemsOfReactions(letters, kept, facts.contactEvents),
    ...problemsOfNews(
      letters,
      [...committedEvents(facts).values()].map(({ type, enrollmentId }) => `${type} ${enrollmentId}`),
    ),
  ];
}

function problemsOfHit(
  hit: SentHit,
  rows: readonly HitFact[],
  mails: ReadonlyMap<string, string>,
  faults: readonly Fault[],
): string[] {
  const times = rows.reduce((sum, row) => sum + row.times, 0);
  const isExcused = faults.some(
    ({ from, to, victims }) => victims.includes(hit.runtime) && from <= hit.at + keptMs && to + aftermathMs >= hit.at,
  );
  const strange = rows.filter((row) => mails.get(row.delivery_id) !== hit.mail || row.kind !== hit.kind);
  return [
    ...(times === 0 && hit.answered && !isExcused
      ? [`the hit by "${hit.agent}" was answered by ${hit.runtime} and lost`]
      : []),
    ...(times > 1 && !isExcused ? [`the hit by "${hit.agent}" is kept ${times} times`] : []),
    ...strange.map(
      ({ kind, delivery_id }) => `the hit by "${hit.agent}" is kept as ${kind} of ${mails.get(delivery_id)}`,
    ),
  ];
}

function problemsOfReactions(
  letters: readonly LetterFact[],
  kept: readonly HitFact[],
  events: readonly EventFact[],
): string[] {
  const byLetter = Map.groupBy(kept, ({ delivery_id }) => delivery_id);
  const reactions = Map.groupBy(events, ({ name, delivery_id }) => `${name} ${delivery_id}`);
  return letters.flatMap((letter) =>
    (['open', 'click'] as const).flatMap((kind) => {
      const people = (byLetter.get(letter.id) ?? []).filter((hit) => hit.kind === kind && hit.verdict === 'human');
      const first = Math.min(...people.map(({ at }) => at.getTime()));
      const shown = (kind === 'open' ? letter.opened_at : letter.clicked_at)?.getTime() ?? Number.POSITIVE_INFINITY;
      const raised = reactions.get(`email.${kind}ed ${letter.id}`)?.length ?? 0;
      const expected = people.length > 0 ? 1 : 0;
      return [
        ...(shown === first ? [] : [`${letter.message_id} shows its first ${kind} at ${shown}, which was at ${first}`]),
        ...(raised === expected
          ? []
          : [`${letter.message_id} raised ${raised} events of its first ${kind}, not ${expected}`]),
      ];
    }),
  );
}

/**
 * Returns the problems of the events for webhooks. The events name only the enrollment, and an enrollment has two
 * letters.
 */
function problemsOfNews(letters: readonly LetterFact[], news: readonly string[]): string[] {
  const counts = Map.groupBy(news, (each) => each);
  return [...Map.groupBy(letters, ({ enrollment_id }) => enrollment_id)].flatMap(([enrollmentId, own]) => {
    const expected = {
      emailOpened: own.filter(({ opened_at }) => opened_at !== null).length,
      emailClicked: own.filter(({ clicked_at }) => clicked_at !== null).length,
    };
    return Object.entries(expected).flatMap(([type, count]) => {
      const reported = counts.get(`${type} ${enrollmentId}`)?.length ?? 0;
      return reported === count ? [] : [`enrollment ${enrollmentId} reported ${type} ${reported} times, not ${count}`];
    });
  });
}
