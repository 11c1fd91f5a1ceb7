import { z } from 'zod';

/** Builds the schema of a time with an offset, or of a local time without one, whose time zone is a separate field. */
export const wallTime = (help: string) => z.iso.datetime({ offset: true, local: true }).describe(help);
