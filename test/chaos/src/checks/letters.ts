import type { LineFact } from '../facts.ts';
import { letterDomain, letterZones } from '../letters.ts';
import type { Evidence } from './evidence.ts';
import { type Letter, lettersOf, nameOf } from './letter.ts';
import { problemsOfMail } from './mails.ts';

/**
 * Checks that each letter at the receiver belongs to an enrollment, and is addressed to the enrollment's person. Also
 * checks that each end of a letter has a reason.
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
      // If the sender of this letter died before it stored the result, and the repeat was skipped because another
      // letter had bounced, then the report of this letter is later than the skip.
      const skippedAt = own[0]?.rule === 'suppression' ? letter.lines.at(-1)?.at.getTime() : undefined;
      const receipts = letter.receipts.map((one) =>
        skippedAt !== undefined && (cameBack.get(one.key) ?? 0) > skippedAt ? { ...one, succeeded: false } : one,
      );
      return problemsOfMail(letter, own, receipts).map((problem) => `${nameOf(letter)} ${problem}`);
    }),
  ];
}

/**
 * Checks that nothing arrives during the night of its receiver's zone, regardless of the clocks of processes. Letters
 * that are due by day do not wait, and the lines of letters that are due at night report a wait. On a busy machine some
 * of these letters may become due only in the morning, so it is enough that one of them reports a wait.
 */
export function checkQuietHours(evidence: Evidence): string[] {
  const { quietUntil } = evidence.history.letters;
  const letters = lettersOf(evidence).map((letter) => ({ ...letter, waits: letter.lines.filter(isWaitForMorning) }));
  const nightly = letters.filter((letter) => isDueAtNight(letter, quietUntil));
  return [
    ...letters.flatMap((letter) => {
      const isQuiet = letter.enrollment.timezone === letterZones.quiet;
      const early = letter.receipts.filter(({ at }) => at < quietUntil);
      return [
        ...(isQuiet ? early.map(({ at }) => `${nameOf(letter)} arrived ${quietUntil - at} ms before the morning`) : []),
        ...(isQuiet ? [] : letter.waits.map(({ message }) => `${nameOf(letter)} waited by day: ${message}`)),
      ];
    }),
    ...(nightly.length > 0 && nightly.every(({ waits }) => waits.length === 0)
      ? [`${nightly.length} letters were due at night, and no line says that one waited`]
      : []),
  ];
}

function isWaitForMorning({ status, message }: LineFact): boolean {
  return status === 'waiting' && message.endsWith(': quiet hours');
}

/** Whether a letter is due at night. The first letter is due when its person enters. */
function isDueAtNight({ enrollment, stepId }: Letter, quietUntil: number): boolean {
  const isQuiet = enrollment.timezone === letterZones.quiet;
  return isQuiet && stepId === 'first' && enrollment.created_at.getTime() < quietUntil;
}
