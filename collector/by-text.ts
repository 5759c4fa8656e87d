// Order of lists that people see and programs compare. By code unit: the same on
// every machine, whatever its locale.

export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const byName = (a: { name: string }, b: { name: string }): number => byText(a.name, b.name);
