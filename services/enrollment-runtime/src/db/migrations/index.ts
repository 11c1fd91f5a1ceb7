import type { Migration } from 'kysely/migration';
import * as baseline from './2026-11-26-0300-baseline.ts';
import * as modes from './2026-11-26-2100-modes.ts';
import * as sealedSteps from './2026-11-26-2230-sealed-steps.ts';
import * as chains from './2026-11-26-2500-chains.ts';
import * as outboxOrganizations from './2026-11-26-2510-outbox-organizations.ts';
import * as recentFailures from './2026-11-27-0112-recent-failures.ts';
import * as parking from './2026-11-27-0190-parking.ts';
import * as keptForLater from './2026-11-27-0191-kept-for-later.ts';
import * as events from './2026-11-27-0200-events.ts';
import * as approvals from './2026-11-27-0300-approvals.ts';
import * as mails from './2026-11-27-0301-mails.ts';
import * as settings from './2026-11-27-0400-settings.ts';
import * as entriesAndGoals from './2026-11-27-0401-entries-and-goals.ts';
import * as entryHashes from './2026-11-27-0402-entry-hashes.ts';
import * as messaging from './2026-11-27-0500-messaging.ts';
import * as reactions from './2026-11-27-0600-reactions.ts';
import * as messageIds from './2026-11-27-0601-message-ids.ts';
import * as postponements from './2026-11-27-0900-postponements.ts';
import * as domainChecks from './2026-11-27-0901-domain-checks.ts';
import * as unhashedContacts from './2026-11-27-0902-unhashed-contacts.ts';
import * as stepLines from './2026-11-27-0930-step-lines.ts';
import * as approvalsOfNoEnrollment from './2026-11-27-0931-approvals-of-no-enrollment.ts';
import * as suspensions from './2026-11-27-1300-suspensions.ts';
import * as usage from './2026-11-27-1400-usage.ts';
import * as mailsOfQuotas from './2026-11-27-1401-mails-of-quotas.ts';
import * as heldNotices from './2026-11-27-1600-held-notices.ts';
import * as countedMails from './2026-11-27-2200-counted-mails.ts';
import * as frames from './2026-11-27-2300-frames.ts';
import * as recordedSends from './2026-11-27-2301-recorded-sends.ts';

export const migrations: Record<string, Migration> = {
  '2026-11-26-0300-baseline': baseline,
  '2026-11-26-2100-modes': modes,
  '2026-11-26-2230-sealed-steps': sealedSteps,
  '2026-11-26-2500-chains': chains,
  '2026-11-26-2510-outbox-organizations': outboxOrganizations,
  '2026-11-27-0112-recent-failures': recentFailures,
  '2026-11-27-0190-parking': parking,
  '2026-11-27-0191-kept-for-later': keptForLater,
  '2026-11-27-0200-events': events,
  '2026-11-27-0300-approvals': approvals,
  '2026-11-27-0301-mails': mails,
  '2026-11-27-0400-settings': settings,
  '2026-11-27-0401-entries-and-goals': entriesAndGoals,
  '2026-11-27-0402-entry-hashes': entryHashes,
  '2026-11-27-0500-messaging': messaging,
  '2026-11-27-0600-reactions': reactions,
  '2026-11-27-0601-message-ids': messageIds,
  '2026-11-27-0900-postponements': postponements,
  '2026-11-27-0901-domain-checks': domainChecks,
  '2026-11-27-0902-unhashed-contacts': unhashedContacts,
  '2026-11-27-0930-step-lines': stepLines,
  '2026-11-27-0931-approvals-of-no-enrollment': approvalsOfNoEnrollment,
  '2026-11-27-1300-suspensions': suspensions,
  '2026-11-27-1400-usage': usage,
  '2026-11-27-1401-mails-of-quotas': mailsOfQuotas,
  '2026-11-27-1600-held-notices': heldNotices,
  '2026-11-27-2200-counted-mails': countedMails,
  '2026-11-27-2300-frames': frames,
  '2026-11-27-2301-recorded-sends': recordedSends,
};
