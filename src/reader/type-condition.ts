/**
 * The condition that a column holds one of these types; true for none. A type may end in `*`: any that begins
 * so.
 */
export function toTypeCondition(
  column: string,
  types: readonly string[],
): { readonly condition: string; readonly values: readonly string[] } {
  if (types.length === 0) return { condition: "true", values: [] };
  const conditions = types.map((type) => (type.endsWith("*") ? `${column} GLOB ?` : `${column} = ?`));
  return { condition: `(${conditions.join(" OR ")})`, values: types.map(toPattern) };
}

/** Only the asterisk at the end means more than itself. */
function toPattern(type: string): string {
  if (!type.endsWith("*")) return type;
  return `${type.slice(0, -1).replace(/[*?[]/g, "[$&]")}*`;
}
