// The entry of this room: what members of organizations are mailed about.

export { checkDomain, nextCheckMs } from './check-domain.ts';
export { nextNotifyMs, notifyApprovals } from './notify-approvals.ts';
export { notifyDisabled } from './notify-disabled.ts';
export { nextHeldMs, notifyHeld } from './notify-held.ts';
