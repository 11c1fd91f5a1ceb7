// The entry point of this folder: mails to members of organizations.

export { checkDomain, nextCheckMs } from './check-domain.ts';
export { nextNotifyMs, notifyApprovals } from './notify-approvals.ts';
export { notifyDisabled } from './notify-disabled.ts';
export { nextHeldMs, notifyHeld } from './notify-held.ts';
