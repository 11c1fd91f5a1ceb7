import type { MessageInitShape } from '@bufbuild/protobuf';
import type {
  CrmImportErrorSchema,
  ImportCrmRecordsResponseSchema,
} from '@drippulse/proto/drippulse/crm/v1/bundles_pb';
import type { DomainError } from '@drippulse/runtime';
import type { BundleRow } from './split-bundle.ts';

/** What became of a row that was not refused. */
export type Outcome = 'created' | 'updated' | 'unchanged';

const maxErrors = 1000;

/** Counts what became of the rows, and keeps the first errors. */
export function createReport() {
  const counts = { created: 0, updated: 0, unchanged: 0, failed: 0 };
  const errors: MessageInitShape<typeof CrmImportErrorSchema>[] = [];
  return {
    count: (outcome: Outcome) => {
      counts[outcome] += 1;
    },
    refuse({ collection, row }: BundleRow, error: DomainError) {
      counts.failed += 1;
      const violations = error.violations.length > 0 ? error.violations : [{ field: '', message: error.message }];
      for (const { field, message } of violations.slice(0, maxErrors - errors.length)) {
        errors.push({ collection, row: BigInt(row), field, message });
      }
    },
    toProto(dryRun: boolean): MessageInitShape<typeof ImportCrmRecordsResponseSchema> {
      const { created, updated, unchanged, failed } = counts;
      return {
        created: BigInt(created),
        updated: BigInt(updated),
        unchanged: BigInt(unchanged),
        failed: BigInt(failed),
        errors,
        dryRun,
      };
    },
  };
}

export type Report = ReturnType<typeof createReport>;
