import { hubspotRecords, type RecordPages, salesforceRecords, sheetRows } from '@drippulse/providers';
import type { SourceType } from '../config/schemas.ts';

type ProviderType = Exclude<SourceType, 'csv' | 'json_url'>;

/** The readers of providers' records, by type. */
export const recordPages: Readonly<Record<ProviderType, RecordPages>> = {
  google_sheets: sheetRows,
  hubspot: hubspotRecords,
  salesforce: salesforceRecords,
};

/**
 * Default fields by object, used if neither the settings nor a mapping names fields. The first preview of a new data
 * source shows them.
 */
export const usualFields: Readonly<Record<string, readonly string[]>> = {
  contacts: ['email', 'firstname', 'lastname', 'phone', 'company', 'jobtitle', 'lifecyclestage'],
  companies: ['name', 'domain', 'website', 'industry', 'phone', 'description'],
  deals: ['dealname', 'amount', 'dealstage', 'pipeline', 'closedate'],
  Lead: ['Email', 'FirstName', 'LastName', 'Company', 'Title', 'Phone', 'Status', 'LeadSource'],
  Contact: ['Email', 'FirstName', 'LastName', 'Title', 'Phone'],
  Account: ['Name', 'Website', 'Industry', 'Phone', 'Description'],
  Opportunity: ['Name', 'Amount', 'StageName', 'CloseDate'],
};

/** Columns that a reader always adds. */
export const ownColumns: ReadonlySet<string> = new Set(['id', 'Id', 'SystemModstamp']);
