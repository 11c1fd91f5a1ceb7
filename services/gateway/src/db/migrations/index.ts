import type { Migration } from 'kysely/migration';
import * as identity from './2026-11-25-0900-identity.ts';
import * as loginNames from './2026-11-26-2100-login-names.ts';
import * as revisions from './2026-11-27-0100-revisions.ts';
import * as notifications from './2026-11-27-0300-notifications.ts';
import * as audit from './2026-11-27-1100-audit.ts';
import * as sessionDevices from './2026-11-27-1110-session-devices.ts';
import * as memberships from './2026-11-27-1230-memberships.ts';
import * as keyRights from './2026-11-27-1240-key-rights.ts';
import * as mfa from './2026-11-27-1300-mfa.ts';
import * as suspension from './2026-11-27-1310-suspension.ts';
import * as usage from './2026-11-27-1400-usage.ts';
import * as accountSignIn from './2026-11-27-1410-account-sign-in.ts';
import * as mailedLinks from './2026-11-27-1420-mailed-links.ts';
import * as signUps from './2026-11-27-1420-sign-ups.ts';
import * as organizationDeletions from './2026-11-27-1500-organization-deletions.ts';
import * as signInLinks from './2026-11-27-1600-sign-in-links.ts';

export const migrations: Record<string, Migration> = {
  '2026-11-25-0900-identity': identity,
  '2026-11-26-2100-login-names': loginNames,
  '2026-11-27-0100-revisions': revisions,
  '2026-11-27-0300-notifications': notifications,
  '2026-11-27-1100-audit': audit,
  '2026-11-27-1110-session-devices': sessionDevices,
  '2026-11-27-1230-memberships': memberships,
  '2026-11-27-1240-key-rights': keyRights,
  '2026-11-27-1300-mfa': mfa,
  '2026-11-27-1310-suspension': suspension,
  '2026-11-27-1400-usage': usage,
  '2026-11-27-1410-account-sign-in': accountSignIn,
  '2026-11-27-1420-mailed-links': mailedLinks,
  '2026-11-27-1420-sign-ups': signUps,
  '2026-11-27-1500-organization-deletions': organizationDeletions,
  '2026-11-27-1600-sign-in-links': signInLinks,
};
