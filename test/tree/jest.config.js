import base from '../../jest.base.js';

/** Runs one platform of many processes at a time. */
export default { ...base, maxWorkers: 1 };
