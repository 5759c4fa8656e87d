// Guesses application and version from the name of an archive: "shop-2.18.0.tar.gz". Pure.

/** Null when the name does not say both. */
export function nameFromFile(fileName: string): { name: string; version: string } | null {
  const stem = fileName.replace(/\.(tar\.gz|tgz|tar)$/, '');
  const parts = /^(.+?)[-_]v?(\d[A-Za-z0-9._+-]*)$/.exec(stem);
  return parts?.[1] && parts[2] ? { name: parts[1], version: parts[2] } : null;
}
