// SPDX-License-Identifier: Apache-2.0
// scan - what a scanner reads from a receipt (yidi:1:CASE:CODE, alone or behind the address of the applicants' page), or a hand
// types. The code proves whose the receipt is: it is kept for the next page here, and never stands in an address of the console.

let last = { number: '', code: '' };

// A case number as it is typed, or printed in groups; empty when it is none.
export function caseNumber(text) {
  const number = text.replace(/[^0-9a-z]/gi, '').toUpperCase();
  return /^\d{25}\w$/.test(number) ? number : '';
}

// The case number in it; empty when there is none.
export function readScan(text) {
  const [, number = '', code = ''] = /(?:^|#)yidi:1:(\w{26}):(\w{10})$/i.exec(text.trim()) ?? [];
  last = { number: number.toUpperCase(), code: code.toUpperCase() };
  return last.number || caseNumber(text);
}

// The code that was scanned with that number, once.
export function scannedCode(number) {
  const code = last.number === number ? last.code : '';
  last = { number: '', code: '' };
  return code;
}
