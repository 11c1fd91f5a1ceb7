import { z } from 'zod';

/** A time with an offset, or as a clock on the wall shows it, in a time zone that is said beside it. */
export const wallTime = (help: string) => z.iso.datetime({ offset: true, local: true }).describe(help);
