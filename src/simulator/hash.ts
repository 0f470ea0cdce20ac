/** What a hash is drawn for, so that no two facts of a meter hang together by accident. */
export const salt = {
  identity: 1,
  added: 2,
  region: 3,
  program: 4,
  group: 5,
  groupId: 6,
  listing: 7,
  assigned: 8,
  remap: 9,
  lifecycle: 10,
  status: 11,
  action: 12,
  preference: 13,
  reference: 14,
  tag: 15,
  archive: 16,
  detail: 17,
  sharing: 18,
} as const;

const range = 2 ** 32;

/** A well mixed unsigned 32-bit number out of four: the only source of chance in the simulated world. */
export function hashOf(seed: number, first: number, second = 0, third = 0): number {
  let hash = mix(seed + Math.imul(first, 0x9e3779b1) + 0x6d2b79f5);
  hash = mix(hash + Math.imul(second, 0x85ebca77) + 0x2545f491);
  return mix(hash + Math.imul(third, 0xc2b2ae3d) + 0x27d4eb2f);
}

/** A hash as a number in [0, 1). */
export function toFraction(hash: number): number {
  return hash / range;
}

/** A keyed permutation of the 32-bit numbers, so that an id hides its index and still gives it back. */
export function permute(index: number, seed: number): number {
  let left = index >>> 16;
  let right = index & 0xffff;
  for (let round = 0; round < 4; round++) {
    const next = left ^ (hashOf(seed, right, round, salt.identity) & 0xffff);
    left = right;
    right = next;
  }
  return ((left << 16) | right) >>> 0;
}

/** The inverse of `permute`. */
export function unpermute(value: number, seed: number): number {
  let left = value >>> 16;
  let right = value & 0xffff;
  for (let round = 3; round >= 0; round--) {
    const previous = right ^ (hashOf(seed, left, round, salt.identity) & 0xffff);
    right = left;
    left = previous;
  }
  return ((left << 16) | right) >>> 0;
}

/**
 * A version 4 UUID in lower case: `head` stands in its first eight digits, the rest is drawn from the seed.
 */
export function toUuid(head: number, seed: number, purpose: number): string {
  const middle = hex(hashOf(seed, head, purpose, 1));
  const variant = hex(hashOf(seed, head, purpose, 2));
  const tail = hex(hashOf(seed, head, purpose, 3)) + hex(hashOf(seed, head, purpose, 4)).slice(0, 4);
  const variantDigit = "89ab"[Number.parseInt(variant[0] ?? "0", 16) & 3] ?? "8";
  const versioned = `${middle.slice(0, 4)}-4${middle.slice(5)}`;
  return `${hex(head)}-${versioned}-${variantDigit}${variant.slice(1, 4)}-${tail}`;
}

function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, "0");
}
