import type { Migration } from 'kysely/migration';
import * as crm from './2026-11-25-1000-crm.ts';
import * as customFields from './2026-11-25-1100-custom-fields.ts';
import * as leadConversion from './2026-11-25-1200-lead-conversion.ts';
import * as leadForms from './2026-11-25-1700-lead-forms.ts';
import * as submissionAge from './2026-11-25-1800-submission-age.ts';
import * as importJobs from './2026-11-25-1900-import-jobs.ts';
import * as listFilters from './2026-11-25-1900-list-filters.ts';
import * as duplicates from './2026-11-25-2000-duplicates.ts';
import * as erasures from './2026-11-25-2110-erasures.ts';

export const migrations: Record<string, Migration> = {
  '2026-11-25-1000-crm': crm,
  '2026-11-25-1100-custom-fields': customFields,
  '2026-11-25-1200-lead-conversion': leadConversion,
  '2026-11-25-1700-lead-forms': leadForms,
  '2026-11-25-1800-submission-age': submissionAge,
  '2026-11-25-1900-list-filters': listFilters,
  '2026-11-25-1900-import-jobs': importJobs,
  '2026-11-25-2000-duplicates': duplicates,
  '2026-11-25-2110-erasures': erasures,
};
