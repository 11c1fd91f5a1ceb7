// The entry point of this folder: approvals that steps and other services ask for.

export { blankApprovals } from './blank-approvals.ts';
export { decide } from './decide.ts';
export { endApprovals } from './end-approvals.ts';
export { kindFromProto, roleFromProto, statusFromProto } from './enums.ts';
export { eraseApprovals } from './erase-approvals.ts';
export { expireApprovals, forgetApprovals, nextExpiryMs } from './expire-approvals.ts';
export { findApproval, findApprovalMode } from './find-approval.ts';
export { readArguments, readDecision } from './read-decision.ts';
export { readRequest, storeRequest } from './request-approval.ts';
export type { ApprovalRow } from './row.ts';
export { createStepApprovals } from './step-approvals.ts';
export { approvalToProto } from './to-proto.ts';
