// The fields of a page as they stand in the URL: each change is written there at once,
// and an empty field is no parameter.

import { useCallback } from 'react';
import { useSearchParams } from 'react-router';

/** `replace`: a change is no step that the browser's back button goes back over. */
export function useParamFields({ replace = false } = {}): [
  URLSearchParams,
  (name: string, value: string | null) => void,
] {
  const [params, setParams] = useSearchParams();
  const set = useCallback(
    (name: string, value: string | null): void =>
      setParams(
        (before) => {
          if (value === null || value === '') before.delete(name);
          else before.set(name, value);
          return before;
        },
        { replace, preventScrollReset: true },
      ),
    [setParams, replace],
  );
  return [params, set];
}
