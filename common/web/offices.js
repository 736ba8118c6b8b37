// SPDX-License-Identifier: Apache-2.0
// offices - names of the offices that a case goes through, asked for once each.
import { call } from './api.js';

const known = new Map();

// Learns of them; one that the directory does not have any more is { code, gone: true }.
export async function learnOffices(codes, own) {
  known.set(own.code, own);
  await Promise.all(codes.filter((code) => code && !known.has(code)).map(async (code) => {
    try {
      const [peer] = (await call('peers', { office: code })).peers ?? [];
      known.set(code, { code, name: peer?.name || code });
    } catch (problem) {
      if (problem.code === 'OFFICE_UNKNOWN') known.set(code, { code, name: code, gone: true });
    }
  }));
}

export const officeName = (code) => known.get(code)?.name ?? code;
export const isGone = (code) => Boolean(known.get(code)?.gone);
