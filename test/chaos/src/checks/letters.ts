import { letterDomain, letterZones } from '../letters.ts';
import type { Evidence } from './evidence.ts';
import { type Letter, lettersOf, nameOf } from './letter.ts';
import { problemsOfMail } from './mails.ts';

/**
 * Checks that each letter at the receiver belongs to an enrollment and goes to its person, and that each end of a
 * letter has its reason.
 */
export function checkLetters(evidence: Evidence): string[] {
  const letters = lettersOf(evidence);
  const sends = Map.groupBy(
    evidence.facts.journeys.sends,
    ({ enrollment_id, step_id }) => `${enrollment_id} ${step_id}`,
  );
  const cameBack = new Map(evidence.history.letters.bounces.map(({ mail, at }) => [mail, at]));
  const known = new Set(letters.flatMap(({ receipts }) => receipts));
  const strange = evidence.history.mails.filter((mail) => mail.url.endsWith(letterDomain) && !known.has(mail));
  return [
    ...strange.map(({ url, body }) => `${url} got a letter "${body}" of no enrollment`),
    ...letters.flatMap((letter) => {
      const own = sends.get(`${letter.enrollment.id} ${letter.stepId}`) ?? [];
      // A letter whose sender died with the result, and whose repeat was skipped because another letter had come back.
      // The report of this letter comes later.
      const skippedAt = own[0]?.rule === 'suppression' ? letter.lines.at(-1)?.at.getTime() : undefined;
      const receipts = letter.receipts.map((one) =>
        skippedAt !== undefined && (cameBack.get(one.key) ?? 0) > skippedAt ? { ...one, succeeded: false } : one,
      );
      return problemsOfMail(letter, own, receipts).map((problem) => `${nameOf(letter)} ${problem}`);
    }),
  ];
}

/**
 * Checks that nothing arrives at night, by the zone of its receiver, regardless of the clocks of processes. Letters to
 * awake receivers do not wait.
 */
export function checkQuietHours(evidence: Evidence): string[] {
  const { quietUntil } = evidence.history.letters;
  return lettersOf(evidence).flatMap((letter) => {
    const { enrollment, lines, receipts } = letter;
    const isQuiet = enrollment.timezone === letterZones.quiet;
    const early = receipts.filter(({ at }) => at < quietUntil);
    const waits = lines.filter(({ status, message }) => status === 'waiting' && message.endsWith(': quiet hours'));
    return [
      ...(isQuiet ? early.map(({ at }) => `${nameOf(letter)} arrived ${quietUntil - at} ms before the morning`) : []),
      ...(isQuiet ? [] : waits.map(({ message }) => `${nameOf(letter)} waited by day: ${message}`)),
      ...(isQuiet && waits.length === 0 && isDueAtNight(letter, quietUntil)
        ? [`${nameOf(letter)} was due at night, and no line says that it waited`]
        : []),
    ];
  });
}

/** Whether a letter is due at night. The first letter is due when its person enters. */
function isDueAtNight({ enrollment, stepId }: Letter, quietUntil: number): boolean {
  const certainMs = 10_000;
  return stepId === 'first' && enrollment.created_at.getTime() < quietUntil - certainMs;
}
