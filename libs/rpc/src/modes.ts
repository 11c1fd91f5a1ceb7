import { Mode as ProtoMode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import type { Caller, Mode } from './caller.ts';

/** Returns the mode that a column contains. */
export function modeOf(column: string): Mode {
  return column === 'test' ? 'test' : 'live';
}

/** Converts a stored mode to its form in the API. */
export function modeToProto(mode: string): ProtoMode {
  return mode === 'test' ? ProtoMode.TEST : ProtoMode.LIVE;
}

/** Returns the mode of a message. Messages that were written before the member existed are live. */
export function modeFromProto(mode: ProtoMode | undefined): Mode {
  return mode === ProtoMode.TEST ? 'test' : 'live';
}

/** Returns the mode of the rows that a list shows: the requested mode, else the caller's. */
export function listedMode(request: { mode?: ProtoMode | undefined }, caller: Caller): Mode {
  return request.mode === undefined ? caller.mode : modeFromProto(request.mode);
}
