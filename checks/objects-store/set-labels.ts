// Which set a line belongs to: objects of all sets are resolved together, and a file name
// alone may stand in two of them.

export interface SetName {
  name: string;
  kind: 'yaml' | 'nagios';
}

export interface LabelledFile {
  owner: string;
  /** As the set has it. */
  file: string;
}

/** Usually a Nagios set is called by its main file; its files have whole paths then, and need no more. */
export const fileLabel = ({ name, kind }: SetName, file: string): string =>
  kind === 'nagios' && name.startsWith('nagios:/') ? file : `${name}/${file}`;

export interface FileLabels {
  labelOf(set: SetName, file: string): string;
  /** Undefined for what is no label. */
  fileOf(label: string): LabelledFile | undefined;
}

export function createFileLabels(): FileLabels {
  const files = new Map<string, LabelledFile>();
  return {
    labelOf(set, file) {
      const label = fileLabel(set, file);
      if (!files.has(label)) files.set(label, { owner: set.name, file });
      return label;
    },
    fileOf: (label) => files.get(label),
  };
}
