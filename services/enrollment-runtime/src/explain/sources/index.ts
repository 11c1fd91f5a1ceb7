import { ends } from './ends.ts';
import { entries } from './entries.ts';
import { heldEntries } from './held-entries.ts';
import { refusedEntries } from './refused-entries.ts';
import { sends } from './sends.ts';
import type { Source } from './source.ts';
import { suppressions } from './suppressions.ts';
import { timelines } from './timelines.ts';
import { unstarted } from './unstarted.ts';

/** The sources: every table with decisions about people. A cursor names a source by its position in this list. */
export const sources: readonly Source[] = [
  { ofEnrollments: entries },
  { ofEnrollments: timelines },
  { ofEnrollments: ends },
  { ofPerson: refusedEntries },
  { ofPerson: heldEntries },
  { ofPerson: unstarted },
  { ofPerson: sends },
  { ofPerson: suppressions },
];
