import { DomainError, refuseViolations, type Violation } from '@drippulse/errors';
import { checkJsonText, decodeJson } from '@drippulse/json';
import {
  type LeadScoreMessage,
  LeadScoreMessageSchema,
  LeadScoreScale,
  type LeadScoreSubject,
} from '@drippulse/proto/drippulse/crm/v1/lead_scores_pb';

/** A score as it is stored: from 0 to 100. */
export type Scoring = {
  subject: LeadScoreSubject;
  score: number;
  model: string | undefined;
  factors: Uint8Array | undefined;
};

const maxModelLength = 200;
const maxFactorsBytes = 16 * 1024;

/** Reads the body of a message. */
export function readScoring(body: Uint8Array): Scoring {
  refuseViolations(checkJsonText(body));
  const message = decodeJson(LeadScoreMessageSchema, body, { method: 'POST' });
  const { lead: subject, score = Number.NaN, model, factors } = message;
  if (subject === undefined) throw new Error('a message without its required member was decoded');
  refuseViolations([
    ...subjectProblems(subject),
    ...scoreProblems(message),
    ...(model !== undefined && model.length > maxModelLength
      ? [{ field: 'model', message: `must be at most ${maxModelLength} characters`, code: 'length' as const }]
      : []),
    ...(factors !== undefined && factors.byteLength > maxFactorsBytes
      ? [{ field: 'factors', message: `must be at most ${maxFactorsBytes / 1024} KiB`, code: 'length' as const }]
      : []),
  ]);
  return { subject, score: toPercent(message.scale, score), model, factors };
}

function subjectProblems({ publicId, externalId, email }: LeadScoreSubject): Violation[] {
  if ([publicId, externalId, email].some((name) => name !== undefined && name !== '')) return [];
  return [{ field: 'lead', message: 'needs a public_id, an external_id or an email', code: 'required' }];
}

function scoreProblems({ score = Number.NaN, scale }: LeadScoreMessage): Violation[] {
  const most = scale === LeadScoreScale.PERCENT ? 100 : 1;
  if (score >= 0 && score <= most) return [];
  return [{ field: 'score', message: `must be from 0 to ${most} on this scale`, code: 'range' }];
}

/**
 * Converts a score to percent. A product of doubles has rounding errors: 0.07 × 100 is 7.000000000000001. Ten digits
 * are more than the precision of any model.
 */
function toPercent(scale: LeadScoreScale | undefined, score: number): number {
  return Number((scale === LeadScoreScale.PERCENT ? score : score * 100).toPrecision(10));
}

/** Creates the error for an external id that leads from several systems have. */
export function ambiguous(): DomainError {
  const violations: Violation[] = [
    { field: 'lead.external_system', message: 'is required: leads of several systems have this id', code: 'required' },
  ];
  return new DomainError('invalid', 'validation_failed', 'Leads of several systems have this external_id.', {
    violations,
  });
}
