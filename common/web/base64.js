// SPDX-License-Identifier: Apache-2.0
// base64 - bytes as commands carry them beside their fields (RFC 4648).

export function base64(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return btoa(text);
}

export const unbase64 = (text) => Uint8Array.from(atob(text), (each) => each.codePointAt(0));
