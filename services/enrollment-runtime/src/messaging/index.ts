export { normalEmail } from './contact-keys.ts';
export { isEmailAddress } from './email-address.ts';
export { forgetPerson } from './forget-person.ts';
export { endHeld } from './ledger/end-held.ts';
export { quotaRule } from './ledger/mail-quota.ts';
export { planSends } from './ledger/plan-sends.ts';
export { type FreedPlace, type SettledSend, settleSends, wakeFreed, wakeHeld } from './ledger/settle-sends.ts';
export { wakeQuota } from './ledger/wake-quota.ts';
export type { Permit } from './permit.ts';
export { createPermits, type Permits } from './permits.ts';
export { mailOf } from './read-send.ts';
export { readRules } from './rules/read-rules.ts';
export { findRules, lockRules, lockRulesRevision } from './rules/rules-rows.ts';
export { rulesToProto } from './rules/rules-to-proto.ts';
export { parseRules } from './rules/stored-rules.ts';
export type { SendRequest } from './send-request.ts';
export { requireSender, unverifiedOf } from './senders/check-sender.ts';
export { chooseFrom } from './senders/choose-from.ts';
export {
  checkHours,
  type DomainRow,
  domainNotFound,
  domainToProto,
  findDomain,
  selectDomains,
} from './senders/domain-rows.ts';
export { lookUpRecords } from './senders/look-up-records.ts';
export { mailPreferences } from './senders/mail-preferences.ts';
export { createKeyPair, privateKeyContext, sealPrivateKey } from './senders/private-keys.ts';
export { findSender, lockSender, lockSenderRevision, senderToProto } from './senders/sender-rows.ts';
export { type CsvProblem, readSuppressionsCsv } from './suppressions/read-csv.ts';
export { awaitInFlight, type NewSuppression, suppress, suppressAll } from './suppressions/suppress.ts';
export { findSuppressionMode, reasonFromProto, suppressionToProto } from './suppressions/suppression-rows.ts';
