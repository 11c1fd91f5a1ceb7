import { type JsonObject, parseJson } from '@drippulse/json';
import { type Approval, ApprovalStatus } from '@drippulse/proto/drippulse/journeys/v1/approvals_pb';
import { isJsonObject } from '../json-objects.ts';
import { isSamePreview } from './preview.ts';

/** A person's decision about a call or a budget. */
export type Decision =
  | { kind: 'waiting' }
  /** `edited` replaces the model's arguments, and must pass the same checks before the call is performed. */
  | { kind: 'approved'; edited: string | undefined }
  | { kind: 'refused'; code: string; message: string };

/** Reads the decision about the call that `preview` describes. Ignores an approval of any other content. */
export function readDecision(approval: Approval | undefined, preview: JsonObject): Decision {
  switch (approval?.status) {
    case ApprovalStatus.PENDING:
      return { kind: 'waiting' };
    case ApprovalStatus.APPROVED:
      return approvedOf(approval, preview);
    case ApprovalStatus.REJECTED:
      return { kind: 'refused', code: 'approval_rejected', message: 'A person has said no.' };
    case ApprovalStatus.EXPIRED:
      return { kind: 'refused', code: 'approval_expired', message: 'Nobody decided in time.' };
    case ApprovalStatus.CANCELLED:
      return {
        kind: 'refused',
        code: 'cancelled_by_enrollment',
        message: 'The enrollment whose step asked for it has ended.',
      };
    default:
      return { kind: 'refused', code: 'action_denied', message: 'Nobody has decided.' };
  }
}

function approvedOf({ preview, editedArguments, editedBinding }: Approval, own: JsonObject): Decision {
  const shown = objectIn(preview);
  if (shown === undefined || !isSamePreview(shown, own)) {
    return {
      kind: 'refused',
      code: 'action_denied',
      message: 'The approved action differs from the action that would be performed.',
    };
  }
  const edited = editedBinding === undefined ? undefined : editedArguments;
  return { kind: 'approved', edited: edited === undefined ? undefined : Buffer.from(edited).toString() };
}

function objectIn(bytes: Uint8Array): JsonObject | undefined {
  try {
    const value = parseJson(Buffer.from(bytes).toString());
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
