/** Names in backquotes, the first of them where there are many. */
export function listed(names: readonly string[], most = 40): string {
  const shown = names.slice(0, most).map((name) => `\`${name}\``);
  return names.length > most ? `${shown.join(', ')} and ${names.length - most} more` : shown.join(', ');
}
