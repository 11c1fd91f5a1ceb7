export {
  type Action,
  type ActionCalls,
  type ActionPlace,
  defineAction,
  type Reaches,
  type Repeat,
  type Writing,
} from './actions.ts';
export { type ProviderAnswer, type ProviderRequest, pathOf, type RequestBody } from './calls.ts';
export { type CrmStepKind, crmAction } from './crm-actions/index.ts';
export { sheetColumns, sheetOfUrl, sheetRows, sheetRowsConfig } from './google-workspace/sheet-rows.ts';
export { hubspotArchived, hubspotColumns, hubspotRecords, hubspotRecordsConfig } from './hubspot/index.ts';
export { type ProviderKey, providerAliases, providerKeys, resolveProvider } from './names.ts';
export { ActionRefusal, type Problem, type Verdict, type VerdictClass, verdictClasses } from './outcomes.ts';
export type {
  Account,
  CredentialField,
  Credentials,
  Grant,
  Host,
  OAuth,
  Provider,
  RateLimit,
  TestFindings,
  TokenRequest,
  Tokens,
} from './provider.ts';
export { checkPayload } from './reading/check-payload.ts';
export type { InputProblem } from './reading/problems.ts';
export { inputSentence, readInput } from './reading/read-input.ts';
export { namesReceivers, writesTo } from './reading/receivers.ts';
export type { RecordColumn, RecordColumns, RecordPage, RecordPages } from './record-pages.ts';
export { actionsOf, findAction, findProvider, providers } from './registry.ts';
export {
  salesforceColumns,
  salesforceDeleted,
  salesforceRecords,
  salesforceRecordsConfig,
} from './salesforce/index.ts';
