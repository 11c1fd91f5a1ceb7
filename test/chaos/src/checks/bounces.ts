import type { Evidence } from './evidence.ts';
import { committedEvents } from './published.ts';

/** Time for which a mail that was permitted before the report may still be under way, even in a frozen process. */
const underWayMs = 8_000;

/**
 * Checks that the report of a bounced letter is counted once, whichever runtime received it. The letter's address is
 * suppressed, and gets nothing that is due later.
 */
export function checkBounces(evidence: Evidence): string[] {
  const { history, facts } = evidence;
  const { letters, hits, suppressions } = facts.letters;
  const suppressed = new Set(suppressions.filter(({ reason }) => reason === 'bounce').map(({ email }) => email));
  const notes = Map.groupBy(
    hits.filter(({ kind }) => kind === 'bounce'),
    ({ delivery_id }) => delivery_id,
  );
  const reports = new Map(history.letters.bounces.map((report) => [report.mail, report]));
  const byMail = new Map(letters.map((letter) => [letter.message_id, letter]));
  const events = Map.groupBy(
    facts.contactEvents.filter(({ name }) => name === 'email.bounced'),
    ({ delivery_id }) => delivery_id,
  );
  const news = [...committedEvents(facts).values()].filter(({ type }) => type === 'emailBounced');

  return [
    ...[...reports.values()].flatMap(({ mail, email, at }) => {
      const letter = byMail.get(mail);
      if (letter === undefined) return [`the report of ${mail} was taken, and there is no such mail`];
      const noted = notes.get(letter.id) ?? [];
      const late = history.mails.filter((one) => one.url === email && one.at > at + underWayMs);
      return [
        ...(noted.length === 1 ? [] : [`${mail} has ${noted.length} notes of a bounce`]),
        ...(suppressed.has(email) ? [] : [`${mail} came back, and ${email} is not suppressed`]),
        ...(letter.status === 'bounced' ? [] : [`${mail} came back and is ${letter.status}`]),
        ...(events.get(letter.id)?.length === 1
          ? []
          : [`${mail} came back, and is in ${events.get(letter.id)?.length ?? 0} events of its person`]),
        ...late.map((one) => `${email} got ${one.key} ${one.at - at} ms after the report was answered`),
      ];
    }),
    ...letters
      .filter(({ message_id, status }) => status === 'bounced' && !reports.has(message_id))
      .map(({ message_id }) => `${message_id} is bounced, and nobody reported that`),
    ...(news.length === reports.size ? [] : [`${reports.size} letters came back, ${news.length} events report it`]),
  ];
}
