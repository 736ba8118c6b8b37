// SPDX-License-Identifier: Apache-2.0
// zip - files as one archive (PKWARE APPNOTE 6.3), stored as they are: photos do not get smaller. Every desktop opens it.

const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = table[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}

// Numbers in little-endian order: [value, how many bytes].
function packed(fields) {
  const bytes = [];
  for (const [value, size] of fields) for (let at = 0; at < size; at += 1) bytes.push((value >>> (8 * at)) & 0xff);
  return Uint8Array.from(bytes);
}

const utf8Names = 0x0800;
const version = 20;

function dosTime(date) {
  return [date.getHours() << 11 | date.getMinutes() << 5 | date.getSeconds() >> 1, (date.getFullYear() - 1980) << 9 | (date.getMonth() + 1) << 5 | date.getDate()];
}

// files: [{ name, bytes }], together below 4 GiB.
export function zip(files) {
  const [clock, day] = dosTime(new Date());
  const parts = [];
  const directory = [];
  let offset = 0;
  for (const { name, bytes } of files) {
    const text = new TextEncoder().encode(name);
    const shared = [[version, 2], [utf8Names, 2], [0, 2], [clock, 2], [day, 2], [crc32(bytes), 4], [bytes.length, 4], [bytes.length, 4], [text.length, 2], [0, 2]];
    const head = packed([[0x04034b50, 4], ...shared]);
    directory.push(packed([[0x02014b50, 4], [version, 2], ...shared, [0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]]), text);
    parts.push(head, text, bytes);
    offset += head.length + text.length + bytes.length;
  }
  const size = directory.reduce((sum, each) => sum + each.length, 0);
  const end = packed([[0x06054b50, 4], [0, 2], [0, 2], [files.length, 2], [files.length, 2], [size, 4], [offset, 4], [0, 2]]);
  return new Blob([...parts, ...directory, end], { type: 'application/zip' });
}
